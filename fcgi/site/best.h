/* The best ranked few of several rankings together: cards of a set, best alternatives, meaningful
 * pairs.  Rankings come sorted from the catalog (velocity descending, then slug), so the first few of
 * each are enough.  Plan only. */
#ifndef DIPTYCH_SITE_BEST_H
#define DIPTYCH_SITE_BEST_H

#include "catalog/catalog.h"

#define BEST_MAX 20

struct best {
  uint32_t ordinal;
  int tenths;
  struct facts facts;
};

struct best_list {
  size_t n, most;  /* most <= BEST_MAX */
  size_t fixed;    /* the first so many keep their places */
  const uint64_t *skip; /* product ids that are left out */
  size_t n_skip;
  struct best v[BEST_MAX];
};

void best_take(const struct catalog_pin *pin, struct catalog_list ranking, struct best_list *k);

#endif
