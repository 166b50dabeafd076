/* Sectors in lists, for /sectors and the home page. */
#ifndef DIPTYCH_SITE_SECTORS_H
#define DIPTYCH_SITE_SECTORS_H

#include "site/build.h"

struct sector_row {
  struct catalog_term term;
  struct member leader; /* ordinal CATALOG_NONE: the sector has no product */
};

/* Plan.  Reads up to `most` sectors that have published products, in their order, and leaves out the first `first` of them;
 * returns their number. */
uint32_t sectors_plan_rows(struct page *p, uint32_t first, uint32_t most, struct sector_row **out);
/* Build. */
struct sector_view *sectors_build(struct page *p, const struct sector_row *rows, uint32_t n);

#endif
