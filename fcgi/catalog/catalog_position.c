#include "catalog/catalog_position.h"

#include "base/must.h"

static void gap_remove(struct catalog_position *p, size_t at)
{
  MUST(at < p->n_gaps && p->n_gaps <= CATALOG_GAPS_MAX, "a gap of the change log that does not exist is removed");
  p->n_gaps--;
  memmove(&p->gaps[at], &p->gaps[at + 1], (p->n_gaps - at) * sizeof *p->gaps);
}

/* Numbers between two neighbours; all of them have appeared. */
static uint64_t between(const struct catalog_gap *a, const struct catalog_gap *b)
{
  return b->first - a->last - 1;
}

/* Merges b, the next gap, into a, unless the result would be larger than `scale` times the usual. */
static bool gap_merge(struct catalog_gap *a, const struct catalog_gap *b, uint64_t scale)
{
  uint64_t present = a->present + between(a, b) + b->present;
  if (present > scale * CATALOG_GAP_PRESENT || b->last - a->first >= scale * CATALOG_GAP_WIDTH)
    return false;
  a->last = b->last;
  a->present = present;
  a->until_us = a->until_us > b->until_us ? a->until_us : b->until_us;
  return true;
}

/* Makes room in a full table: merges ever larger gaps until an eighth of it is free.  The last merge has no limit. */
static void gaps_compact(struct catalog_position *p)
{
  for (uint64_t scale = 2; p->n_gaps > CATALOG_GAPS_MAX - CATALOG_GAPS_MAX / 8; scale = scale < UINT32_MAX ? 4 * scale : scale) {
    uint32_t older = p->n_gaps - CATALOG_GAPS_EXACT, kept = 1;
    for (uint32_t i = 1; i < older; i++)
      if (!gap_merge(&p->gaps[kept - 1], &p->gaps[i], scale))
        p->gaps[kept++] = p->gaps[i];
    memmove(&p->gaps[kept], &p->gaps[older], CATALOG_GAPS_EXACT * sizeof *p->gaps);
    p->n_gaps = kept + CATALOG_GAPS_EXACT;
  }
}

/* The youngest of the older gaps is merged with the one before it. */
static void gap_age(struct catalog_position *p)
{
  if (p->n_gaps < CATALOG_GAPS_EXACT + 2)
    return;
  size_t at = p->n_gaps - CATALOG_GAPS_EXACT - 1;
  if (gap_merge(&p->gaps[at - 1], &p->gaps[at], 1))
    gap_remove(p, at);
}

bool catalog_position_add_gap(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us)
{
  bool room = p->n_gaps < CATALOG_GAPS_MAX;
  if (!room)
    gaps_compact(p);
  p->gaps[p->n_gaps++] = (struct catalog_gap){first, last, 0, until_us};
  gap_age(p);
  return room;
}

bool catalog_position_add_gap_below(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us)
{
  struct catalog_gap gap = {first, last, 0, until_us};
  bool room = p->n_gaps < CATALOG_GAPS_MAX;
  if (p->n_gaps > CATALOG_GAPS_EXACT && gap_merge(&gap, &p->gaps[0], 1)) {
    p->gaps[0] = gap;
    return true;
  }
  if (!room)
    gaps_compact(p);
  memmove(&p->gaps[1], &p->gaps[0], p->n_gaps++ * sizeof *p->gaps);
  p->gaps[0] = gap;
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

static void gap_split(struct catalog_position *p, size_t at, uint64_t seq)
{
  struct catalog_gap *g = &p->gaps[at];
  memmove(g + 1, g, (p->n_gaps - at) * sizeof *g);
  p->n_gaps++;
  g[0].last = seq - 1;
  g[1].first = seq + 1;
}

static void gap_count(struct catalog_position *p, size_t at, uint64_t present)
{
  if (present > p->gaps[at].last - p->gaps[at].first)
    gap_remove(p, at);
  else
    p->gaps[at].present = present;
}

bool catalog_position_fill(struct catalog_position *p, uint64_t seq)
{
  size_t at = gap_find(p, seq);
  struct catalog_gap *g = &p->gaps[at];
  if (at == p->n_gaps || seq < g->first)
    return false;
  if (g->present || (seq != g->first && seq != g->last && p->n_gaps == CATALOG_GAPS_MAX))
    gap_count(p, at, g->present + 1);
  else if (g->first == g->last)
    gap_remove(p, at);
  else if (seq == g->first)
    g->first++;
  else if (seq == g->last)
    g->last--;
  else
    gap_split(p, at, seq);
  return true;
}

void catalog_position_recount(struct catalog_position *p, const struct catalog_gap *gap, uint64_t now)
{
  size_t at = gap_find(p, gap->first);
  if (at == p->n_gaps || p->gaps[at].first > gap->first || p->gaps[at].last < gap->last)
    return;
  uint64_t known = p->gaps[at].present, others = known > gap->present ? known - gap->present : 0;
  gap_count(p, at, others + now);
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
    n += p->gaps[i].last - p->gaps[i].first + 1 - p->gaps[i].present;
  return n;
}

bool catalog_position_anchored(const struct catalog_position *p, uint64_t entity_id, int64_t changed_us)
{
  return p->anchor_entity_id == entity_id && p->anchor_changed_us == changed_us;
}
