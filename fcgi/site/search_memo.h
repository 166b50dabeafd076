/* Searches the products, once for each request, needle and kind of search.  A search over a million names can take longer than
 * the time between two publications of a site under constant edits, and a plan is repeated when the catalog changed
 * during it.  A repeated plan reuses the results of the first search and finds their products again by id. */
#ifndef DIPTYCH_SITE_SEARCH_MEMO_H
#define DIPTYCH_SITE_SEARCH_MEMO_H

#include "site/page.h"

struct search_request {
  enum catalog_searched what;
  struct span needle; /* folded */
  size_t max;
};

/* Like catalog_search; ordinals belong to the page's pin.  Products that are no longer published are left out. */
size_t search_memo_find(struct page *p, const struct search_request *request, struct catalog_match *out);

#endif
