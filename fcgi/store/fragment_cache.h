/* A fragment cache: fragments that this worker has verified and unpacked, kept for the requests that come right
 * behind.  What a fragment says is named by its key (version and hash), so one on the fragment cache is never old,
 * only needed or not.  It saves a busy worker the round trip to memcached; an idle one still asks there
 * (store.c decides), so that memcached's own order of use stays true.
 *
 * Bounded by the bytes that it holds: what was used longest ago is put away first (base/lru.h).  A value that
 * was handed out lives until fragment_cache_tidy.  One fragment cache per worker. */
#ifndef DIPTYCH_STORE_FRAGMENT_CACHE_H
#define DIPTYCH_STORE_FRAGMENT_CACHE_H

#include "store/fragment.h"

struct fragment_cache;

struct fragment_cache *fragment_cache_new(size_t max_bytes); /* NULL: no memory.  0 bytes: it keeps nothing */
void fragment_cache_free(struct fragment_cache **s);

/* Makes room.  No value that was handed out before may be used any longer. */
void fragment_cache_tidy(struct fragment_cache *s);

const void *fragment_cache_get(struct fragment_cache *s, struct span key); /* NULL: not there */
/* Unpacks a verified body and keeps it.  NULL: not kept; unpack it yourself. */
const void *fragment_cache_put(struct fragment_cache *s, enum fragment_kind kind, struct span key, struct span body);

size_t fragment_cache_bytes(const struct fragment_cache *s);

#endif
