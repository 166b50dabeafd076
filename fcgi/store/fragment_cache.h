/* The fragment cache of a worker holds fragments that the worker has verified and unpacked.  A key names the version
 * and the hash of the rows, so a cached fragment is never stale.  The cache saves a worker under load the round trip
 * to memcached; a worker is under load until 100 ms after a request last waited for it (pool/gateway_serve.c).  Other workers
 * still ask memcached (store.c decides), which keeps memcached's own LRU order right.
 * Fragments whose memcached server is down are kept here too.
 *
 * The cache is bounded in bytes and evicts the least recently used fragment first (base/lru.h).  A value that it has
 * returned is valid until fragment_cache_tidy. */
#ifndef DIPTYCH_STORE_FRAGMENT_CACHE_H
#define DIPTYCH_STORE_FRAGMENT_CACHE_H

#include "store/fragment.h"

struct fragment_cache;

struct fragment_cache *fragment_cache_new(size_t max_bytes); /* NULL: no memory.  0 bytes: caches nothing */
void fragment_cache_free(struct fragment_cache **c);

/* Evicts down to max_bytes.  Values that were returned before are no longer valid. */
void fragment_cache_tidy(struct fragment_cache *c);

const void *fragment_cache_get(struct fragment_cache *c, struct span key); /* NULL: not cached */
/* Unpacks a verified body and caches it.  NULL: too large, damaged, or no memory; the caller unpacks it. */
const void *fragment_cache_put(struct fragment_cache *c, enum fragment_kind kind, struct span key, struct span body);

size_t fragment_cache_bytes(const struct fragment_cache *c);

#endif
