/* Private data that is derived from the records: medians (catalog_median.c), pairs, the heap of due times.
 * catalog_absorb applies staged changes to all of it. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

static bool published(const struct catalog_record *r)
{
  return r && catalog_record_status(r) == PRODUCT_PUBLISHED;
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
    w->pairs[w->n_pairs++] = (struct catalog_pair_row){p, r->flags & FLAG_PAIR_TEXTS ? ids[r->n_pairs + i] : 0, owner};
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
  uint32_t n = a ? catalog_record_pair_words(a) : 0;
  if (n != (b ? catalog_record_pair_words(b) : 0))
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

/* Most products share their lists of ids.  known: a bit for each offset that was seen. */
static bool list_intern(struct catalog_writer *w, uint64_t *known, uint32_t at, uint32_t n)
{
  if (n == 0 || known[at / 64] >> at % 64 & 1)
    return true;
  known[at / 64] |= UINT64_C(1) << at % 64;
  return catalog_intern_known(w, at, n);
}

static bool record_derive(struct catalog_writer *w, const struct catalog_record *r, uint32_t ordinal, uint64_t *known)
{
  w->live_bytes += catalog_record_bytes(r);
  return catalog_median_move(w, NULL, r) && pairs_add(w, r, ordinal) && catalog_due_put(w, ordinal) &&
         list_intern(w, known, r->sectors, r->n_sectors) && list_intern(w, known, r->themes, r->n_themes);
}

bool catalog_derive(struct catalog_writer *w)
{
  uint64_t *known = calloc((size_t)w->next.heap_top / 64 + 1, sizeof *known);
  bool ok = known;
  catalog_medians_free(w);
  w->n_pairs = w->n_due = w->live_bytes = 0;
  w->n_by_id = w->covered = 0;
  for (uint32_t i = 0; ok && i < w->next.products; i++) {
    catalog_alive_at(w, i);
    if (w->records[i])
      ok = record_derive(w, catalog_record_of(w, w->records[i]), i, known);
  }
  free(known);
  if (!ok)
    return false;
  bool dirty_rank = w->dirty_rank, rank_all = w->rank_all, dirty_past = w->dirty_past;
  catalog_medians_find(w);
  w->dirty_rank = dirty_rank, w->rank_all = rank_all, w->dirty_past = dirty_past; /* nothing changed since the last publication */
  return catalog_ledger_derive(w);
}

/* ---- staged changes */
static bool rank_changes(const struct catalog_record *a, const struct catalog_record *b)
{
  if (!published(a) || !published(b))
    return published(a) || published(b);
  return a->n90 != b->n90 || a->s30 != b->s30 || (a->activities == 0) != (b->activities == 0) ||
         a->override_tenths != b->override_tenths || a->sectors != b->sectors || a->n_sectors != b->n_sectors ||
         a->themes != b->themes || a->n_themes != b->n_themes ||
         catalog_record_time(a, a, TIME_RELEASE, 0) != catalog_record_time(b, b, TIME_RELEASE, 0) ||
         !span_eq(catalog_record_slug(a, a), catalog_record_slug(b, b));
}

static bool recent_changes(const struct catalog_record *a, const struct catalog_record *b)
{
  if (!published(a) || !published(b))
    return published(a) || published(b);
  for (int i = 0; i < NEWEST_COUNT; i++)
    if (catalog_newest_time(a, (enum catalog_newest)i) != catalog_newest_time(b, (enum catalog_newest)i))
      return true;
  return false;
}

static bool order_changes(struct catalog_writer *w, uint32_t ordinal, const struct catalog_record *a,
                          const struct catalog_record *b, struct catalog_vector *added)
{
  bool renamed = a && b && (!span_eq(catalog_record_slug(a, a), catalog_record_slug(b, b)) ||
                            !span_eq(catalog_record_fold(a, a), catalog_record_fold(b, b)));
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
    if (a && a->n_pairs) /* it searches all pairs, so a full load must not */
      pairs_drop(w, s->ordinal);
    if (!pairs_add(w, b, s->ordinal))
      return false;
  }
  return catalog_ledger_note(w, s->ordinal, a, b) && catalog_median_move(w, a, b) && order_changes(w, s->ordinal, a, b, added) &&
         catalog_vector_put(&w->changed, s->ordinal);
}

bool catalog_absorb(struct catalog_writer *w)
{
  struct catalog_vector added = {0};
  bool ok = true;
  for (size_t i = 0; i < w->n_staged && ok; i++) {
    catalog_alive_at(w, i);
    ok = absorb_one(w, &w->staged[i], &added);
  }
  w->n_staged = 0;
  ok = ok && catalog_order_patch(w, w->dirty_order, &added) && catalog_ledger_patch(w);
  free(added.at);
  catalog_medians_find(w);
  return ok;
}
