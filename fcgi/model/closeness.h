/* Closeness: how much two published products have in common.
 *
 *   closeness = sum of 1/n over the sectors that both have + sum of 2/n over the themes that both have
 *
 * n is the number of published products that have the sector or theme, rounded up to a power of two.  The rounding keeps
 * most closenesses the same when one product gains or loses a term.  Two products are close when they share a sector and,
 * besides, a theme or a sector of at most CLOSENESS_SMALL published products.
 *
 * Closeness is counted in units of 1 / CLOSENESS_ONE.  A catalog has fewer than 2^24 products, so every part of the sum is
 * a whole number of units, and two sums compare exactly. */
#ifndef DIPTYCH_MODEL_CLOSENESS_H
#define DIPTYCH_MODEL_CLOSENESS_H

#include "model/product.h"

#define CLOSENESS_ONE (UINT64_C(1) << 24)
#define CLOSENESS_SMALL 8

struct closeness_term { /* a sector or a theme */
  uint64_t id;
  uint32_t bearers; /* published products that have it */
};

/* The terms of one product, to which others are compared.  Terms that do not exist are left out. */
struct closeness_terms {
  struct closeness_term sectors[PRODUCT_SECTORS_MAX], themes[PRODUCT_THEMES_MAX];
  uint32_t n_sectors, n_themes;
};

struct closeness {
  uint64_t sum;
  bool shares_sector, close;
};

/* `other` must be another product than the one that has the terms. */
struct closeness closeness_to(const struct closeness_terms *terms, const struct facts *other);

#endif
