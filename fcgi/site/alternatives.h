/* The alternatives of one product: the other published products that share a sector with it, ranked.
 * Used by the trajectory (the first few), /alternatives/{slug} (one page of them) and the questions. */
#ifndef DIPTYCH_SITE_ALTERNATIVES_H
#define DIPTYCH_SITE_ALTERNATIVES_H

#include "site/build.h"

#define ALTERNATIVES_TOP 3

/* Plan.  Writes the ordinals of the alternatives ranked first + 1 to first + max, and their number to *n.  Returns
 * the number of all alternatives.  `g` must have its sectors. */
uint32_t alternatives_take(struct page *p, const struct planned_product *g, uint32_t first, uint32_t max, uint32_t *ordinals,
                           uint32_t *n);

/* ---- for build; `others` are the product's top ranked alternatives */

/* NULL unless the product is discontinued. */
struct ended_view *alternatives_ended(struct page *p, const struct facts *f, const struct planned_product *others, size_t n);
/* Sets the card's link to its comparison with the page's product. */
void alternatives_versus(struct page *p, const struct facts *with, struct card_view *card);
/* The sentence that says how alternatives are ranked and names the first. */
struct span alternatives_sentence(struct page *p, struct span name, const struct planned_product *others, size_t n);
void alternatives_member(struct page *p, const struct facts *f, size_t position, struct member_view *out);

#endif
