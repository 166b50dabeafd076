/* The client of the memcached servers.  Each process opens its own connections on first use; they must not cross a fork.
 *
 * memcached_timeout limits each operation as a whole, also a multi-get that asks several servers.  A key has one server,
 * which depends on the configured servers only.  A server that fails or does not answer makes misses of its own keys;
 * cache_server.h says when it is asked again.  The values are opaque: the caller wraps them in envelopes
 * (cache/envelope.h).  Keys match [A-Za-z0-9:_-]{1,64} (CACHE_KEY_MAX). */
#ifndef DIPTYCH_CACHE_CACHE_H
#define DIPTYCH_CACHE_CACHE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/metrics.h"
#include "cache/cache_health.h"
#include "config/config.h"

#define CACHE_BATCH 100         /* keys per multi-get; larger requests deadlock over UNIX sockets */
#define CACHE_VALUE_MAX 1000000 /* bytes; for a larger value, memcached also drops the old value of the key */

struct cache;

/* The caller owns the cache.  healths: the servers; it must outlive the cache.  NULL: no memory, or a server address does
 * not parse (logged). */
MUST_USE struct cache *cache_new(const struct config *c, struct metrics *m, const struct cache_healths *healths);
void cache_free(struct cache **c);

/* True: at least one server would be asked. */
MUST_USE bool cache_usable(const struct cache *c);
/* True: no server would be asked for the key: there is none, or its server is down.  The value can neither be read nor stored. */
MUST_USE bool cache_key_down(const struct cache *c, struct span key);

/* Finds out whether servers that were down answer again.  Never waits; call it between requests. */
void cache_tidy(struct cache *c);
/* For commands: waits until the names of servers are known.  false: one is unknown. */
bool cache_names_wait(struct cache *c, int64_t wait_us);

/* Fetches n keys with one multi-get per CACHE_BATCH keys.  values[i] is a copy in the arena; a null pointer is a miss.
 * UNAVAILABLE: a server did not answer; keys without a value are misses. */
enum err cache_get(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values);

/* Stores a value for cache_ttl, without waiting: call cache_settle after the last one.  Failures are counted and otherwise
 * ignored. */
void cache_set(struct cache *c, struct span key, struct span value);
/* Waits until the servers have what cache_set and cache_release sent them.  One round trip to each of these servers. */
void cache_settle(struct cache *c);

/* Takes a lease for lease_ttl.  OK: the caller holds it; LIMIT: another worker holds it; UNAVAILABLE: no cache. */
MUST_USE enum err cache_lease(struct cache *c, struct span key);
/* Takes n leases with one multi-get per CACHE_BATCH keys.  got[i] is what cache_lease returns. */
void cache_leases(struct cache *c, const struct span *keys, size_t n, struct arena *arena, enum err *got);
/* Without waiting, like cache_set.  What the lease protects must be settled before, because servers do not wait for each other. */
void cache_release(struct cache *c, struct span key);

#endif
