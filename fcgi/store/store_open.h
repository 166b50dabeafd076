/* The constructor of the real store.  Pages include store/store.h only. */
#ifndef DIPTYCH_STORE_STORE_OPEN_H
#define DIPTYCH_STORE_STORE_OPEN_H

#include "base/breaker.h"
#include "store/store.h"

/* The caller owns the store and ends it with store_close.  NULL: no memory, or an address in the configuration does
 * not parse (logged). */
struct store *store_open(const struct config *c, const struct catalog *catalog, struct metrics *m,
                         struct breaker *database, struct breaker *cache);

#endif
