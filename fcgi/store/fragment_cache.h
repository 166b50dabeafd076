/* A shelf: fragments that this worker has verified and unpacked, kept for the requests that come right
 * behind.  What a fragment says is named by its key (version and hash), so one on the shelf is never old,
 * only needed or not.  It saves a busy worker the round trip to memcached; an idle one still asks there
 * (store.c decides), so that memcached's own order of use stays true.
 *
 * Bounded by bytes: what was not used lately is put away first.  A value that was handed out lives until
 * shelf_tidy.  One shelf per worker. */
#ifndef DIPTYCH_STORE_FRAGMENT_CACHE_H
#define DIPTYCH_STORE_FRAGMENT_CACHE_H

#include "store/fragment.h"

struct shelf;

struct shelf *shelf_new(size_t max_bytes); /* NULL: no memory.  0 bytes: it keeps nothing */
void shelf_free(struct shelf **s);

/* Makes room.  No value that was handed out before may be used any longer. */
void shelf_tidy(struct shelf *s);

const void *shelf_get(struct shelf *s, struct span key); /* NULL: not there */
/* Unpacks a verified body and keeps it.  NULL: not kept; unpack it yourself. */
const void *shelf_put(struct shelf *s, enum fragment_kind kind, struct span key, struct span body);

size_t shelf_bytes(const struct shelf *s);

#endif
