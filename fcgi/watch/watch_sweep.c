/* The sweep: compares the version of every product with the catalog's, slice by slice.  It finds changes that no
 * trigger logged (TRUNCATE, a cascade, a restore, a dropped trigger).
 *
 * A difference proves nothing yet, because an edit may have been committed since the last poll.  So the sweep polls
 * the log, reads the suspects again and polls once more.  A suspect that still differs from that reading has no
 * log entry.  It is corrected, counted and reported.
 *
 * Pace: a round takes sweep_seconds for up to SITE_MOST products, in proportion beyond.  After a finding, and after
 * the log was replaced, rounds are faster until one finds nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "watch/watch.h"

#define SITE_MOST 100000
#define SLICE_LEAST 64
#define SLICE_MOST 2000
#define FAST_PAUSE_FACTOR 8 /* pause of a fast sweep, in multiples of the time that a slice took */
#define HURRY_PAUSE_FACTOR 1 /* the same after a full load, or after a reading that was not believed */

/* ---- pace */

static size_t products(const struct watcher *w)
{
  struct catalog_pin pin;
  return catalog_pin_current(w->catalog, &pin) ? pin.products : 0;
}

static size_t slice_size(const struct watcher *w)
{
  size_t n = products(w), per_second = (n < SITE_MOST ? n : SITE_MOST) / (size_t)w->config->sweep_seconds;
  if (w->sweep.fast || per_second > SLICE_MOST)
    return SLICE_MOST;
  return per_second < SLICE_LEAST ? SLICE_LEAST : per_second;
}

/* How long to wait after a slice that took took_us. */
static int64_t pause_us(const struct watcher *w, size_t slice, int64_t took_us)
{
  size_t n = products(w), most = n < SITE_MOST ? n : SITE_MOST;
  size_t slices = most / slice + 1;
  int64_t pause = w->config->sweep_seconds * CLOCK_SECOND / (int64_t)(slices + 1);
  bool hurry = clock_mono_us() < w->sweep.fast_until_us;
  int64_t fast = (hurry ? HURRY_PAUSE_FACTOR : FAST_PAUSE_FACTOR) * took_us + CLOCK_SECOND / 2;
  return w->sweep.fast && pause > fast ? fast : pause;
}

/* ---- one slice: products that differ from the catalog */

static bool falls_due(const struct watcher *w, const struct catalog_pin *pin, uint64_t id)
{
  struct facts f;
  uint32_t ordinal = catalog_find_id(pin, id);
  return ordinal != CATALOG_NONE && catalog_facts(pin, ordinal, &f) && f.next_due_us <= w->db_now_us + CLOCK_SECOND;
}

/* Merges the products of the batch with the ids of the catalog; both are ascending. */
static enum err suspects_find(struct watcher *w, const struct rows_batch *batch, struct watch_ids *suspects)
{
  uint64_t ids[256], after = w->sweep.after;
  struct version versions[256];
  size_t n = 0, i = 0, at = 0;
  bool ok = true;
  for (;;) {
    if (i == n) {
      n = 256;
      i = 0;
      ok = catalog_ids(w->writer, after, ids, versions, &n) == ERR_OK && ok;
    }
    bool known = i < n && ids[i] <= batch->last, present = at < batch->n;
    if (!ok || (!known && !present))
      return ok ? ERR_OK : ERR_NO_MEMORY;
    uint64_t id = known ? ids[i] : UINT64_MAX, row = present ? batch->products[at].facts.id : UINT64_MAX;
    if (id != row)
      ok = watch_ids_add(suspects, id < row ? id : row);
    else if (!version_eq(versions[i], batch->products[at].facts.version))
      ok = watch_ids_add(suspects, id);
    if (row <= id)
      at++;
    if (id <= row)
      after = ids[i++];
  }
}

/* ---- checking the suspects */

/* After a poll: a comparison now would prove nothing. */
static bool unsettled(const struct watcher *w)
{
  return w->load_needed || w->behind || w->replica.waits || watch_held(w);
}

static enum err version_find(struct watcher *w, uint64_t id, bool *known, struct version *version)
{
  uint64_t found;
  size_t n = 1;
  enum err err = catalog_ids(w->writer, id - 1, &found, version, &n);
  *known = n == 1 && found == id;
  return err;
}

/* Keeps the suspects that differ from `batch` and have no log entry.  The batch was read between two polls. */
static enum err unlogged_keep(struct watcher *w, const struct rows_batch *batch, struct watch_ids *suspects)
{
  struct catalog_pin pin;
  bool pinned = catalog_pin_current(w->catalog, &pin);
  size_t at = 0, kept = 0;
  for (size_t i = 0; i < suspects->n; i++) {
    uint64_t id = suspects->v[i];
    struct version before, now = {0};
    bool known;
    enum err err = version_find(w, id, &known, &before);
    if (err != ERR_OK)
      return err;
    bool present = at < batch->n && batch->products[at].facts.id == id;
    if (present)
      now = batch->products[at++].facts.version;
    if (known == present && (!present || version_eq(before, now) || before.rev > now.rev))
      continue;
    if (pinned && falls_due(w, &pin, id))
      continue;
    suspects->v[kept++] = id;
  }
  suspects->n = kept;
  return ERR_OK;
}

static void unlogged_report(struct watcher *w, const struct watch_ids *unlogged)
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

static void found_count(struct watcher *w, size_t n)
{
  METRICS_ADD(w->metrics, sweep_found, n);
  w->state.sweep_found += n;
  w->sweep.found += n;
  w->sweep.fast = true;
}

