/* The top ranked products of several rankings together, for the cards of a comparison, for alternatives and for the
 * pairs of the sitemap.  The catalog's rankings are sorted (velocity descending, then slug), so only the first few
 * of each are read.  Plan only. */
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
  size_t fixed;    /* the first `fixed` products keep their places */
  const uint64_t *skip; /* ids of products to leave out */
  size_t n_skip;
  struct top_ranked v[TOP_RANKED_MAX];
};

/* Merges a ranking into the list; each product appears once. */
void top_ranked_add(const struct catalog_pin *pin, struct catalog_list ranking, struct top_ranked_list *list);

#endif
