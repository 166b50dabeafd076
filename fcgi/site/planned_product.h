/* A product as a plan knows it: its facts and the names of its sectors and themes, all from the catalog.
 * Plan only; both functions feed the page's digest.  False: the product is not published any more, or memory ran
 * out (the arena remembers that). */
#ifndef DIPTYCH_SITE_PLANNED_PRODUCT_H
#define DIPTYCH_SITE_PLANNED_PRODUCT_H

#include "site/page.h"

struct planned_product {
  struct member member;
  struct catalog_term *sectors; /* those that exist, in order */
  struct catalog_term *themes;
  uint32_t n_sectors, n_themes;
  bool theme_borne; /* one of the first four themes has at least two published bearers */
  uint64_t digest[2]; /* of all that the plan read of the catalog for it */
  uint32_t median2; /* twice the median n90 of its first sector; 0: it has none */
  uint32_t past2[SCORE_MONTHS]; /* the same at the ends of past months; only after planned_product_past */
};

bool planned_product_fill(struct page *p, const struct member *m, struct planned_product *out);
void planned_product_past(struct page *p, struct planned_product *g);
/* For a card: sectors, but no themes. */
bool planned_product_fill_card(struct page *p, uint32_t ordinal, struct planned_product *out);
/* Id of its own sector, of which median2 is; 0: it has none that exists. */
uint64_t planned_product_sector(const struct planned_product *g);

#endif
