/* A worker process from fork to exit.  It calls app.worker_open, runs the gateway until it is asked to stop, and
 * exits with a status that the master logs and counts. */
#ifndef DIPTYCH_POOL_WORKER_H
#define DIPTYCH_POOL_WORKER_H

#include "base/err.h"
#include "pool/app.h"
#include "pool/log_file.h"
#include "pool/scoreboard.h"

enum worker_exit {
  WORKER_EXIT_STOPPED = 0,
  WORKER_EXIT_RECYCLED = 10, /* worker_requests reached */
  WORKER_EXIT_FAILED = 11    /* could not start; the log says why */
};

struct worker_setup {
  const struct app *app;
  const struct config *config;
  const void *resources; /* of the configuration; see app.h */
  struct scoreboard *board;
  struct log_file *log;
  int index;
  int listen_fd, alive_fd, wakeup_fd; /* as in gateway.h */
  const int *transfer_fds;
};

/* Call it after process_child_begin. */
MUST_USE enum worker_exit worker_run(const struct worker_setup *setup);

#endif
