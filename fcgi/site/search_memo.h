/* Searching names for a page.  A pass over a million names takes longer than the catalog of a site under
 * constant edits stands still, and a plan that was overtaken is made again: so each search is made once
 * for a request, and what it found is looked up again by id. */
#ifndef DIPTYCH_SITE_SEARCH_MEMO_H
#define DIPTYCH_SITE_SEARCH_MEMO_H

#include "site/page.h"

/* As catalog_search; ordinals are of the page's pin.  What was withdrawn meanwhile is left out. */
size_t search_memo_find(struct page *p, struct span needle, struct catalog_match *out, size_t max);

#endif
