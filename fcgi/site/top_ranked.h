/* The best ranked few of several rankings together: cards of a set, best alternatives, meaningful
 * pairs.  Rankings come sorted from the catalog (velocity descending, then slug), so the first few of
 * each are enough.  Plan only. */
#ifndef DIPTYCH_SITE_TOP_RANKED_H
#define DIPTYCH_SITE_TOP_RANKED_H

#include "catalog/catalog.h"

#define TOP_RANKED_MAX 20

struct top_ranked {
  uint32_t ordinal;
  int tenths;
  struct facts facts;
};

struct top_ranked_list {
  size_t n, most;  /* most <= TOP_RANKED_MAX */
  size_t fixed;    /* the first so many keep their places */
  const uint64_t *skip; /* product ids that are left out */
  size_t n_skip;
  struct top_ranked v[TOP_RANKED_MAX];
};

void top_ranked_add(const struct catalog_pin *pin, struct catalog_list ranking, struct top_ranked_list *k);

#endif
