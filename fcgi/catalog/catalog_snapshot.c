/* A publication: changed tables are written to their next slots, then the snapshot is written, and one store makes it
 * live.  Nothing of it is visible before that store.  A writer that dies leaves the previous snapshot, whose tables
 * this step does not touch.  The list of changes is cleared only after that store.  So a publication that fails
 * while it writes the tables (LIMIT, NO_MEMORY) can be repeated and then publishes all of them.
 *
 * `building` is set first.  It tells readers that this step may overwrite data of their old pins
 * (catalog_pin_valid). */
#include <stdlib.h>

#include "base/log.h"
#include "catalog/catalog_private.h"

#define GARBAGE_ALLOWED ((size_t)16 << 20)

/* ---- pairs */
static int pair_cmp(const void *a, const void *b)
{
  const struct catalog_pair_ids *x = a, *y = b;
  int c = (x->low > y->low) - (x->low < y->low);
  return c ? c : (x->high > y->high) - (x->high < y->high);
}

/* The newest texts.  Each text is listed by both of its products. */
static void written_write(struct catalog_writer *w)
{
  uint64_t texts[CATALOG_WRITTEN];
  uint32_t n = 0;
  for (size_t i = 0; i < w->n_pairs; i++) {
    uint64_t text = w->pairs[i].text;
    uint32_t at = n;
    while (at > 0 && texts[at - 1] < text)
      at--;
    if (text == 0 || at == CATALOG_WRITTEN || (at > 0 && texts[at - 1] == text))
      continue;
    n += n < CATALOG_WRITTEN;
    memmove(texts + at + 1, texts + at, (n - at - 1) * sizeof *texts);
    memmove(w->next.written + at + 1, w->next.written + at, (n - at - 1) * sizeof *w->next.written);
    texts[at] = text;
    w->next.written[at] = w->pairs[i].ids;
  }
  w->next.n_written = n;
}

static enum err pairs_write(struct catalog_writer *w)
{
  bool fresh;
  struct catalog_pair_ids *out =
      catalog_table_next(w, TABLE_PAIRS, (uint32_t)w->n_pairs, w->n_pairs * sizeof *out, &fresh);
  uint32_t kept = 0;
  if (!out)
    return ERR_LIMIT;
  for (size_t i = 0; i < w->n_pairs; i++)
    out[i] = w->pairs[i].ids;
  qsort(out, w->n_pairs, sizeof *out, pair_cmp);
  for (size_t i = 0; i < w->n_pairs; i++)
    if (kept == 0 || pair_cmp(&out[kept - 1], &out[i]) != 0)
      out[kept++] = out[i];
  w->next.tables[TABLE_PAIRS].n = kept;
  written_write(w);
  return ERR_OK;
}

/* ---- records: an old slot gets the changes since it was written, or everything */
static void records_note(struct catalog_writer *w)
{
  for (int s = 0; s < CATALOG_RING; s++) {
    if (w->slot_changed[s].n + w->changed.n > 1024 + w->next.products / 4)
      w->slot_stale[s] = true;
    for (size_t i = 0; i < w->changed.n && !w->slot_stale[s]; i++)
      w->slot_stale[s] = !catalog_vector_put(&w->slot_changed[s], w->changed.at[i]);
    if (w->slot_stale[s])
      w->slot_changed[s].n = 0;
  }
}

