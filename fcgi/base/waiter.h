/* What a process does while it waits for another one.  A worker lets other workers take the requests that arrive meanwhile
 * (pool/gateway_pass.c); a process that has nothing to do has no waiter. */
#ifndef DIPTYCH_BASE_WAITER_H
#define DIPTYCH_BASE_WAITER_H

#include <poll.h>
#include <stdbool.h>

struct waiter {
  /* Called at the first wait.  Returns a descriptor that is readable when there is something to do; -1: there will be
   * nothing. */
  int (*begin)(void *self);
  bool (*turn)(void *self); /* does it; false: it can do no more for now */
  void *self;
  bool begun; /* its owner sets it to false when begin is to be called again */
  int fd;     /* of begin; -1 after turn returned false */
};

/* poll(2) of one descriptor for at most wait_ms, with the waiter's turns meanwhile.  waiter NULL: without.  fd NULL: only waits.
 * Returns what poll returns for the one descriptor. */
int waiter_poll(struct waiter *waiter, struct pollfd *fd, int wait_ms);

#endif
