/* The master's side of the watcher process.  The master keeps one watcher running: it replaces a watcher that died
 * or whose heartbeat stopped.  It stops the watcher by closing a pipe, so the watcher also stops when the master
 * dies.  After a reload the new watcher starts when the old one has ended: there are never two. */
#ifndef DIPTYCH_POOL_WATCHER_PROCESS_H
#define DIPTYCH_POOL_WATCHER_PROCESS_H

#include "base/err.h"
#include "pool/workers.h"

struct watcher {
  pid_t pid;          /* 0: none runs */
  int stop_fd;        /* write end of its pipe; -1: it was asked to stop */
  int64_t stop_requested_us, aborted_us, started_us; /* 0: not */
  bool killed;
  int64_t after_us;   /* do not start it before this time */
  unsigned failures;  /* consecutive deaths soon after the start */
};

#define WATCHER_NONE {.stop_fd = -1}

/* Starts a missing watcher; kills one that hangs or that does not end within stop_grace. */
void watcher_turn(struct watcher *w, struct workers *workers, int64_t now_us);
void watcher_stop(struct watcher *w, int64_t now_us); /* asks it to stop */
/* Handles the end of child `pid`.  false: it is not the watcher. */
MUST_USE bool watcher_reap(struct watcher *w, struct workers *workers, pid_t pid, int status, int64_t now_us);

#endif
