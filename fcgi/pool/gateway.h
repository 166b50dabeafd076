/* The event loop of a worker: one epoll set over the listening socket, the FastCGI connections, and the pipe
 * that reports the death of the master.  It handles one request at a time.  A request whose answer needs
 * another process is deferred (gateway_deferred.c), and the loop goes on.
 *
 * A silent or slow peer does not block the worker.  The gateway reads a request only when all of it has
 * arrived, and closes the connection when that takes longer than a second.
 *
 * Requests reach idle workers:
 * - A request on a kept connection can only be served by the worker that holds the connection.  When such a
 *   request had to wait while another worker was idle, the gateway closes the connection after the answer.
 *   An idle worker accepts the next connection of that peer.
 * - While a worker waits for the database or for another worker's fill, it passes connections on which a request
 *   arrives to the others (gateway_pass.c).
 * - After accepting a connection whose request has not arrived yet, a worker accepts no other connection for
 *   10 ms while another worker is idle.
 * Signals are read from a signalfd, so they never interrupt a request.
 *
 * A worker that leaves loses no request.  It passes its kept connections to the remaining workers
 * (gateway_transfer.c), also those with a request that it has not begun.  So each request that arrives after a
 * reload is answered with the new configuration.  The answer to a running request is marked as the last of its
 * connection (see reply.h).
 *
 * When the whole pool stops, no worker remains.  Each worker still answers requests from the listen queue and
 * from kept connections.  A connection without a new request for QUIET_US (gateway.c) is shut down for reading
 * and then closed.  On a UNIX socket, every request whose write succeeded before the shutdown is answered; a
 * later write fails, and nginx sees it fail. */
#ifndef DIPTYCH_POOL_GATEWAY_H
#define DIPTYCH_POOL_GATEWAY_H

#include "base/err.h"
#include "pool/app.h"
#include "pool/log_file.h"
#include "pool/scoreboard.h"

#define GATEWAY_CONNECTIONS 2048 /* most of one worker */

struct gateway_setup {
  const struct app *app;
  void *self; /* of the app's worker_handle */
  const struct config *config;
  struct scoreboard *board;
  struct scoreboard_slot *slot;
  int listen_fd;           /* non-blocking */
  int alive_fd;            /* a pipe; POLLHUP when the master has died */
  int wakeup_fd;           /* an eventfd; readable: accept from the listening socket */
  struct log_file *log;    /* of the request log */
  int index;               /* of the worker */
  const int *transfer_fds; /* a SOCK_SEQPACKET pair: send connections to [0], receive them from [1] */
  uint64_t requests_most;  /* leave after about this many requests; 0: never */
};

enum gateway_end {
  GATEWAY_STOPPED,  /* by a signal, or because the master died */
  GATEWAY_RECYCLED, /* requests_most reached */
  GATEWAY_FAILED    /* could not start; the log says why */
};

/* Runs until SIGTERM or SIGQUIT, until the master dies, or until requests_most.  Both signals must be blocked. */
MUST_USE enum gateway_end gateway_run(const struct gateway_setup *setup);

#endif
