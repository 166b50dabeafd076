/* The sweep: compares the version of every product with what the catalog holds, slice by slice, so
 * that a change which no trigger told (TRUNCATE, a cascade, a restore, a dropped trigger) is found.
 *
 * A slice that differs proves nothing yet: an edit may have been committed since the last poll.  So
 * the log is asked once more, the suspects are read again, the log is asked again: what then still
 * differs from that reading was told by nobody.  It is put right, counted and said.
 *
 * Pace: a round takes sweep_seconds for up to SITE_MOST products, in proportion beyond.  After a
 * finding, or when the log was replaced, rounds follow each other faster until one finds nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "watch/watch.h"

#define SITE_MOST 100000
#define SLICE_LEAST 64
#define SLICE_MOST 2000
#define HURRY_SHARE 8 /* a hurried sweep rests this many times as long as it works */

/* ---- pace */

static size_t products(const struct watch *w)
{
  struct catalog_pin pin;
  return catalog_pin_current(w->catalog, &pin) ? pin.products : 0;
}

static size_t slice_size(const struct watch *w)
{
  size_t n = products(w), per_second = (n < SITE_MOST ? n : SITE_MOST) / (size_t)w->config->sweep_seconds;
  if (w->sweep.hurry || per_second > SLICE_MOST)
    return SLICE_MOST;
  return per_second < SLICE_LEAST ? SLICE_LEAST : per_second;
}

/* How long after a slice that took `took_us` the next is due. */
static int64_t rest_us(const struct watch *w, size_t slice, int64_t took_us)
{
  size_t n = products(w), most = n < SITE_MOST ? n : SITE_MOST;
  size_t slices = most / slice + 1;
  int64_t rest = w->config->sweep_seconds * CLOCK_SECOND / (int64_t)(slices + 1);
  if (w->sweep.hurry && rest > HURRY_SHARE * took_us)
    rest = HURRY_SHARE * took_us + CLOCK_SECOND / 2;
  return rest;
}

/* ---- one slice: what differs from the catalog */

static bool falls_due(const struct watch *w, const struct catalog_pin *pin, uint64_t id)
{
  struct facts f;
  uint32_t ordinal = catalog_find_id(pin, id);
  return ordinal != CATALOG_NONE && catalog_facts(pin, ordinal, &f) && f.next_due_us <= w->db_now_us + CLOCK_SECOND;
}

/* Products of the batch and ids of the catalog run side by side, both ascending. */
static enum err suspects_find(struct watch *w, const struct rows_batch *batch, struct watch_ids *suspects)
{
  uint64_t ids[256], after = w->sweep.after;
  struct version versions[256];
  size_t n = 0, i = 0, at = 0;
  bool kept = true;
  for (;;) {
    if (i == n) {
      n = 256;
      i = 0;
      kept = catalog_ids(w->writer, after, ids, versions, &n) == ERR_OK && kept;
    }
    bool known = i < n && ids[i] <= batch->last, there = at < batch->n;
    if (!kept || (!known && !there))
      return kept ? ERR_OK : ERR_NO_MEMORY;
    uint64_t id = known ? ids[i] : UINT64_MAX, row = there ? batch->products[at].facts.id : UINT64_MAX;
    if (id != row)
      kept = watch_ids_add(suspects, id < row ? id : row);
    else if (!version_eq(versions[i], batch->products[at].facts.version))
      kept = watch_ids_add(suspects, id);
    if (row <= id)
      at++;
    if (id <= row)
      after = ids[i++];
  }
}

/* ---- judging the suspects */

/* After a poll: nothing that is read now proves anything. */
static bool unsettled(const struct watch *w)
{
  return w->load_wanted || w->behind || w->replica.waits;
}

static enum err catalog_has(struct watch *w, uint64_t id, bool *known, struct version *version)
{
  uint64_t found;
  size_t n = 1;
  enum err err = catalog_ids(w->writer, id - 1, &found, version, &n);
  *known = n == 1 && found == id;
  return err;
}

/* Those of `suspects` that differ from `batch`, read after one poll and before another, although the
 * log says nothing about them. */
static enum err unlogged_keep(struct watch *w, const struct rows_batch *batch, struct watch_ids *suspects)
{
  struct catalog_pin pin;
  bool pinned = catalog_pin_current(w->catalog, &pin);
  size_t at = 0, kept = 0;
  for (size_t i = 0; i < suspects->n; i++) {
    uint64_t id = suspects->v[i];
    struct version had, now = {0};
    bool known;
    enum err err = catalog_has(w, id, &known, &had);
    if (err != ERR_OK)
      return err;
    bool there = at < batch->n && batch->products[at].facts.id == id;
    if (there)
      now = batch->products[at++].facts.version;
    if (known == there && (!there || version_eq(had, now) || had.rev > now.rev))
      continue;
    if (pinned && falls_due(w, &pin, id))
      continue;
    suspects->v[kept++] = id;
  }
  suspects->n = kept;
  return ERR_OK;
}

