/* Opens the writer and stages changes.  A put writes the new record into free memory of the half and stages the ordinal.
 * Nothing is visible before the publication.  A put that changes nothing stages nothing. */
#include "catalog/catalog_private.h"

#include <stdlib.h>

#include "base/log.h"

#define TABLE_BYTES 64 /* of a product in the tables of a snapshot */

static void private_free(struct catalog_writer *w)
{
  catalog_medians_free(w);
  for (int i = 0; i < KIND_COUNT; i++)
    free(w->terms[i]);
  for (int i = 0; i < CATALOG_RING; i++)
    free(w->slot_changed[i].at);
  free(w->changed.at);
  free(w->records);
  free(w->scores);
  free(w->marks);
  free(w->by_slug);
  free(w->by_name);
  free(w->staged);
  free(w->reranked);
  free(w->pairs);
  free(w->ledger);
  free(w->ledger_moved.at);
  free(w->due);
  free(w->interned);
  free(w->by_id);
  buf_free(&w->scratch);
  if (w->arena)
    arena_free(&w->arena);
}

static bool private_new(struct catalog_writer *w, struct catalog *c)
{
  *w = (struct catalog_writer){
      .c = c, .scratch = BUF_INIT, .arena = arena_new(0), .alive = w->alive, .alive_arg = w->alive_arg};
  w->next.window_us = w->next.site_edited_us = w->next.public_us = CLOCK_NEVER;
  for (int i = 0; i < CATALOG_RING; i++)
    w->slot_stale[i] = true;
  return w->arena;
}

/* The live snapshot is damaged.  It stays for its readers until everything is read into the other half. */
static bool live_abandon(struct catalog_writer *w)
{
  uint64_t step = w->step, publication = w->next.publication;
  log_error("catalog: the published snapshot is damaged: everything is read from the database");
  private_free(w);
  if (!private_new(w, w->c))
    return false;
  w->step = step;
  w->next.publication = publication < CATALOG_PUBLICATION_MOST ? publication : (uint64_t)clock_now_us();
  return true;
}

static bool live_takeover(struct catalog_writer *w)
{
  uint64_t live = atomic_load(&w->c->live);
  if (live == 0)
    return true;
  w->half = live & 1;
  w->base = catalog_half(w->c, w->half);
  w->step = live >> 1;
  w->next = ((struct catalog_snapshot *)w->base)[w->step % CATALOG_SNAPSHOTS];
  memcpy(w->published, w->next.tables, sizeof w->published);
  enum err e = catalog_takeover(w);
  if (e == ERR_INVALID)
    return live_abandon(w);
  return e == ERR_OK;
}

bool catalog_writer_reset(struct catalog_writer *w)
{
  struct catalog *c = w->c;
  while (!catalog_saver_reap(w, true))
    ;
  private_free(w);
  w->broken = !private_new(w, c) || !live_takeover(w);
  return !w->broken;
}

struct catalog_writer *catalog_writer_open(struct catalog *c)
{
  struct catalog_writer *w = calloc(1, sizeof *w);
  if (!w)
    return NULL;
  w->c = c;
  if (!catalog_writer_reset(w))
    catalog_writer_close(&w);
  return w;
}

void catalog_writer_close(struct catalog_writer **w)
{
  if (*w) {
    while (!catalog_saver_reap(*w, true))
      ;
    private_free(*w);
    free(*w);
  }
  *w = NULL;
}

void catalog_writer_alive(struct catalog_writer *w, void (*alive)(void *arg), void *arg)
{
  w->alive = alive;
  w->alive_arg = arg;
}

static bool same_but_window(const void *a, size_t n, const struct catalog_record *old)
{
  struct catalog_record x, y;
  if (catalog_record_bytes(old) != n)
    return false;
  memcpy(&x, a, sizeof x);
  y = *old;
  if (x.window_h < y.window_h) /* the clock was set back, and readers use the later of both windows */
    return false;
  x.window_h = y.window_h = 0;
  return memcmp(&x, &y, sizeof x) == 0 && memcmp((const char *)a + sizeof x, old + 1, n - sizeof x) == 0;
}

