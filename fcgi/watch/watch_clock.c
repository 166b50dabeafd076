/* Changes that come with time alone: editorials and activities fall due, and at the full hour the windows of all
 * scores move.  The recount of a new hour reads slice by slice, so edits of a large site do not wait for it.  All
 * new counts appear in one publication. */
#include <stdlib.h>

#include "base/log.h"
#include "model/score.h"
#include "rows/rows_activity.h"
#include "watch/watch.h"

#define SLICE 5000

/* ---- products that fall due */

static enum err due_collect(struct watcher *w, struct watch_ids *due)
{
  struct catalog_pin pin;
  struct facts f;
  if (!catalog_pin_current(w->catalog, &pin))
    return ERR_OK;
  for (uint32_t i = 0; i < pin.products; i++)
    if (catalog_facts(&pin, i, &f) && f.next_due_us <= w->db_now_us && !watch_ids_add(due, f.id))
      return ERR_NO_MEMORY;
  return ERR_OK;
}

static enum err due_apply(struct watcher *w)
{
  struct watch_ids due = {0};
  enum err err = due_collect(w, &due);
  watch_ids_sort(&due);
  if (err == ERR_OK && due.n)
    err = watch_products(w, due.v, due.n);
  if (err == ERR_OK && due.n)
    err = watch_publish(w, w->position);
  free(due.v);
  return err;
}

/* ---- the full hour */

static bool count_add(struct watch_recount *r, const struct watch_count *c)
{
  if (r->n == r->cap) {
    size_t cap = r->cap ? 2 * r->cap : 256;
    struct watch_count *v = realloc(r->v, cap * sizeof *v);
    if (!v)
      return false;
    r->v = v;
    r->cap = cap;
  }
  r->v[r->n++] = *c;
  return true;
}

static void window_sql(struct buf *sql, int64_t window_us, int days)
{
  buf_puts(sql, "occurred_at > ");
  rows_sql_time(sql, window_us - days * CLOCK_DAY);
}

static void counts_sql(const struct watch_recount *r, uint64_t last, bool distinct, struct buf *sql)
{
  struct rows_set set = {.first = r->after + 1, .last = last};
  struct rows_window window = {r->window_us - SCORE_CADENCE_DAYS * CLOCK_DAY + 1, r->window_us};
  buf_puts(sql, "SELECT product_id, SUM(IFNULL(kind, '') <> 'event'), SUM(IFNULL(class, '') = 'spark' AND ");
  window_sql(sql, r->window_us, SCORE_SPARK_DAYS);
  buf_puts(sql, "), COUNT(*), COUNT(DISTINCT id)");
  rows_activity_from(sql, &set, &window, distinct);
  buf_puts(sql, " GROUP BY product_id ORDER BY product_id");
}

/* *repeats: a view returns some rows several times; the query must then count each row once. */
static enum err counts_read(struct watcher *w, uint64_t last, bool distinct, struct db_rows *rows, bool *repeats)
{
  struct buf sql = BUF_INIT;
  counts_sql(&w->recount, last, distinct, &sql);
  enum err err = db_query(w->db, &sql, watch_deadline(), rows);
  buf_free(&sql);
  *repeats = false;
  while (err == ERR_OK && db_next(rows))
    *repeats = *repeats || db_uint(rows, 3) != db_uint(rows, 4);
  if (err == ERR_OK)
    db_rewind(rows);
  return err;
}

/* Keeps the counts that differ from the catalog.  A product without a row has no activity in the windows. */
static bool counts_compare(struct watcher *w, struct db_rows *rows, const uint64_t *ids, size_t n)
{
  struct catalog_pin pin;
  struct facts f;
  bool row = db_next(rows), ok = true;
  if (!catalog_pin_current(w->catalog, &pin))
    return true;
  for (size_t i = 0; i < n && ok; i++) {
    while (row && db_uint(rows, 0) < ids[i])
      row = db_next(rows);
    bool counted = row && db_uint(rows, 0) == ids[i];
    uint32_t n90 = counted ? (uint32_t)db_uint(rows, 1) : 0, s30 = counted ? (uint32_t)db_uint(rows, 2) : 0;
    uint32_t ordinal = catalog_find_id(&pin, ids[i]);
    if (ordinal != CATALOG_NONE && catalog_facts(&pin, ordinal, &f) && (f.n90 != n90 || f.s30 != s30))
      ok = count_add(&w->recount, &(struct watch_count){ids[i], f.version, n90, s30});
  }
  return ok;
}

static enum err recount_slice(struct watcher *w, bool *ended)
{
  struct watch_recount *r = &w->recount;
  static uint64_t ids[SLICE];
  static struct version versions[SLICE];
  struct db_rows rows;
  bool repeats;
  size_t n = SLICE;
  enum err err = catalog_ids(w->writer, r->after, ids, versions, &n);
  *ended = err == ERR_OK && n < SLICE;
  if (err != ERR_OK || n == 0)
    return err;
  err = counts_read(w, ids[n - 1], false, &rows, &repeats);
  if (err == ERR_OK && repeats) {
    db_rows_free(&rows);
    err = counts_read(w, ids[n - 1], true, &rows, &repeats);
  }
  if (err == ERR_OK && !counts_compare(w, &rows, ids, n))
    err = ERR_NO_MEMORY;
  db_rows_free(&rows);
  if (err == ERR_OK)
    r->after = ids[n - 1];
  return err;
}

/* A product that was read again since its slice has its new counts already. */
static enum err recount_publish(struct watcher *w)
{
  struct watch_recount *r = &w->recount;
  struct catalog_pin pin;
  struct facts f;
  if (!catalog_pin_current(w->catalog, &pin))
    return ERR_OK;
  for (size_t i = 0; i < r->n; i++) {
    enum err err = ERR_OK;
    uint32_t ordinal = catalog_find_id(&pin, r->v[i].id);
    if (ordinal != CATALOG_NONE && catalog_facts(&pin, ordinal, &f) && version_eq(f.version, r->v[i].version))
      err = watch_staging_result(w, catalog_put_counts(w->writer, r->v[i].id, r->v[i].n90, r->v[i].s30, r->window_us));
    if (err != ERR_OK && err != ERR_NOT_FOUND)
      return err;
  }
  catalog_put_window(w->writer, r->window_us);
  log_info("the hour moved: the counts of %zu products changed", r->n);
  return watch_publish(w, w->position);
}

static enum err recount(struct watcher *w, int64_t window_us)
{
  struct watch_recount *r = &w->recount;
  bool ended = false;
  if (!r->running || r->window_us != window_us)
    *r = (struct watch_recount){.running = true, .window_us = window_us, .v = r->v, .cap = r->cap};
  enum err err = recount_slice(w, &ended);
  if (err != ERR_OK || !ended)
    return err;
  if ((err = recount_publish(w)) == ERR_OK) {
    free(r->v);
    *r = (struct watch_recount){0};
  }
  return err;
}

enum err watch_clock(struct watcher *w)
{
  struct catalog_pin pin;
  int64_t window_us = clock_hour_floor(w->site_now_us);
  enum err err = ERR_OK;
  if (catalog_next_due(w->writer) <= w->db_now_us)
    err = due_apply(w);
  if (err == ERR_OK && catalog_pin_current(w->catalog, &pin) && pin.window_us != window_us)
    err = recount(w, window_us);
  return err;
}
