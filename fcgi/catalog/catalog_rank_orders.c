/* Writes the lists of all products by moves and by latest release.  Both are the ranking, sorted by one number of each
 * product in a stable radix sort, so products with the same number stand in the order of the ranking. */
#include <stdlib.h>

#include "catalog/catalog_rank_columns.h"

uint64_t catalog_order_key(enum catalog_order order, const struct catalog_record *head, const void *body)
{
  if (order == CATALOG_BY_MOVES)
    return UINT32_MAX - head->n90;
  int64_t us = catalog_record_time(head, body, TIME_RELEASE, CLOCK_NEVER);
  return ~((uint64_t)us ^ UINT64_C(1) << 63); /* CLOCK_NEVER is the least time, so it gets the highest key */
}

static enum err order_write(struct catalog_writer *w, enum catalog_table t, const uint64_t *keys, const uint32_t *ranking,
                            struct catalog_keyed *space)
{
  uint32_t n = w->n_by_slug;
  bool fresh;
  uint32_t *out = catalog_table_next(w, t, n, n * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  catalog_alive(w);
  for (uint32_t i = 0; i < n; i++)
    space[i] = (struct catalog_keyed){keys[ranking[i]], ranking[i], 0};
  const struct catalog_keyed *sorted = catalog_radix_sort(space, space + n, n);
  for (uint32_t i = 0; i < n; i++)
    out[i] = sorted[i].value;
  return ERR_OK;
}

enum err catalog_rank_orders_write(struct catalog_writer *w, const struct rank_columns *c, const uint32_t *ranking)
{
  struct catalog_keyed *space = reallocarray(NULL, 2 * (size_t)w->n_by_slug + 1, sizeof *space);
  if (!space)
    return ERR_NO_MEMORY;
  enum err e = order_write(w, TABLE_BY_MOVES, c->keys[0], ranking, space);
  if (e == ERR_OK)
    e = order_write(w, TABLE_BY_LATEST, c->keys[1], ranking, space);
  free(space);
  return e;
}