/* True: a search finds both for the same needles. */
static bool texts_same(const struct catalog_record *a, const struct catalog_record *b)
{
  struct span x = catalog_record_slug(a, a), y = catalog_record_slug(b, b), end_x = catalog_record_texts(a, a),
              end_y = catalog_record_texts(b, b);
  return a->slug_n == b->slug_n && a->name_n == b->name_n && a->fold_n == b->fold_n && a->alias_bytes == b->alias_bytes &&
         span_eq(span_of(x.p, (size_t)(end_x.p + end_x.n - x.p)), span_of(y.p, (size_t)(end_y.p + end_y.n - y.p)));
}

/* In a half without tables, records leave room for them: otherwise nothing could be published. */
static bool room_left(const struct catalog_writer *w, size_t bytes)
{
  size_t room = (size_t)(w->next.tables_low - w->next.heap_top) * 8;
  size_t tables = w->switched ? TABLE_BYTES * ((size_t)w->next.products + CATALOG_INDEX_CHUNK) : 0;
  return bytes + tables <= room;
}

static void note_replaced(struct catalog_writer *w, uint32_t ordinal, const struct catalog_record *before,
                          const struct catalog_record *now)
{
  catalog_stored_replace(w->c, w->base, ordinal, (struct version){.rev = before->rev, .hash = before->hash},
                         (struct version){.rev = now->rev, .hash = now->hash});
}

/* Stores the record in w->scratch as the product's new one. */
static enum err record_put(struct catalog_writer *w, uint32_t ordinal)
{
  size_t n = w->scratch.n;
  uint32_t at;
  uint32_t before = ordinal == CATALOG_NONE ? 0 : w->records[ordinal];
  if (before) {
    if (same_but_window(w->scratch.p, n, catalog_record_of(w, before)))
      return ERR_OK;
  } else if (w->next.products >= w->c->max_ordinals)
    return ERR_LIMIT;
  else if (!catalog_mirrors_grow(w, w->next.products + 1))
    return ERR_NO_MEMORY;
  void *p = room_left(w, n) ? catalog_heap_alloc(w, n, &at) : NULL;
  if (!p)
    return ERR_LIMIT;
  memcpy(p, w->scratch.p, n);
  if (ordinal == CATALOG_NONE) {
    ordinal = w->next.products++;
    w->marks[ordinal] = MARK_SEEN;
  }
  if (!catalog_stage(w, ordinal, at) || !catalog_due_put(w, ordinal))
    return ERR_NO_MEMORY;
  enum err e = catalog_hash_put(w, ordinal);
  if (e == ERR_OK && (!before || !texts_same(catalog_record_of(w, before), catalog_record_of(w, at))))
    e = catalog_index_put(w, ordinal);
  if (e != ERR_OK)
    w->records[ordinal] = before; /* undo */
  else {
    w->live_bytes += n;
    if (before)
      note_replaced(w, ordinal, catalog_record_of(w, before), catalog_record_of(w, at));
  }
  return e;
}

static bool half_ready(struct catalog_writer *w)
{
  if (w->broken)
    return false;
  return w->base || catalog_half_begin(w);
}

/* Marks the product for a full load, also when there will be no room: then it keeps its old record. */
static uint32_t mark_seen(struct catalog_writer *w, uint64_t id)
{
  uint32_t ordinal = catalog_ordinal_of(w, id);
  if (ordinal != CATALOG_NONE)
    w->marks[ordinal] |= MARK_SEEN;
  return ordinal;
}

static enum err limit_log(const struct catalog_writer *w, enum err e)
{
  static struct log_limit limit;
  if (e == ERR_LIMIT)
    log_limited(&limit, 60, LOG_LEVEL_ERROR,
                "catalog: its memory is full (%u products, %zu bytes in each half): raise catalog_bytes and restart",
                w->next.products, w->c->half_bytes);
  return e;
}

/* Continues in the other half when this one is full. */
static bool half_switch(struct catalog_writer *w)
{
  return catalog_half_switch(w) == ERR_OK;
}

/* After NO_MEMORY the writer can only be closed, whether or not the caller checks the result. */
static enum err put_result(struct catalog_writer *w, enum err e)
{
  w->broken |= e == ERR_NO_MEMORY;
  return w->broken ? ERR_NO_MEMORY : limit_log(w, e);
}