static enum err records_write(struct catalog_writer *w)
{
  uint32_t n = w->next.products;
  bool fresh;
  records_note(w);
  uint32_t *out = catalog_table_next(w, TABLE_RECORDS, n, n * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  uint32_t s = w->next.tables[TABLE_RECORDS].current;
  if (n && (fresh || w->slot_stale[s]))
    memcpy(out, w->records, n * sizeof *out);
  else
    for (size_t i = 0; i < w->slot_changed[s].n; i++) {
      MUST(w->slot_changed[s].at[i] < n, "a changed product has no ordinal in the catalog");
      out[w->slot_changed[s].at[i]] = w->records[w->slot_changed[s].at[i]];
    }
  w->slot_changed[s].n = 0;
  w->slot_stale[s] = false;
  return ERR_OK;
}

static enum err listed_write(struct catalog_writer *w, enum catalog_table t, const uint32_t *listed)
{
  bool fresh;
  uint32_t *out = catalog_table_next(w, t, w->n_by_slug, w->n_by_slug * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  if (w->n_by_slug)
    memcpy(out, listed, w->n_by_slug * sizeof *out);
  return ERR_OK;
}

/* ---- the position in the change log */
static size_t position_bytes(const struct catalog_position *p)
{
  return offsetof(struct catalog_position, gaps) + p->n_gaps * sizeof *p->gaps;
}

static bool position_same(const struct catalog_writer *w, const struct catalog_position *p)
{
  return w->position_known && p->n_gaps == w->position.n_gaps && memcmp(p, &w->position, position_bytes(p)) == 0;
}

/* After a restore or a change of the database, known versions belong to a history that no longer exists. */
static bool history_changed(const struct catalog_writer *w, const struct catalog_position *p)
{
  return w->position_known && (p->cursor < w->position.cursor ||
                             memcmp(p->incarnation, w->position.incarnation, sizeof p->incarnation) != 0);
}

static enum err position_write(struct catalog_writer *w, const struct catalog_position *p)
{
  bool fresh;
  void *out = catalog_table_next(w, TABLE_POSITION, 1, position_bytes(p), &fresh);
  if (!out)
    return ERR_LIMIT;
  memcpy(out, p, position_bytes(p));
  return ERR_OK;
}

/* ---- the step */
static bool rank_dirty(const struct catalog_writer *w)
{
  return w->switched || w->dirty_rank || w->dirty_kind[KIND_SECTOR] || w->dirty_kind[KIND_THEME];
}

static enum err tables_write(struct catalog_writer *w, const struct catalog_position *position)
{
  enum err e = ERR_OK;
  bool all = w->switched, terms = w->dirty_kind[KIND_SECTOR] || w->dirty_kind[KIND_THEME];
  memcpy(w->next.tables, w->published, sizeof w->published);
  if (all || w->dirty_recent)
    catalog_recent_write(w, all);
  if (all || w->changed.n)
    e = records_write(w);
  catalog_alive(w);
  if (e == ERR_OK && (all || w->dirty_order))
    e = listed_write(w, TABLE_BY_SLUG, w->by_slug);
  if (e == ERR_OK && (all || w->dirty_order))
    e = listed_write(w, TABLE_BY_NAME, w->by_name);
  if (e == ERR_OK && (all || terms || (w->dirty_rank && !catalog_rank_few(w))))
    e = catalog_rank_write(w);
  else if (e == ERR_OK && w->dirty_rank)
    e = catalog_rank_patch(w);
  catalog_alive(w);
  if (e == ERR_OK && (all || w->dirty_kind[KIND_SECTOR] || w->dirty_past))
    e = catalog_past_write(w);
  if (e == ERR_OK && (all || w->dirty_kind[KIND_PAGE]))
    e = catalog_entries_write(w, KIND_PAGE, NULL, 0);
  if (e == ERR_OK && (all || w->dirty_kind[KIND_ATTRIBUTE]))
    e = catalog_entries_write(w, KIND_ATTRIBUTE, NULL, 0);
  if (e == ERR_OK && (all || w->dirty_pairs))
    e = pairs_write(w);
  catalog_alive(w);
  if (e == ERR_OK && (all || w->dirty_ledger))
    e = catalog_ledger_write(w);
  if (e == ERR_OK && (all || !position_same(w, position)))
    e = position_write(w, position);
  return e;
}

static bool anything_dirty(const struct catalog_writer *w)
{
  bool dirty = w->dirty || w->switched;
  for (int k = 0; k < KIND_COUNT; k++)
    dirty |= w->dirty_kind[k];
  return dirty;
}

static void snapshot_publish(struct catalog_writer *w, const struct catalog_position *position)
{
  w->next.step = w->step + 1;
  w->next.publication += anything_dirty(w);
  struct catalog_snapshot *snapshots = (struct catalog_snapshot *)w->base;
  uint64_t live = atomic_load(&w->c->live);
  snapshots[w->next.step % CATALOG_SNAPSHOTS] = w->next;
  if (live && (live & 1) != w->half)
    atomic_store(&w->c->control[live & 1].retired_us, clock_mono_us());
  atomic_store_explicit(&w->c->live, w->next.step << 1 | w->half, memory_order_release);
  w->step++;
  if (w->forget || history_changed(w, position))
    catalog_versions_forget(w->c, w->base, w->next.products);
  memcpy(w->published, w->next.tables, sizeof w->published);
  memcpy(&w->position, position, position_bytes(position));
  w->position_known = true;
  w->rank_all &= !rank_dirty(w);
  w->recent_all &= !w->switched && !w->dirty_recent;
  w->switched = w->full = w->forget = w->dirty = w->dirty_rank = w->dirty_order = w->dirty_recent = w->dirty_pairs = false;
  w->dirty_past = w->dirty_ledger = false;
  w->changed.n = w->n_reranked = 0;
  memset(w->dirty_kind, 0, sizeof w->dirty_kind);
}

/* Removes what a full load did not put. */
static enum err unseen_remove(struct catalog_writer *w)
{
  for (uint32_t i = 0; i < w->next.products; i++)
    if (w->records[i] && !(w->marks[i] & MARK_SEEN) && !catalog_stage(w, i, 0))
      return ERR_NO_MEMORY;
  for (int k = 0; k < KIND_COUNT; k++) {
    size_t kept = 0;
    for (size_t i = 0; i < w->n_terms[k]; i++)
      if (w->terms[k][i].seen)
        w->terms[k][kept++] = w->terms[k][i];
    w->dirty_kind[k] |= kept != w->n_terms[k];
    w->n_terms[k] = kept;
  }
  w->full = false;
  return ERR_OK;
}

/* It is unknown which tables were written: the next attempt writes them whole. */
static void step_undo(struct catalog_writer *w)
{
  w->rank_all = w->recent_all = true;
  for (int s = 0; s < CATALOG_RING; s++) {
    w->slot_stale[s] = true;
    w->slot_changed[s].n = 0;
  }
}

static enum err step_write(struct catalog_writer *w, const struct catalog_position *position)
{
  struct catalog_control *k = &w->c->control[w->half];
  if (w->next.products >= CATALOG_LARGE)
    atomic_store(&k->ring, 2);
  atomic_store(&k->building, w->step + 1);
  atomic_thread_fence(memory_order_seq_cst);
  enum err e = tables_write(w, position);
  if (e == ERR_OK)
    snapshot_publish(w, position);
  else
    step_undo(w);
  return e;
}

static bool mostly_garbage(const struct catalog_writer *w)
{
  return (size_t)w->next.heap_top * 8 > 2 * w->live_bytes + GARBAGE_ALLOWED;
}

enum err catalog_writer_publish(struct catalog_writer *w, const struct catalog_position *position)
{
  enum err e = ERR_OK;
  if (position->n_gaps > CATALOG_GAPS_MAX)
    return ERR_INVALID;
  if (w->broken)
    return ERR_NO_MEMORY;
  if (!w->base && !catalog_half_begin(w))
    return ERR_LIMIT;
  catalog_half_clean(w);
  if (w->full)
    e = unseen_remove(w);
  if (e == ERR_OK && !catalog_absorb(w))
    e = ERR_NO_MEMORY;
  w->broken = e != ERR_OK;
  if (e != ERR_OK || (!anything_dirty(w) && position_same(w, position)))
    return e;
  if (mostly_garbage(w) && catalog_half_switch(w) != ERR_OK && !w->broken)
    log_debug("catalog: the half has much garbage, and the other half is not free yet");
  e = w->broken ? ERR_NO_MEMORY : step_write(w, position);
  if (e == ERR_LIMIT && catalog_half_switch(w) == ERR_OK)
    e = step_write(w, position);
  return w->broken ? ERR_NO_MEMORY : e;
}
