/* Reads up to a hundred whole products for their fragments, in two round trips: rows_facts_read with texts, and their
 * activities one by one. */
#include <stdlib.h>

#include "rows/rows_facts.h"

static int by_id(const void *x, const void *y)
{
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

/* Returns a sorted copy without duplicates. */
static uint64_t *ids_sorted(struct arena *arena, const uint64_t *ids, size_t n, size_t *kept)
{
  uint64_t *to = ARENA_ARRAY(arena, n + 1, uint64_t);
  if (!to)
    return NULL;
  if (n)
    memcpy(to, ids, n * sizeof *to);
  qsort(to, n, sizeof *to, by_id);
  *kept = 0;
  for (size_t i = 0; i < n; i++)
    if (i == 0 || to[i] != to[*kept - 1])
      to[(*kept)++] = to[i];
  return to;
}

static enum err products_reading(struct rows_reading *r, const uint64_t *ids, size_t n, struct product *out)
{
  memset(out, 0, n * sizeof *out);
  if (n > ROWS_PRODUCTS_MAX)
    return ERR_LIMIT;
  if (!(r->set.ids = ids_sorted(r->arena, ids, n, &r->set.n)))
    return ERR_NO_MEMORY;
  enum err err = db_snapshot(r->db, r->deadline_us, rows_facts_read, r);
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    const struct product *p = rows_reading_find(r, ids[i]);
    if (p)
      out[i] = *p;
  }
  return err;
}

enum err rows_products(struct db *db, const struct rows_wanted *wanted, struct arena *arena, int64_t deadline_us,
                       struct product *out, struct rows_snapshot *snapshot)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .texts = !wanted->cards,
                           .cards = wanted->cards, .listed = true, .last = true};
  enum err err = products_reading(&r, wanted->ids, wanted->n, out);
  *snapshot = r.snapshot;
  return err;
}

enum err rows_preview_products(struct db *db, const struct rows_preview_list *list, struct arena *arena, int64_t deadline_us,
                               struct product *out)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .texts = true, .listed = true,
                           .last = true, .past_us = list->past_us, .preview = list->preview};
  return products_reading(&r, list->ids, list->n, out);
}
