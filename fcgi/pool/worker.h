/* A worker process, from fork to exit.  It opens the site's side, answers requests until it is told
 * to leave, and exits with a status that tells the master whether to replace it. */
#ifndef DIPTYCH_POOL_WORKER_H
#define DIPTYCH_POOL_WORKER_H

#include "pool/app.h"
#include "pool/scoreboard.h"

enum worker_exit {
  WORKER_EXIT_STOPPED = 0,
  WORKER_EXIT_RECYCLED = 10,  /* worker_requests reached: replace me */
  WORKER_EXIT_FAILED = 11 /* could not begin to work; the log says why */
};

struct worker_setup {
  const struct app *app;
  const struct config *config;
  const void *resources; /* of it; see app.h */
  struct scoreboard *board;
  int index;
  int listen_fd, life_fd, wakeup_fd; /* as in gateway.h */
  const int *transfer_fds;
};

/* After process_child_begin. */
enum worker_exit worker_run(const struct worker_setup *setup);

#endif
