/* The alternatives of one product: the other published products that share a sector with it, ranked.
 * Shared by the trajectory (the first few), /alternatives/{slug} (a page of them) and questions. */
#ifndef DIPTYCH_SITE_ALTERNATIVES_H
#define DIPTYCH_SITE_ALTERNATIVES_H

#include "site/build.h"

#define ALTERNATIVES_TOP 3

/* Plan: the ordinals of those ranked first + 1 to first + max; *n says how many.  Returns how many
 * alternatives there are in all.  `g` needs its sectors. */
uint32_t alternatives_take(struct page *p, const struct planned_product *g, uint32_t first, uint32_t max, uint32_t *ordinals,
                           uint32_t *n);

/* Build. */
/* NULL but for a discontinued product; others: its best alternatives. */
struct ended_view *alternatives_ended(struct page *p, const struct facts *f, const struct planned_product *others, size_t n);
/* The one link of a card to its comparison with the page's product. */
void alternatives_versus(struct page *p, const struct facts *with, struct card_view *card);
/* How they are ranked, and the best of them by name. */
struct span alternatives_sentence(struct page *p, struct span name, const struct planned_product *others, size_t n);
void alternatives_member(struct page *p, const struct facts *f, size_t position, struct member_view *out);

#endif
