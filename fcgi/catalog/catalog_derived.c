/* Private data that is derived from the records: counts for the medians, pairs, the heap of due times.
 * catalog_absorb applies staged changes to all of it. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

/* ---- medians: per first sector, the counts of n90 among published products */
static size_t median_at(const struct catalog_writer *w, uint64_t sector)
{
  size_t from = 0, to = w->n_medians;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (w->medians[middle].sector < sector)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

struct catalog_median *catalog_median_of(struct catalog_writer *w, uint64_t sector)
{
  size_t i = median_at(w, sector);
  return i < w->n_medians && w->medians[i].sector == sector ? &w->medians[i] : NULL;
}

static struct catalog_median *median_find_or_add(struct catalog_writer *w, uint64_t sector)
{
  size_t i = median_at(w, sector);
  if (i < w->n_medians && w->medians[i].sector == sector)
    return &w->medians[i];
  if (!catalog_grow((void **)&w->medians, &w->cap_medians, w->n_medians + 1, sizeof *w->medians))
    return NULL;
  memmove(w->medians + i + 1, w->medians + i, (w->n_medians++ - i) * sizeof *w->medians);
  w->medians[i] = (struct catalog_median){.sector = sector};
  return &w->medians[i];
}

static uint32_t count_at(const struct catalog_median *m, uint64_t rank)
{
  for (size_t i = 0; i < m->n; i++) {
    if (rank < m->counts[i].products)
      return m->counts[i].n90;
    rank -= m->counts[i].products;
  }
  return 0;
}

static bool median_update(struct catalog_median *m)
{
  uint32_t before = m->median2;
  uint64_t total = 0;
  for (size_t i = 0; i < m->n; i++)
    total += m->counts[i].products;
  m->median2 = total ? count_at(m, (total - 1) / 2) + count_at(m, total / 2) : 0;
  return m->median2 != before;
}

/* by: +1 or -1 product with this n90. */
static bool median_add(struct catalog_writer *w, uint64_t sector, uint32_t n90, int by)
{
  struct catalog_median *m = median_find_or_add(w, sector);
  if (!m)
    return false;
  size_t i = 0;
  while (i < m->n && m->counts[i].n90 < n90)
    i++;
  if (i == m->n || m->counts[i].n90 != n90) {
    if (by < 0)
      return true;
    if (!catalog_grow((void **)&m->counts, &m->cap, m->n + 1, sizeof *m->counts))
      return false;
    memmove(m->counts + i + 1, m->counts + i, (m->n++ - i) * sizeof *m->counts);
    m->counts[i] = (struct catalog_count){n90, 0};
  }
  m->counts[i].products += (uint32_t)by;
  if (m->counts[i].products == 0)
    memmove(m->counts + i, m->counts + i + 1, (--m->n - i) * sizeof *m->counts);
  return true;
}

static bool published(const struct catalog_record *r)
{
  return r && catalog_record_status(r) == PRODUCT_PUBLISHED;
}

static bool median_count(struct catalog_writer *w, const struct catalog_record *r, int by)
{
  if (!published(r) || r->n_sectors == 0)
    return true;
  return median_add(w, catalog_ids_of(w, r->sectors)[0], r->activities ? r->n90 : 0, by);
}

/* ---- pairs */
static bool pairs_add(struct catalog_writer *w, const struct catalog_record *r, uint32_t owner)
{
  if (!r || r->n_pairs == 0)
    return true;
  if (!catalog_grow((void **)&w->pairs, &w->cap_pairs, w->n_pairs + r->n_pairs, sizeof *w->pairs))
    return false;
  const uint64_t *ids = catalog_record_pairs(r, r);
  for (uint32_t i = 0; i < r->n_pairs; i++) {
    struct catalog_pair_ids p = ids[i] < r->id ? (struct catalog_pair_ids){ids[i], r->id}
                                               : (struct catalog_pair_ids){r->id, ids[i]};
    w->pairs[w->n_pairs++] = (struct catalog_pair_row){p, owner};
  }
  return true;
}

static void pairs_drop(struct catalog_writer *w, uint32_t owner)
{
  size_t kept = 0;
  for (size_t i = 0; i < w->n_pairs; i++)
    if (w->pairs[i].owner != owner)
      w->pairs[kept++] = w->pairs[i];
  w->n_pairs = kept;
}

static bool pairs_same(const struct catalog_record *a, const struct catalog_record *b)
{
  uint32_t n = a ? a->n_pairs : 0;
  if (n != (b ? b->n_pairs : 0))
    return false;
  return n == 0 || memcmp(catalog_record_pairs(a, a), catalog_record_pairs(b, b), n * sizeof(uint64_t)) == 0;
}

/* ---- due times: a binary heap; an entry is outdated when the record has another due time */
static void due_sift(struct catalog_writer *w, size_t i)
{
  for (;;) {
    size_t least = i, left = 2 * i + 1;
    for (size_t child = left; child < left + 2 && child < w->n_due; child++)
      if (w->due[child].at_us < w->due[least].at_us)
        least = child;
    if (least == i)
      return;
    struct catalog_due t = w->due[i];
    w->due[i] = w->due[least];
    w->due[least] = t;
    i = least;
  }
}

static int64_t due_of(const struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  return r ? catalog_record_time(r, r, TIME_DUE, CLOCK_FOREVER) : CLOCK_FOREVER;
}

/* Drops outdated and duplicate entries. */
static void due_prune(struct catalog_writer *w)
{
  size_t n = w->n_due;
  w->n_due = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t ordinal = w->due[i].ordinal;
    if (due_of(w, ordinal) == w->due[i].at_us && !(w->marks[ordinal] & MARK_MOVED)) {
      w->marks[ordinal] |= MARK_MOVED;
      w->due[w->n_due++] = w->due[i];
    }
  }
  for (size_t i = 0; i < w->n_due; i++)
    w->marks[w->due[i].ordinal] &= (uint8_t)~MARK_MOVED;
  for (size_t i = w->n_due / 2 + 1; i-- > 0;)
    due_sift(w, i);
}

