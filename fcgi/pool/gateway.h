/* A worker's loop: one epoll set over the listening socket, every kept connection and the end of the
 * master, one request at a time.  One whose answer is another process's work is no request of its time:
 * it is deferred until that is done (gateway_deferred.c).
 *
 * A mute or slow peer never holds the worker, because a connection is touched only when its whole
 * request has arrived, and is closed when it has not within a second.  A kept connection never pins
 * a worker either; but a request on it waits for this worker alone, so one that had to wait while
 * another worker idles gets its answer and is then closed: the peer's next connection goes to
 * whoever is free.  For the same reason a worker that has accepted a connection without its request
 * accepts no other for 10 ms, as long as another worker idles.  Signals are an event like the others:
 * none interrupts a request.
 *
 * Leaving loses nothing.  Kept connections are handed over to workers that stay (gateway_send_fd.c), also
 * with a request on them that was not yet begun, so every request that comes after a reload is
 * answered with the new configuration; the connection of a request that still runs is ended by its
 * answer, which tells the peer so (see reply.h).  When the whole pool stops, nobody stays: then what is in
 * the listen queue or comes on a kept connection is still answered, and one that stays unused for a
 * while is shut for reading before it is closed, so that on a UNIX socket a request whose write
 * succeeded is answered.  A request that nginx writes in just that moment is refused, as one is that
 * comes later. */
#ifndef DIPTYCH_POOL_GATEWAY_H
#define DIPTYCH_POOL_GATEWAY_H

#include "pool/app.h"
#include "pool/scoreboard.h"

struct gateway_setup {
  const struct app *app;
  void *self; /* of the app's worker_handle */
  const struct config *config;
  struct scoreboard *board;
  struct scoreboard_slot *slot;
  int listen_fd; /* non-blocking */
  int life_fd;   /* hangs up when the master has died */
  int wakeup_fd;  /* an eventfd: look at the listening socket */
  const int *transfer_fds; /* a pair of SOCK_SEQPACKET: [0] connections are handed over to, [1] come from */
  uint64_t requests_most; /* leave after about so many; 0: never */
};

enum gateway_end {
  GATEWAY_STOPPED,    /* by signal, or because the master died */
  GATEWAY_RECYCLED,    /* requests_most reached */
  GATEWAY_FAILED   /* a resource was missing; the log says which */
};

/* Runs until SIGTERM or SIGQUIT (both must be blocked), or until the master dies. */
enum gateway_end gateway_run(const struct gateway_setup *setup);

#endif
