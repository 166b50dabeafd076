/* A circuit breaker.  It keeps requests from waiting for the timeout of a dead backend.
 *
 * There is one breaker for the database and one for each memcached server, in shared memory.  The first worker that
 * times out opens it for all workers.  While it is open, no worker calls the backend.  When the hold time is over, one
 * caller may try (half open); its success closes the breaker.  There are no locks: when a caller dies while it tries,
 * the next caller may try after another hold time. */
#ifndef DIPTYCH_BASE_BREAKER_H
#define DIPTYCH_BASE_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define BREAKER_SERVERS 8 /* of one database */

/* Database only, and only with several servers: what processes found out about them; see db/db_servers.h. */
struct breaker_servers {
  _Atomic uint64_t list;    /* hash of their list; 0: none yet */
  _Atomic unsigned primary; /* its place in the list + 1; 0: unknown */
  _Atomic unsigned role[BREAKER_SERVERS];
  _Atomic int cluster;      /* they are nodes of a Galera cluster */
  _Atomic int64_t down_until_us[BREAKER_SERVERS]; /* monotonic */
};

struct breaker {
  _Atomic int64_t open_until_us; /* monotonic; 0: closed */
  _Atomic int64_t failed_us;     /* monotonic, of the last failure; 0: never */
  _Atomic uint64_t failures;     /* since the last success */
  /* Database only: the id in a statement that the server refused; the watcher tries to read its rows.  0: none. */
  _Atomic uint64_t refused;
  /* Database only: the id of a product whose rows changed without a change-log entry; UINT64_MAX: of an editors' page or the
   * site's questions.  The watcher compares them.  0: none. */
  _Atomic uint64_t suspect;
  /* Database only: the server's limits of connections (db/db_limits.h), and since when the watcher, and nobody else, may
   * open a connection because the server had none left for it (monotonic; 0: it has one).  yield: a worker should close its
   * own. */
  _Atomic int64_t connections_server, connections_account;
  _Atomic int64_t watcher_waits_us;
  _Atomic int yield;
  struct breaker_servers servers;
};

MUST_USE bool breaker_allows(struct breaker *b, int64_t hold_us); /* true: call the backend */
void breaker_succeeded(struct breaker *b);
void breaker_failed(struct breaker *b, int64_t hold_us); /* opens it for hold_us */
/* Like breaker_failed, but only the second failure without a success in between opens the breaker.  Use it
 * for a backend so fast that one late answer more likely means that this machine is busy. */
void breaker_struck(struct breaker *b, int64_t hold_us);
MUST_USE bool breaker_closed(const struct breaker *b);

#endif
