/* The products that are close to one product or to the members of a comparison, found in the catalog.  Plan only.
 *
 * A close product shares a sector and, besides, a theme or a small sector (model/closeness.h).  It therefore stands in the
 * rankings of the product's sectors, and also in those of its themes and small sectors.  The smaller of these two groups
 * of rankings is read.  When it has more than CLOSE_PRODUCTS_READ products, that many are read of all rankings, the shortest
 * ranking first.  A large site thus pays no more for a page than a small one, and leaves out only products whose common
 * terms have hundreds of bearers. */
#ifndef DIPTYCH_SITE_CLOSE_PRODUCTS_H
#define DIPTYCH_SITE_CLOSE_PRODUCTS_H

#include "catalog/catalog.h"
#include "model/closeness.h"

#define CLOSE_PRODUCTS_MAX 24
#define CLOSE_PRODUCTS_SET 4
#define CLOSE_PRODUCTS_READ 64

struct close_product {
  uint32_t ordinal;
  int tenths;
  uint64_t closeness; /* in a list of a set: the sum of its closeness to all members */
  struct facts facts;
};

/* Closest first, then velocity descending, then slug. */
struct close_list {
  size_t n, most; /* most <= CLOSE_PRODUCTS_MAX */
  struct close_product v[CLOSE_PRODUCTS_MAX];
};

struct close_rankings { /* of the terms of a member, in their order */
  struct catalog_list sectors[PRODUCT_SECTORS_MAX], themes[PRODUCT_THEMES_MAX];
};

struct close_set {
  const struct catalog_pin *pin;
  size_t n;
  uint64_t ids[CLOSE_PRODUCTS_SET];
  struct closeness_terms terms[CLOSE_PRODUCTS_SET];
  struct close_rankings rankings[CLOSE_PRODUCTS_SET];
};

void close_products_add(struct close_set *set, const struct facts *member);
/* Fills each[i] with what is close to member i, and `together` (NULL: not wanted) with the products outside of the set
 * that are close to a member. */
void close_products_find(const struct close_set *set, struct close_list *each, struct close_list *together);
/* The products close to one product. */
void close_products_of(const struct catalog_pin *pin, const struct facts *f, size_t most, struct close_list *out);
bool close_products_pair(const struct catalog_pin *pin, const struct facts *a, const struct facts *b);

#endif
