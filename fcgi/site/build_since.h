/* Counts what is new on a page since the day of ?since= (site/since.h).  The counts come from the profiles that the page
 * fetches anyway.  Build only. */
#ifndef DIPTYCH_SITE_BUILD_SINCE_H
#define DIPTYCH_SITE_BUILD_SINCE_H

#include "site/planned_product.h"
#include "site/since.h"
#include "site/view_facts.h"
#include "site/view_since.h"

/* The profiles f belong to the n products g, and facts may be NULL.  NULL: the address names no day, or memory ran out. */
struct since_view *build_since(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n,
                               const struct facts_view *facts);
/* NULL as well on a page with nothing on record that could be new, unless its address names a day. */
struct since_form_draw *build_since_form(struct page *p, const struct profile *const *f, size_t n, const struct facts_view *facts);

#endif
