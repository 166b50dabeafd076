/* The health of the memcached servers, in memory that all processes of the pool share: a breaker and counters for each.
 *
 * The master gives each server of a configuration one entry, by its name, before it starts the first worker with this
 * configuration.  A server that stays configured keeps its entry through a reload.  Entries without a user are reused.
 * Only the master changes names and users; all processes update the rest, without locks. */
#ifndef DIPTYCH_CACHE_CACHE_HEALTH_H
#define DIPTYCH_CACHE_CACHE_HEALTH_H

#include "base/breaker.h"
#include "base/err.h"
#include "base/span.h"

#define CACHE_SERVERS_MAX 64
#define CACHE_HEALTH_NAME 256

/* X(name, Prometheus help) -> diptych_cache_server_<name>_total{server="..."} */
#define CACHE_HEALTH_COUNTERS(X)                                                                                       \
  X(hits, "values that the memcached server had")                                                                      \
  X(misses, "values that the memcached server did not have")                                                           \
  X(errors, "operations of the memcached server that failed or timed out")                                             \
  X(skipped, "operations that were not sent because the memcached server was down or did not answer this worker")

struct cache_health {
  _Alignas(64) struct breaker breaker;
  _Atomic int down;           /* 1: the breaker has opened and no operation has succeeded since */
  _Atomic int64_t changed_us; /* wall clock: when `down` changed, or of the first answer; 0: never asked */
  _Atomic unsigned relapses;  /* failures in a row, each after a probe had succeeded */
#define CACHE_HEALTH_FIELD(name, help) _Atomic uint64_t name;
  CACHE_HEALTH_COUNTERS(CACHE_HEALTH_FIELD)
#undef CACHE_HEALTH_FIELD
  char name[CACHE_HEALTH_NAME]; /* as configured */
  unsigned users;               /* configurations that name it; 0: the entry is free */
};

#define CACHE_HEALTH_ENTRIES (3 * CACHE_SERVERS_MAX) /* during a reload two configurations are in use */

struct cache_health_table {
  struct cache_health v[CACHE_HEALTH_ENTRIES];
  unsigned next; /* where the search for a free entry begins: the entry that was freed last is reused last */
};

/* The entries of one configuration, in its order. */
struct cache_healths {
  size_t n;
  struct cache_health *v[CACHE_SERVERS_MAX];
};

/* list: the key memcached.  false: more than CACHE_SERVERS_MAX servers, or a name that is too long. */
MUST_USE bool cache_healths_open(struct cache_healths *h, struct cache_health_table *t, struct span list);
void cache_healths_close(struct cache_healths *h);

/* Any process: after the breaker may have changed.  true: `down` has changed; the caller logs it.  *was_us: how long the
 * previous state lasted. */
MUST_USE bool cache_health_update(struct cache_health *h, int64_t *was_us);

#endif
