/* The real store's constructor, for whoever puts a worker together.  Pages include store/store.h only. */
#ifndef DIPTYCH_STORE_STORE_OPEN_H
#define DIPTYCH_STORE_STORE_OPEN_H

#include "base/breaker.h"
#include "store/store.h"

/* NULL: no memory, or the configuration's addresses do not parse (logged). */
struct store *store_open(const struct config *c, const struct catalog *catalog, struct metrics *m,
                         struct breaker *database, struct breaker *cache);

#endif