enum err catalog_put_product(struct catalog_writer *w, const struct facts *f, const struct span *aliases, size_t n_aliases,
                             const uint64_t *pair_ids, size_t n_pairs)
{
  enum err e = ERR_LIMIT;
  for (int tries = 0; tries < 2 && e == ERR_LIMIT; tries++) {
    if (tries == 0 ? !half_ready(w) : !half_switch(w))
      break;
    uint32_t ordinal = mark_seen(w, f->id);
    e = catalog_record_build(w, f, aliases, n_aliases, pair_ids, n_pairs);
    if (e == ERR_OK)
      e = record_put(w, ordinal);
  }
  return put_result(w, e);
}

enum err catalog_remove_product(struct catalog_writer *w, uint64_t id)
{
  uint32_t ordinal = w->broken ? CATALOG_NONE : catalog_ordinal_of(w, id);
  if (ordinal != CATALOG_NONE && !catalog_stage(w, ordinal, 0))
    w->broken = true;
  return w->broken ? ERR_NO_MEMORY : ERR_OK;
}

/* Copies a record into w->scratch with other counts. */
static void counts_replace(struct catalog_writer *w, const struct catalog_record *old, const struct catalog_counts *counts,
                           int64_t window_us)
{
  struct buf *b = &w->scratch;
  struct catalog_record r = *old;
  const char *past = (const char *)catalog_record_past(old, old);
  size_t bytes = SCORE_MONTHS * (size_t)old->past;
  r.n90 = counts->n90;
  r.s30 = counts->s30 < UINT16_MAX ? (uint16_t)counts->s30 : UINT16_MAX;
  r.window_h = catalog_window_hours(window_us);
  buf_clear(b);
  buf_put(b, old, (size_t)(past - (const char *)old));
  if (counts->past)
    catalog_past_put(b, &r, counts->past);
  else
    buf_put(b, past, bytes);
  buf_put(b, past + bytes, (size_t)((const char *)old + catalog_record_bytes(old) - past) - bytes);
  catalog_record_finish(b, &r);
}

enum err catalog_put_counts(struct catalog_writer *w, uint64_t id, const struct catalog_counts *counts, int64_t window_us)
{
  enum err e = ERR_LIMIT;
  for (int tries = 0; tries < 2 && e == ERR_LIMIT; tries++) {
    if (tries == 0 ? w->broken : !half_switch(w))
      break;
    uint32_t ordinal = catalog_ordinal_of(w, id);
    if (ordinal == CATALOG_NONE)
      return ERR_NOT_FOUND;
    counts_replace(w, catalog_record_of(w, w->records[ordinal]), counts, window_us);
    if (w->scratch.failed)
      return put_result(w, ERR_NO_MEMORY);
    e = record_put(w, ordinal);
  }
  return put_result(w, e);
}

void catalog_put_site(struct catalog_writer *w, struct version v, int64_t edited_us)
{
  if (version_eq(v, w->next.site))
    return;
  w->dirty = true;
  w->next.site = v;
  w->next.site_edited_us = edited_us;
}

void catalog_put_public(struct catalog_writer *w, int64_t us)
{
  if (us == CLOCK_NEVER || us <= w->next.public_us)
    return;
  w->dirty = true;
  w->next.public_us = us;
}

void catalog_put_window(struct catalog_writer *w, int64_t window_us)
{
  w->dirty |= window_us != w->next.window_us;
  w->next.window_us = window_us;
}

enum err catalog_begin_full(struct catalog_writer *w)
{
  if (!half_ready(w))
    return put_result(w, ERR_LIMIT);
  for (uint32_t i = 0; i < w->next.products; i++)
    w->marks[i] &= (uint8_t)~MARK_SEEN;
  for (int k = 0; k < KIND_COUNT; k++)
    for (size_t i = 0; i < w->n_terms[k]; i++)
      w->terms[k][i].seen = false;
  w->full = true;
  return ERR_OK;
}

void catalog_forget_versions(struct catalog_writer *w)
{
  w->forget = true;
}

void catalog_position_get(struct catalog_writer *w, struct catalog_position *out)
{
  *out = w->position;
}

void catalog_state_put(struct catalog_writer *w, const struct catalog_state *s)
{
  struct catalog *c = w->c;
  uint64_t seq = atomic_load_explicit(&c->state_seq, memory_order_relaxed) + 1;
  atomic_thread_fence(memory_order_seq_cst);
  memcpy(&c->state[seq & 1], s, sizeof *s);
  atomic_store_explicit(&c->confirmed_us, s->confirmed_us, memory_order_relaxed);
  atomic_store_explicit(&c->state_seq, seq, memory_order_release);
}
