/* The master's side of the metrics process (metrics_server.h).  The master owns the socket of metrics_listen for its whole life
 * and keeps one process answering on it: clients wait in the socket's queue while a process that died, or whose
 * configuration was replaced, is followed by the next one.  The process stops when its pipe is closed, so also when the
 * master dies. */
#ifndef DIPTYCH_POOL_METRICS_PROCESS_H
#define DIPTYCH_POOL_METRICS_PROCESS_H

#include "pool/listener.h"
#include "pool/workers.h"

struct metrics_process {
  struct listener listener; /* fd -1: metrics_listen is empty */
  pid_t pid;                /* 0: none runs */
  int stop_fd;              /* write end of its pipe; -1: it was asked to stop */
  int64_t started_us, stop_requested_us, after_us; /* after_us: do not start it before this time */
  unsigned failures;        /* consecutive deaths soon after the start */
  bool ended;               /* it is not replaced */
};

#define METRICS_PROCESS_NONE {.listener = LISTENER_NONE, .stop_fd = -1}

/* true: also when metrics_listen is empty.  false: the reason is written to why. */
MUST_USE bool metrics_process_open(struct metrics_process *p, const struct config *c, FILE *why);
/* Closes the socket; the process has ended. */
void metrics_process_close(struct metrics_process *p);
/* In a child: closes the descriptors. */
void metrics_process_disown(struct metrics_process *p);

/* Starts a missing process; kills one that hangs. */
void metrics_process_turn(struct metrics_process *p, struct workers *workers, int64_t now_us);
void metrics_process_stop(struct metrics_process *p, int64_t now_us); /* the next one starts when it has ended */
void metrics_process_end(struct metrics_process *p, int64_t now_us);  /* the same, and none follows */
/* Handles the end of child `pid`.  false: it is not the metrics process. */
bool metrics_process_reap(struct metrics_process *p, struct workers *workers, pid_t pid, int status, int64_t now_us);

/* true: it should run and does not; the caller turns soon. */
static inline bool metrics_process_missing(const struct metrics_process *p)
{
  return p->listener.fd >= 0 && !p->ended && !p->pid;
}

#endif
