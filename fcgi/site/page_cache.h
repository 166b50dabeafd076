/* The page cache: each worker's own, bounded in bytes.
 *
 * Two queues share the bytes: a page comes into the newcomers' fifth and moves to the residents when
 * it is asked for again, so that a flood of addresses that are asked for once cannot drive out the
 * pages that people read.  An entry is right while its plan's digest and its labels are (see
 * site/page.h); `publication` and `raises` are the catalog's at the last time that this was found true. */
#ifndef DIPTYCH_SITE_PAGE_CACHE_H
#define DIPTYCH_SITE_PAGE_CACHE_H

#include "base/metrics.h"
#include "http/finished_page.h"

struct page_cache;

struct page_cache *page_cache_new(size_t max_bytes, struct metrics *m); /* NULL: no memory */
void page_cache_free(struct page_cache **t);

/* The entry, moved to the front; NULL: none.  Valid until the next page_cache_put. */
struct finished_page *page_cache_get(struct page_cache *t, struct span key);
/* Copies everything; replaces an entry with the same key.  NULL: larger than the table, or no memory. */
struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f);
/* Attaches a compressed body (copied) to an entry. */
void page_cache_put_gzip(struct page_cache *t, struct finished_page *f, struct span gzip);
size_t page_cache_bytes(const struct page_cache *t);
size_t page_cache_count(const struct page_cache *t);

#endif
