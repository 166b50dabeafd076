/* The watcher as the master sees it: one process that should always be there.  It is asked to end by
 * closing a pipe, so that it ends too when the master dies, and it is replaced when it died or when
 * its beat stopped.  A reload waits for the old one's end before the new one begins: there are never
 * two. */
#ifndef DIPTYCH_POOL_WATCHER_PROCESS_H
#define DIPTYCH_POOL_WATCHER_PROCESS_H

#include "pool/workers.h"

struct watcher {
  pid_t pid;          /* 0: none runs */
  int stop_fd;        /* the master's end of its pipe; -1: it was told to end */
  int64_t stop_requested_us, aborted_us, started_us;
  bool killed;
  int64_t after_us;   /* not started before */
  unsigned failures;
};

#define WATCHER_NONE {.stop_fd = -1}

/* Starts it when it is missing, ends it when it hangs or lingers. */
void watcher_keep(struct watcher *w, struct workers *c, int64_t now_us);
void watcher_tell(struct watcher *w, int64_t now_us);
bool watcher_reap(struct watcher *w, struct workers *c, pid_t pid, int status, int64_t now_us);

#endif
