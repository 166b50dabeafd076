/* The process that answers on metrics_listen: /metrics, /healthz and /readyz over plain HTTP.
 *
 * It reads the shared memory of the pool, so it answers within milliseconds while all workers hang.  It is a process of
 * its own, because the master must not parse what strangers send.  One poll loop, no thread, nothing that blocks.  A
 * client has 5 s for its whole exchange, 8 KB for its request, and its connection is closed after one answer.  At most
 * METRICS_SERVER_CLIENTS are served at a time; when more come, clients that are slow lose their place.
 *
 * An HTTP library would bring keep-alive, threads and limits of its own for three constant paths; what is needed of
 * HTTP is in metrics_http.c. */
#ifndef DIPTYCH_POOL_METRICS_SERVER_H
#define DIPTYCH_POOL_METRICS_SERVER_H

#include "pool/app.h"
#include "pool/scoreboard.h"

#define METRICS_SERVER_CLIENTS 64

struct metrics_server_setup {
  const struct app *app;
  const struct config *config;
  struct scoreboard *board; /* the server writes metrics_heartbeat_us only */
  int listen_fd;
  int stop_fd; /* POLLIN or POLLHUP: answer the clients that have been accepted, within a second, and return */
};

/* Returns the exit status of the process. */
int metrics_server_run(const struct metrics_server_setup *s);

#endif
