#include "catalog/catalog_position.h"

#include "base/must.h"

static void gap_remove(struct catalog_position *p, size_t at)
{
  MUST(at < p->n_gaps && p->n_gaps <= CATALOG_GAPS_MAX, "a gap of the change log that does not exist is removed");
  p->n_gaps--;
  memmove(&p->gaps[at], &p->gaps[at + 1], (p->n_gaps - at) * sizeof *p->gaps);
}

bool catalog_position_add_gap(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us)
{
  bool room = p->n_gaps < CATALOG_GAPS_MAX;
  if (!room)
    gap_remove(p, 0);
  p->gaps[p->n_gaps++] = (struct catalog_gap){first, last, until_us};
  return room;
}

bool catalog_position_advance(struct catalog_position *p, uint64_t seq, uint64_t entity_id, int64_t changed_us, int64_t until_us)
{
  bool ok = true;
  if (seq <= p->cursor)
    return true;
  if (seq > p->cursor + 1)
    ok = catalog_position_add_gap(p, p->cursor + 1, seq - 1, until_us);
  p->cursor = seq;
  p->anchor_entity_id = entity_id;
  p->anchor_changed_us = changed_us;
  return ok;
}

/* The first gap that ends at or after seq; n_gaps: none. */
static size_t gap_find(const struct catalog_position *p, uint64_t seq)
{
  size_t low = 0, high = p->n_gaps;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (p->gaps[middle].last < seq)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

enum catalog_gap_fill catalog_position_fill(struct catalog_position *p, uint64_t seq)
{
  enum catalog_gap_fill fill = GAP_FILLED;
  size_t at = gap_find(p, seq);
  struct catalog_gap *g = &p->gaps[at];
  if (at == p->n_gaps || seq < g->first)
    return GAP_NOT_FOUND;
  if (g->first == g->last) {
    gap_remove(p, at);
  } else if (seq == g->first) {
    g->first++;
  } else if (seq == g->last) {
    g->last--;
  } else if (p->n_gaps == CATALOG_GAPS_MAX) {
    fill = GAP_TRUNCATED;
    if (seq - g->first < g->last - seq)
      g->first = seq + 1;
    else
      g->last = seq - 1;
  } else {
    memmove(g + 1, g, (p->n_gaps - at) * sizeof *g);
    p->n_gaps++;
    g[0].last = seq - 1;
    g[1].first = seq + 1;
  }
  return fill;
}

size_t catalog_position_expire(struct catalog_position *p, int64_t now_us)
{
  uint32_t kept = 0, before = p->n_gaps;
  for (uint32_t i = 0; i < before; i++)
    if (p->gaps[i].until_us > now_us)
      p->gaps[kept++] = p->gaps[i];
  p->n_gaps = kept;
  return before - kept;
}

uint64_t catalog_position_missing(const struct catalog_position *p)
{
  uint64_t n = 0;
  for (uint32_t i = 0; i < p->n_gaps; i++)
    n += p->gaps[i].last - p->gaps[i].first + 1;
  return n;
}

bool catalog_position_anchored(const struct catalog_position *p, uint64_t entity_id, int64_t changed_us)
{
  return p->anchor_entity_id == entity_id && p->anchor_changed_us == changed_us;
}
