/* A worker's loop: one epoll set over the listening socket, every kept connection and the end of the
 * master, one request at a time.  One whose answer is another process's work is no request of its time:
 * it is set aside until that is done (gateway_later.c).
 *
 * A mute or slow peer never holds the worker, because a connection is touched only when its whole
 * request has arrived, and is closed when it has not within a second.  A kept connection never pins
 * a worker either; but a request on it waits for this worker alone, so one that had to wait while
 * another worker idles gets its answer and is then closed: the peer's next connection goes to
 * whoever is free.  For the same reason a worker that has accepted a connection without its request
 * accepts no other for 10 ms, as long as another worker idles.  Signals are an event like the others:
 * none interrupts a request.
 *
 * Leaving loses nothing: what is in the listen queue or comes on a kept connection is still answered,
 * each connection's last answer tells the peer that it is (see reply.h), and one that stays unused is
 * shut for reading before it is closed: on a UNIX socket a request whose write succeeded is answered,
 * and any other peer learns at once that it must connect anew. */
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
  int nudge_fd;  /* an eventfd: look at the listening socket */
  uint64_t requests_most; /* leave after about so many; 0: never */
};

enum gateway_end {
  GATEWAY_TOLD,    /* by signal, or because the master died */
  GATEWAY_WORN,    /* requests_most reached */
  GATEWAY_FAILED   /* a resource was missing; the log says which */
};

/* Runs until SIGTERM or SIGQUIT (both must be blocked), or until the master dies. */
enum gateway_end gateway_run(const struct gateway_setup *setup);

#endif
