/* What the rankings need of each product, by ordinal, in dense arrays.  Records are read once, in the order of memory, and
 * the walks over a ranking, which is in another order, touch only these arrays.  Private to this room. */
#ifndef DIPTYCH_CATALOG_CATALOG_RANK_COLUMNS_H
#define DIPTYCH_CATALOG_CATALOG_RANK_COLUMNS_H

#include "catalog/catalog_private.h"

struct rank_lists; /* the lists of rows that were made */

struct rank_columns {
  uint32_t (*rows)[2];    /* places of the product's sectors and themes in `pool` */
  uint32_t *pool;         /* lists of rows: a number, then as many rows; at 0: the empty list */
  uint64_t *keys[2];      /* catalog_order_key of CATALOG_BY_MOVES and CATALOG_BY_LATEST */
  uint32_t *fill[2];      /* by row of a sector or theme: how many published products it has */
  struct rank_lists *lists;
};

MUST_USE bool rank_columns_make(struct catalog_writer *w, struct rank_columns *c); /* also w->scores; false: no memory */
void rank_columns_free(struct rank_columns *c);

MUST_USE enum err catalog_rank_orders_write(struct catalog_writer *w, const struct rank_columns *c, const uint32_t *ranking);

#endif
