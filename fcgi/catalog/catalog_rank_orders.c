/* Writes the lists of all products by moves and by latest release.  Both are the ranking, sorted by one number of each
 * product in a stable radix sort, so products with the same number stand in the order of the ranking. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

#define PREFETCH 16 /* records ahead of the walk; they lie in no order */
#define DIGIT 11    /* bits */
#define DIGITS ((64 + DIGIT - 1) / DIGIT)
#define VALUES ((size_t)1 << DIGIT)

struct keyed {
  uint64_t key;
  uint32_t ordinal;
};

uint64_t catalog_order_key(enum catalog_order order, const struct catalog_record *head, const void *body)
{
  if (order == CATALOG_BY_MOVES)
    return UINT32_MAX - head->n90;
  int64_t us = catalog_record_time(head, body, TIME_RELEASE, CLOCK_NEVER);
  return ~((uint64_t)us ^ UINT64_C(1) << 63); /* CLOCK_NEVER is the least time, so it gets the highest key */
}

static void keys_read(const struct catalog_writer *w, enum catalog_order order, const uint32_t *ranking, struct keyed *out)
{
  for (uint32_t i = 0; i < w->n_by_slug; i++) {
    if (i + PREFETCH < w->n_by_slug) {
      const char *next = w->base + (size_t)w->records[ranking[i + PREFETCH]] * 8;
      __builtin_prefetch(next + CATALOG_RECORD_HOT);
      __builtin_prefetch(next + sizeof(struct catalog_record));
    }
    const struct catalog_record *r = catalog_record_of(w, w->records[ranking[i]]);
    out[i] = (struct keyed){catalog_order_key(order, r, r), ranking[i]};
  }
}

/* One pass over one digit.  false: all keys have the same digit, and nothing was written. */
static bool digit_sort(const struct keyed *from, struct keyed *to, uint32_t n, unsigned shift)
{
  uint32_t start[VALUES + 1] = {0};
  for (uint32_t i = 0; i < n; i++)
    start[(from[i].key >> shift & (VALUES - 1)) + 1]++;
  if (n == 0 || start[(from[0].key >> shift & (VALUES - 1)) + 1] == n)
    return false;
  for (size_t i = 1; i <= VALUES; i++)
    start[i] += start[i - 1];
  for (uint32_t i = 0; i < n; i++)
    to[start[from[i].key >> shift & (VALUES - 1)]++] = from[i];
  return true;
}

static const struct keyed *keys_sort(struct keyed *from, struct keyed *to, uint32_t n)
{
  for (unsigned digit = 0; digit < DIGITS; digit++)
    if (digit_sort(from, to, n, digit * DIGIT)) {
      struct keyed *swap = from;
      from = to;
      to = swap;
    }
  return from;
}

static enum err order_write(struct catalog_writer *w, enum catalog_order order, const uint32_t *ranking, struct keyed *space)
{
  enum catalog_table t = order == CATALOG_BY_MOVES ? TABLE_BY_MOVES : TABLE_BY_LATEST;
  bool fresh;
  uint32_t *out = catalog_table_next(w, t, w->n_by_slug, w->n_by_slug * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  keys_read(w, order, ranking, space);
  const struct keyed *sorted = keys_sort(space, space + w->n_by_slug, w->n_by_slug);
  for (uint32_t i = 0; i < w->n_by_slug; i++)
    out[i] = sorted[i].ordinal;
  return ERR_OK;
}

enum err catalog_rank_orders_write(struct catalog_writer *w, const uint32_t *ranking)
{
  struct keyed *space = reallocarray(NULL, 2 * (size_t)w->n_by_slug + 1, sizeof *space);
  if (!space)
    return ERR_NO_MEMORY;
  enum err e = order_write(w, CATALOG_BY_MOVES, ranking, space);
  if (e == ERR_OK)
    e = order_write(w, CATALOG_BY_LATEST, ranking, space);
  free(space);
  return e;
}