static void unlogged_report(struct watch *w, const struct watch_ids *unlogged)
{
  struct catalog_pin pin;
  struct facts f = {0};
  uint32_t ordinal = catalog_pin_current(w->catalog, &pin) ? catalog_find_id(&pin, unlogged->v[0]) : CATALOG_NONE;
  if (ordinal != CATALOG_NONE)
    catalog_facts(&pin, ordinal, &f);
  snprintf(w->sweep.trouble, sizeof w->sweep.trouble,
           "rows changed without a change-log entry (product %llu %.*s and others): a trigger is missing, or a "
           "TRUNCATE, cascade or restore; see `diptych migrate`",
           (unsigned long long)unlogged->v[0], (int)(f.slug.n < 40 ? f.slug.n : 40), f.slug.n ? f.slug.p : "");
  log_warn("the sweep found %zu products: %s", unlogged->n, w->sweep.trouble);
}

static void found_count(struct watch *w, size_t n)
{
  METRICS_ADD(w->metrics, sweep_found, n);
  w->state.sweep_found += n;
  w->sweep.found += n;
  w->sweep.hurry = true;
}

static enum err suspects_judge(struct watch *w, struct watch_ids *suspects)
{
  struct rows_batch batch;
  enum err err = watch_poll(w);
  if (err != ERR_OK || unsettled(w))
    return err;
  watch_ids_sort(suspects);
  if (suspects->n > SLICE_MOST)
    suspects->n = SLICE_MOST; /* the others wait for the next round */
  struct arena *own = arena_new(0); /* the poll uses the common one */
  if (!own)
    return ERR_NO_MEMORY;
  err = rows_batch_list(w->db, suspects->v, suspects->n, own, watch_deadline(), &batch);
  if (err == ERR_OK)
    err = watch_poll(w);
  if (err == ERR_OK && !unsettled(w))
    err = unlogged_keep(w, &batch, suspects);
  else
    suspects->n = 0;
  arena_free(&own);
  if (err != ERR_OK || suspects->n == 0)
    return err;
  unlogged_report(w, suspects);
  found_count(w, suspects->n);
  err = watch_products(w, suspects->v, suspects->n);
  return err == ERR_OK ? watch_publish(w, w->follow) : err;
}

/* ---- rounds */

static void unlogged_terms_report(struct watch *w, size_t n)
{
  snprintf(w->sweep.trouble, sizeof w->sweep.trouble,
           "sectors, themes, pages or the site's questions changed without a change-log entry: a trigger is "
           "missing, or a TRUNCATE or restore; see `diptych migrate`");
  log_warn("the sweep found: %s", w->sweep.trouble);
  found_count(w, n);
}

/* What differs is staged already, and published by whoever comes first: a poll that is told of an edit
 * which came between it and the reading before, or else we. */
static enum err terms_compare(struct watch *w)
{
  size_t found = 0;
  enum err err = watch_poll(w);
  if (err == ERR_OK && !unsettled(w))
    err = watch_terms(w, false, &found);
  if (err != ERR_OK || found == 0)
    return err;
  err = watch_poll(w);
  if (err != ERR_OK || unsettled(w) || w->terms_changed)
    return err;
  unlogged_terms_report(w, found);
  return watch_publish(w, w->follow);
}

static void round_end(struct watch *w)
{
  struct watch_sweep *s = &w->sweep;
  if (!s->found) {
    s->trouble[0] = 0;
    w->left = false;
    w->full = w->refused;
    if (clock_mono_us() > s->hurry_until_us)
      s->hurry = false;
  }
  w->state.sweep_us = clock_now_us();
  s->after = s->found = 0;
}

static enum err slice_compare(struct watch *w, size_t slice)
{
  struct rows_batch batch;
  struct watch_ids suspects = {0};
  arena_reset(w->arena);
  enum err err = rows_batch_range(w->db, &(struct rows_range){w->sweep.after, UINT64_MAX, slice}, w->arena, watch_deadline(),
                              &batch);
  if (err != ERR_OK)
    return err;
  METRICS_ADD(w->metrics, sweep_products, batch.n);
  if ((err = suspects_find(w, &batch, &suspects)) == ERR_OK) {
    w->sweep.after = batch.last;
    if (suspects.n)
      err = suspects_judge(w, &suspects);
  }
  free(suspects.v);
  return err;
}

enum err watch_sweep_step(struct watch *w)
{
  struct watch_sweep *s = &w->sweep;
  int64_t began_us = clock_mono_us();
  enum err err = ERR_OK;
  if (began_us < s->next_us || w->behind || w->recount.running)
    return ERR_OK;
  size_t slice = slice_size(w);
  if (s->after == 0)
    err = terms_compare(w);
  if (err == ERR_OK && !unsettled(w))
    err = slice_compare(w, slice);
  if (err == ERR_OK && s->after == UINT64_MAX)
    round_end(w);
  int64_t now_us = clock_mono_us();
  s->next_us = now_us + rest_us(w, slice, now_us - began_us);
  return err;
}
