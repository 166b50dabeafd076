/* Tries an address as the start of a pool would, and leaves nothing behind: a UNIX socket is bound under a name of its
 * own beside the path and removed, and a TCP address is bound without listening. */
#ifndef DIPTYCH_POOL_LISTENER_TRY_H
#define DIPTYCH_POOL_LISTENER_TRY_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum listener_state {
  LISTENER_FREE,
  LISTENER_SERVED, /* a diptych pool listens there */
  LISTENER_DEAF,   /* a diptych pool holds the lock, but nobody can connect */
  LISTENER_TAKEN,  /* TCP: something listens there */
  LISTENER_FAULTY, /* a start would fail */
};

/* The path of a UNIX socket.  SERVED, DEAF: *owner is the master's pid.  FAULTY: a sentence is appended to why. */
MUST_USE enum listener_state listener_try_unix(const char *path, pid_t *owner, struct buf *why);

/* address:port or [IPv6]:port, of a valid configuration.  TAKEN and FAULTY: a sentence is appended to why. */
MUST_USE enum listener_state listener_try_tcp(const char *address, struct buf *why);

#endif