static enum err suspects_publish(struct watcher *w, const struct watch_ids *suspects)
{
  bool believed;
  enum err err = watch_believe(w, (struct watch_claim){.unlogged = true}, &believed);
  w->sweep.doubted |= !believed;
  if (err != ERR_OK || !believed)
    return err;
  uint64_t made = watch_made(w);
  err = watch_products(w, suspects->v, suspects->n);
  if (err == ERR_OK)
    err = watch_sound(w, made, &believed);
  if (err != ERR_OK || !believed)
    return err;
  unlogged_report(w, suspects);
  found_count(w, suspects->n);
  return watch_publish(w, w->position);
}

static enum err suspects_check(struct watcher *w, struct watch_ids *suspects)
{
  struct rows_batch batch;
  enum err err = watch_poll(w);
  if (err != ERR_OK || unsettled(w))
    return err;
  watch_ids_sort(suspects);
  if (suspects->n > SLICE_MOST)
    suspects->n = SLICE_MOST; /* the next round finds the others */
  struct arena *own = arena_new(0); /* the polls reset w->arena */
  if (!own)
    return ERR_NO_MEMORY;
  err = rows_batch_list(w->db, &(struct rows_list){suspects->v, suspects->n, 0}, own, watch_deadline(), &batch);
  if (err == ERR_OK)
    err = watch_poll(w);
  if (err == ERR_OK && !unsettled(w))
    err = unlogged_keep(w, &batch, suspects);
  else
    suspects->n = 0;
  arena_free(&own);
  return err == ERR_OK && suspects->n ? suspects_publish(w, suspects) : err;
}

/* ---- rounds */

static void unlogged_terms_report(struct watcher *w, size_t n)
{
  snprintf(w->sweep.trouble, sizeof w->sweep.trouble,
           "sectors, themes, pages or the site's questions changed without a change-log entry: a trigger is "
           "missing, or a TRUNCATE or restore; see `diptych migrate`");
  log_warn("the sweep found: %s", w->sweep.trouble);
  found_count(w, n);
}

/* Differences that the second poll finds log entries for are published by it. */
static enum err terms_compare(struct watcher *w)
{
  size_t found = 0;
  bool believed;
  enum err err = watch_poll(w);
  if (err == ERR_OK && !unsettled(w))
    err = watch_terms(w, STAGE_NOTHING, &found);
  if (err != ERR_OK || found == 0)
    return err;
  err = watch_poll(w);
  if (err != ERR_OK || unsettled(w) || w->terms_changed)
    return err;
  err = watch_believe(w, (struct watch_claim){.unlogged = true}, &believed);
  w->sweep.doubted |= !believed;
  if (err != ERR_OK || !believed)
    return err;
  uint64_t made = watch_made(w);
  err = watch_terms(w, STAGE_CHANGES, &found);
  if (err == ERR_OK)
    err = watch_sound(w, made, &believed);
  if (err != ERR_OK || !believed)
    return err;
  unlogged_terms_report(w, found);
  return watch_publish(w, w->position);
}

static enum err round_end(struct watcher *w)
{
  struct watch_sweep *s = &w->sweep;
  enum err err = ERR_OK;
  if (!s->found && !s->doubted) {
    err = watch_doubt_settle(w);
    s->trouble[0] = 0;
    w->outdated = false;
    w->memory_full = w->limit_met;
    if (clock_mono_us() > s->fast_until_us)
      s->fast = false;
  }
  w->state.sweep_us = clock_now_us();
  s->after = s->found = 0;
  s->doubted = false;
  return err == ERR_OK ? watch_schema(w) : err;
}

static enum err slice_compare(struct watcher *w, size_t slice)
{
  struct rows_batch batch;
  struct watch_ids suspects = {0};
  arena_reset(w->arena);
  enum err err = rows_batch_range(w->db, &(struct rows_range){w->sweep.after, UINT64_MAX, slice, .versions = true}, w->arena,
                                  watch_deadline(), &batch);
  if (err != ERR_OK)
    return err;
  METRICS_ADD(w->metrics, sweep_products, batch.n);
  if ((err = suspects_find(w, &batch, &suspects)) == ERR_OK) {
    w->sweep.after = batch.last;
    if (suspects.n)
      err = suspects_check(w, &suspects);
  }
  free(suspects.v);
  return err;
}

enum err watch_sweep_suspect(struct watcher *w, uint64_t id)
{
  struct watch_ids suspects = {0};
  if (id == UINT64_MAX)
    return terms_compare(w);
  enum err err = watch_ids_add(&suspects, id) ? suspects_check(w, &suspects) : ERR_NO_MEMORY;
  free(suspects.v);
  return err;
}

/* While there are signs of a restore, nothing is compared. */
static enum err slice_step(struct watcher *w, size_t slice)
{
  struct watch_sweep *s = &w->sweep;
  bool believed;
  struct watch_claim claim = {.age_us = s->fast || s->after == 0 ? WATCH_SIGNS_US : WATCH_SIGNS_IDLE_US};
  enum err err = watch_believe(w, claim, &believed);
  if (err != ERR_OK || !believed)
    return err;
  if (s->after == 0)
    err = terms_compare(w);
  if (err == ERR_OK && !unsettled(w))
    err = slice_compare(w, slice);
  return err == ERR_OK && s->after == UINT64_MAX ? round_end(w) : err;
}

enum err watch_sweep_step(struct watcher *w)
{
  struct watch_sweep *s = &w->sweep;
  int64_t began_us = clock_mono_us();
  if (began_us < s->next_us || w->behind || w->recount.running)
    return ERR_OK;
  size_t slice = slice_size(w);
  enum err err = slice_step(w, slice);
  int64_t now_us = clock_mono_us();
  s->next_us = now_us + pause_us(w, slice, now_us - began_us);
  return err;
}
