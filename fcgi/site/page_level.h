/* How far the page of a request had to go: counts diptych_page_answers_total by level.  The level follows from what the
 * page's process counted meanwhile, so no part of a page needs to report it. */
#ifndef DIPTYCH_SITE_PAGE_LEVEL_H
#define DIPTYCH_SITE_PAGE_LEVEL_H

#include <stdbool.h>

#include "base/metrics.h"

struct page_level {
  uint64_t pages_hit, pages_rendered, fragments_reused, cache_gets, fills;
};

struct page_level page_level_begin(const struct metrics *m);
/* Counts nothing when no page was answered: errors, redirects, deferred requests. */
void page_level_end(const struct page_level *before, struct metrics *m);

#endif
