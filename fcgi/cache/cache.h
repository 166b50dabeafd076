/* memcached, bounded.  One connection set per process, opened lazily, never across a fork.
 *
 * Every operation is bounded as a whole by memcached_timeout; whatever goes wrong is a miss, counted,
 * and opens the shared breaker, so that a frozen server costs each worker one timeout at most and
 * then nothing.  Values are opaque here: the caller wraps them in envelopes (cache/envelope.h).
 * Keys are made by diptych only: [A-Za-z0-9:_-]{1,64}. */
#ifndef DIPTYCH_CACHE_CACHE_H
#define DIPTYCH_CACHE_CACHE_H

#include "base/arena.h"
#include "base/breaker.h"
#include "base/err.h"
#include "base/metrics.h"
#include "config/config.h"

#define CACHE_BATCH 100          /* keys a multi-get; more deadlocked over UNIX sockets */
#define CACHE_VALUE_MAX 1000000  /* bytes; larger values make memcached drop the old one as well */

struct cache;

/* NULL: no memory, or a server address that does not parse (logged). */
MUST_USE struct cache *cache_new(const struct config *c, struct metrics *m, struct breaker *b);
void cache_free(struct cache **c);

/* Are any servers configured and is the breaker closed?  Without a cache everything is a miss. */
MUST_USE bool cache_usable(struct cache *c);

/* Fetches n keys; values[i] is an arena copy, or has a null pointer for a miss.  One multi-get per
 * CACHE_BATCH keys.  UNAVAILABLE: the cache could not answer (all or the rest are misses). */
enum err cache_get(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values);

/* Stores; failures are counted and otherwise ignored. */
void cache_set(struct cache *c, struct span key, struct span value);

/* A short lease: OK: it is ours; LIMIT: somebody else holds it; UNAVAILABLE: no cache. */
MUST_USE enum err cache_lease(struct cache *c, struct span key);
void cache_release(struct cache *c, struct span key);

#endif
