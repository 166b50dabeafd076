/* Memory of one cache: blocks of any size within a bound that is taken from the system once.
 *
 * malloc leaves holes between the blocks of a cache whose entries have unlike sizes, and the process grows to one and a half
 * times of what its caches hold.  A heap cannot grow: when a block does not fit, the cache evicts an entry and tries again.
 *
 * This is a two-level segregated fit (Masmano, Ripoll, Crespo, Real: TLSF, 2004).  Free blocks are in lists by size, a bitmap
 * says which lists have blocks, and a released block joins its free neighbours.  Both calls take constant time. */
#ifndef DIPTYCH_BASE_HEAP_H
#define DIPTYCH_BASE_HEAP_H

#include <stddef.h>

#include "base/err.h"

struct heap;

MUST_USE struct heap *heap_new(size_t bytes); /* NULL: no memory */
void heap_free(struct heap **h);              /* and all of its blocks */

/* Aligned for any type, not zeroed.  NULL: no free block is large enough. */
void *heap_alloc(struct heap *h, size_t n);
void heap_release(struct heap *h, void *p); /* NULL is allowed */
size_t heap_bytes_of(const void *p);        /* of the heap that the block takes */

#endif
