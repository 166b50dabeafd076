/* Why a search found a product: the summary or the fact that has the words. */
#ifndef DIPTYCH_SITE_SEARCH_LINES_H
#define DIPTYCH_SITE_SEARCH_LINES_H

#include "catalog/catalog_match.h"
#include "site/build.h"
#include "site/fact_table.h"

struct search_words {
  struct match_search needle;
  struct fact_attributes attributes;
};

/* Plan.  The line of the product's texts that has most words of the needle, cut into pieces; NULL: none has any. */
struct found_view *search_line_find(struct page *p, const struct facts *f, const struct search_words *words);

#endif