bool catalog_due_put(struct catalog_writer *w, uint32_t ordinal)
{
  int64_t at_us = due_of(w, ordinal);
  if (at_us == CLOCK_FOREVER)
    return true;
  if (w->n_due > 2 * (size_t)w->next.products + 1024)
    due_prune(w);
  if (!catalog_grow((void **)&w->due, &w->cap_due, w->n_due + 1, sizeof *w->due))
    return false;
  size_t i = w->n_due++;
  for (; i > 0 && w->due[(i - 1) / 2].at_us > at_us; i = (i - 1) / 2)
    w->due[i] = w->due[(i - 1) / 2];
  w->due[i] = (struct catalog_due){at_us, ordinal};
  return true;
}

int64_t catalog_next_due(struct catalog_writer *w)
{
  while (w->n_due) {
    if (due_of(w, w->due[0].ordinal) == w->due[0].at_us)
      return w->due[0].at_us;
    w->due[0] = w->due[--w->n_due];
    due_sift(w, 0);
  }
  return CLOCK_FOREVER;
}

/* ---- everything, from the mirrors */
bool catalog_derive(struct catalog_writer *w)
{
  for (size_t i = 0; i < w->n_medians; i++)
    free(w->medians[i].counts);
  w->n_medians = w->n_pairs = w->n_due = w->live_bytes = 0;
  w->n_by_id = w->covered = 0;
  for (uint32_t i = 0; i < w->next.products; i++) {
    const struct catalog_record *r = catalog_record_of(w, w->records[i]);
    if (!r)
      continue;
    w->live_bytes += catalog_record_bytes(r);
    if (!median_count(w, r, 1) || !pairs_add(w, r, i) || !catalog_due_put(w, i) ||
        !catalog_intern_known(w, r->sectors, r->n_sectors) || !catalog_intern_known(w, r->themes, r->n_themes))
      return false;
  }
  for (size_t i = 0; i < w->n_medians; i++)
    median_update(&w->medians[i]);
  return true;
}

/* ---- staged changes */
static bool rank_changes(const struct catalog_record *a, const struct catalog_record *b)
{
  if (!published(a) || !published(b))
    return published(a) || published(b);
  return a->n90 != b->n90 || a->s30 != b->s30 || (a->activities == 0) != (b->activities == 0) ||
         a->override_tenths != b->override_tenths || a->sectors != b->sectors || a->n_sectors != b->n_sectors ||
         a->themes != b->themes || a->n_themes != b->n_themes ||
         !span_eq(catalog_record_slug(a, a), catalog_record_slug(b, b));
}

static bool recent_changes(const struct catalog_record *a, const struct catalog_record *b)
{
  if (!published(a) || !published(b))
    return published(a) || published(b);
  return catalog_record_time(a, a, TIME_ACTIVITY, 0) != catalog_record_time(b, b, TIME_ACTIVITY, 0) ||
         catalog_record_time(a, a, TIME_SPARK, 0) != catalog_record_time(b, b, TIME_SPARK, 0);
}

static bool order_changes(struct catalog_writer *w, uint32_t ordinal, const struct catalog_record *a,
                          const struct catalog_record *b, struct catalog_vector *added)
{
  bool renamed = a && b && !span_eq(catalog_record_slug(a, a), catalog_record_slug(b, b));
  w->dirty_order |= renamed || published(a) != published(b);
  if (published(a) && (!published(b) || renamed))
    w->marks[ordinal] |= MARK_MOVED;
  if (published(b) && (!published(a) || renamed))
    return catalog_vector_put(added, ordinal);
  return true;
}

static bool rerank(struct catalog_writer *w, const struct catalog_staged *s)
{
  w->dirty_rank = true;
  if (!catalog_grow((void **)&w->reranked, &w->cap_reranked, w->n_reranked + 1, sizeof *w->reranked))
    return false;
  w->reranked[w->n_reranked++] = *s;
  return true;
}

static bool absorb_one(struct catalog_writer *w, const struct catalog_staged *s, struct catalog_vector *added)
{
  const struct catalog_record *a = catalog_record_of(w, s->old), *b = catalog_record_of(w, w->records[s->ordinal]);
  w->marks[s->ordinal] &= (uint8_t)~MARK_STAGED;
  if (a == b)
    return true;
  w->dirty = true;
  if (rank_changes(a, b) && !rerank(w, s))
    return false;
  w->dirty_recent |= recent_changes(a, b);
  if (a)
    w->live_bytes -= catalog_record_bytes(a);
  if (!pairs_same(a, b)) {
    w->dirty_pairs = true;
    pairs_drop(w, s->ordinal);
    if (!pairs_add(w, b, s->ordinal))
      return false;
  }
  return median_count(w, a, -1) && median_count(w, b, 1) && order_changes(w, s->ordinal, a, b, added) &&
         catalog_vector_put(&w->changed, s->ordinal);
}

bool catalog_absorb(struct catalog_writer *w)
{
  struct catalog_vector added = {0};
  bool ok = true;
  for (size_t i = 0; i < w->n_staged && ok; i++)
    ok = absorb_one(w, &w->staged[i], &added);
  w->n_staged = 0;
  ok = ok && catalog_order_patch(w, w->dirty_order, &added);
  free(added.at);
  for (size_t i = 0; i < w->n_medians; i++)
    if (median_update(&w->medians[i]))
      w->rank_all = w->dirty_rank = true;
  return ok;
}
