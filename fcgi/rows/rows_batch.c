#include "rows/rows_batch.h"

#include "rows/rows_facts.h"

static enum err batch_read(struct db *db, struct rows_reading *r, struct rows_batch *out)
{
  uint64_t after = r->set.first - 1;
  enum err err = db_snapshot(db, r->deadline_us, rows_facts_read, r);
  *out = (struct rows_batch){.products = r->products, .n = r->n, .snapshot = r->snapshot, .ended = r->ended};
  out->last = r->set.ids || r->ended ? UINT64_MAX : r->set.last;
  if (out->last < after)
    out->last = after;
  return err;
}

enum err rows_batch_list(struct db *db, const struct rows_list *list, struct arena *arena, int64_t deadline_us,
                         struct rows_batch *out)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .search = true,
                           .past_us = list->past_us, .set = {.ids = list->ids, .n = list->n}};
  return batch_read(db, &r, out);
}

enum err rows_batch_range(struct db *db, const struct rows_range *range, struct arena *arena, int64_t deadline_us,
                          struct rows_batch *out)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .most = range->most,
                           .search = !range->versions, .past_us = range->past_us, .until = range->until,
                           .set = {.first = range->after + 1, .last = range->until}};
  return batch_read(db, &r, out);
}
