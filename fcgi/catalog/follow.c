#include "catalog/follow.h"

#include "base/must.h"

static void range_remove(struct catalog_follow *f, size_t at)
{
  MUST(at < f->n_gaps && f->n_gaps <= CATALOG_GAPS_MAX, "a gap of the change log is removed that is not there");
  f->n_gaps--;
  memmove(&f->gaps[at], &f->gaps[at + 1], (f->n_gaps - at) * sizeof *f->gaps);
}

bool follow_gap(struct catalog_follow *f, uint64_t first, uint64_t last, int64_t until_us)
{
  bool room = f->n_gaps < CATALOG_GAPS_MAX;
  if (!room)
    range_remove(f, 0);
  f->gaps[f->n_gaps++] = (struct catalog_gap){first, last, until_us};
  return room;
}

bool follow_advance(struct catalog_follow *f, uint64_t seq, uint64_t entity_id, int64_t changed_us, int64_t until_us)
{
  bool kept = true;
  if (seq <= f->cursor)
    return true;
  if (seq > f->cursor + 1)
    kept = follow_gap(f, f->cursor + 1, seq - 1, until_us);
  f->cursor = seq;
  f->anchor_entity_id = entity_id;
  f->anchor_changed_us = changed_us;
  return kept;
}

/* The first range that ends at or after seq; n_gaps: none. */
static size_t range_find(const struct catalog_follow *f, uint64_t seq)
{
  size_t low = 0, high = f->n_gaps;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (f->gaps[middle].last < seq)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

enum follow_filled follow_fill(struct catalog_follow *f, uint64_t seq)
{
  enum follow_filled filled = FOLLOW_FILLED;
  size_t at = range_find(f, seq);
  struct catalog_gap *g = &f->gaps[at];
  if (at == f->n_gaps || seq < g->first)
    return FOLLOW_NOT_MISSING;
  if (g->first == g->last) {
    range_remove(f, at);
  } else if (seq == g->first) {
    g->first++;
  } else if (seq == g->last) {
    g->last--;
  } else if (f->n_gaps == CATALOG_GAPS_MAX) {
    filled = FOLLOW_CUT;
    if (seq - g->first < g->last - seq)
      g->first = seq + 1;
    else
      g->last = seq - 1;
  } else {
    memmove(g + 1, g, (f->n_gaps - at) * sizeof *g);
    f->n_gaps++;
    g[0].last = seq - 1;
    g[1].first = seq + 1;
  }
  return filled;
}

size_t follow_expire(struct catalog_follow *f, int64_t now_us)
{
  uint32_t kept = 0, before = f->n_gaps;
  for (uint32_t i = 0; i < before; i++)
    if (f->gaps[i].until_us > now_us)
      f->gaps[kept++] = f->gaps[i];
  f->n_gaps = kept;
  return before - kept;
}

uint64_t follow_missing(const struct catalog_follow *f)
{
  uint64_t n = 0;
  for (uint32_t i = 0; i < f->n_gaps; i++)
    n += f->gaps[i].last - f->gaps[i].first + 1;
  return n;
}

bool follow_anchored(const struct catalog_follow *f, uint64_t entity_id, int64_t changed_us)
{
  return f->anchor_entity_id == entity_id && f->anchor_changed_us == changed_us;
}
