/* The page cache.  Each worker has its own, bounded in bytes.  All of it lies in one heap (base/heap.h).
 *
 * Two LRU queues share the bytes.  A new page enters the newcomers, which have one fifth of the bytes.  It moves to
 * the residents when it is requested again.  Pages that are requested only once therefore cannot evict the pages
 * that are read often.
 *
 * When the cache is full, a page is kept only if it was requested before: a site of N products has N*N addresses, and a crawler
 * that asks for all of them would have each copied here for nobody.  The addresses of such pages are remembered as fingerprints
 * of 16 bits, until other addresses overwrite them.
 *
 * An entry is valid while the digest of its plan stays the same and its labels of relative times hold (site/page.h).
 * `publication` and `floors` are the catalog's values when the entry was last found valid. */
#ifndef DIPTYCH_SITE_PAGE_CACHE_H
#define DIPTYCH_SITE_PAGE_CACHE_H

#include "base/metrics.h"
#include "http/finished_page.h"

struct page_cache;

struct page_cache *page_cache_new(size_t max_bytes, struct metrics *m); /* NULL: no memory */
void page_cache_free(struct page_cache **t);

/* Returns the entry and makes it the newest resident; NULL: none.  Valid until the next page_cache_put. */
struct finished_page *page_cache_get(struct page_cache *t, struct span key);
/* Copies everything; replaces an entry with the same key.  NULL: too large for the cache, or it is full and the page was not
 * requested before. */
struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f);
/* Adds a copy of the compressed body to an entry. */
void page_cache_put_coded(struct page_cache *t, struct finished_page *f, enum coding coding, struct span body);
size_t page_cache_bytes(const struct page_cache *t);
size_t page_cache_count(const struct page_cache *t);

#endif
