/* The memcached client.  Each process opens its own connections on first use; they must not cross a fork.
 *
 * memcached_timeout limits each operation as a whole.  A failed operation is a miss, is counted and strikes the
 * shared breaker (base/breaker.h).  A frozen server costs each worker one timeout at most; after that, workers skip
 * the cache.  The values are opaque: the caller wraps them in envelopes (cache/envelope.h).
 * Keys match [A-Za-z0-9:_-]{1,64}. */
#ifndef DIPTYCH_CACHE_CACHE_H
#define DIPTYCH_CACHE_CACHE_H

#include "base/arena.h"
#include "base/breaker.h"
#include "base/err.h"
#include "base/metrics.h"
#include "config/config.h"

#define CACHE_BATCH 100         /* keys per multi-get; larger requests deadlock over UNIX sockets */
#define CACHE_VALUE_MAX 1000000 /* bytes; for a larger value, memcached also drops the old value of the key */

struct cache;

/* The caller owns the cache.  NULL: no memory, or a server address does not parse (logged). */
MUST_USE struct cache *cache_new(const struct config *c, struct metrics *m, struct breaker *b);
void cache_free(struct cache **c);

/* True: servers are configured, the breaker is closed and this process is not in a hold after a failure. */
MUST_USE bool cache_usable(struct cache *c);

/* Fetches n keys with one multi-get per CACHE_BATCH keys.  values[i] is a copy in the arena; a null pointer is a miss.
 * UNAVAILABLE: the cache did not answer, and all keys that have no value are misses. */
enum err cache_get(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values);

/* Stores a value for cache_ttl.  Failures are counted and otherwise ignored. */
void cache_set(struct cache *c, struct span key, struct span value);

/* Takes a lease for lease_ttl.  OK: the caller holds it; LIMIT: another worker holds it; UNAVAILABLE: no cache. */
MUST_USE enum err cache_lease(struct cache *c, struct span key);
void cache_release(struct cache *c, struct span key);

#endif
