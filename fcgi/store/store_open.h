/* The constructor of the real store.  Pages include store/store.h only. */
#ifndef DIPTYCH_STORE_STORE_OPEN_H
#define DIPTYCH_STORE_STORE_OPEN_H

#include "base/breaker.h"
#include "cache/cache.h"
#include "store/store.h"

/* The caller owns the store and ends it with store_close.  The cache must outlive it.  NULL: no memory. */
struct store *store_open(const struct config *c, const struct catalog *catalog, struct metrics *m,
                         struct breaker *database, struct cache *cache);

/* Answers the wants from memcached only: OK, or NOT_FOUND. */
void store_cached(struct store *s, const struct store_context *x, struct want *wants, size_t n);

struct db;
struct db *store_database(struct store *s); /* its connection, for readings that are no fragments */

void store_idle(struct store *s); /* call it when no request waits */

#endif
