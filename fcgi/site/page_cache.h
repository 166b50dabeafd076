/* The page cache.  Each worker has its own, bounded in bytes.
 *
 * Two LRU queues share the bytes.  A new page enters the newcomers, which have one fifth of the bytes.  It moves to
 * the residents when it is requested again.  Pages that are requested only once therefore cannot evict the pages
 * that are read often.
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
/* Copies everything; replaces an entry with the same key.  NULL: too large for the cache, or no memory. */
struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f);
/* Adds a copy of the compressed body to an entry. */
void page_cache_put_gzip(struct page_cache *t, struct finished_page *f, struct span gzip);
size_t page_cache_bytes(const struct page_cache *t);
size_t page_cache_count(const struct page_cache *t);

#endif
