/* Changes that come with time alone: editorials and activities fall due, and at the full hour the windows of all
 * scores move.  The recount of a new hour reads slice by slice, so edits of a large site do not wait for it.  All
 * new counts appear in one publication. */
#include <stdlib.h>

#include "base/log.h"
#include "model/moves.h"
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
  if (r->month_ended) /* the first of the past windows begins earlier */
    window.from_us = moves_from(r->window_us);
  buf_puts(sql, "SELECT product_id, SUM(IFNULL(kind, '') <> 'event' AND ");
  window_sql(sql, r->window_us, SCORE_CADENCE_DAYS);
  buf_puts(sql, "), SUM(IFNULL(class, '') = 'spark' AND ");
  window_sql(sql, r->window_us, SCORE_SPARK_DAYS);
  buf_puts(sql, "), COUNT(*), COUNT(DISTINCT id)");
  if (r->month_ended)
    rows_activity_past_sql(sql, r->window_us);
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

/* The counts of the product with the next id; *row: rows has a row.  A product without a row has no activity in the
 * windows. */
static void count_take(const struct watch_recount *r, struct db_rows *rows, bool *row, struct watch_count *c)
{
  bool any;
  while (*row && db_uint(rows, 0) < c->id)
    *row = db_next(rows);
  if (!*row || db_uint(rows, 0) != c->id)
    return;
  c->n90 = (uint32_t)db_uint(rows, 1);
  c->s30 = (uint32_t)db_uint(rows, 2);
  if (r->month_ended)
    rows_activity_past_take(rows, 5, c->past, &any);
}

static bool past_differs(const struct watch_recount *r, const struct catalog_pin *pin, uint32_t ordinal,
                         const struct watch_count *c)
{
  uint16_t past[SCORE_MONTHS];
  return r->month_ended && (!catalog_past(pin, ordinal, past) || memcmp(past, c->past, sizeof past) != 0);
}

/* Keeps the counts that differ from the catalog. */
static bool counts_compare(struct watcher *w, struct db_rows *rows, const uint64_t *ids, size_t n)
{
  struct watch_recount *r = &w->recount;
  struct catalog_pin pin;
  struct facts f;
  bool row = db_next(rows), ok = true;
  if (!catalog_pin_current(w->catalog, &pin))
    return true;
  for (size_t i = 0; i < n && ok; i++) {
    struct watch_count c = {.id = ids[i]};
    count_take(r, rows, &row, &c);
    uint32_t ordinal = catalog_find_id(&pin, ids[i]);
    if (ordinal == CATALOG_NONE || !catalog_facts(&pin, ordinal, &f))
      continue;
    c.version = f.version;
    if (f.n90 != c.n90 || f.s30 != c.s30 || past_differs(r, &pin, ordinal, &c))
      ok = count_add(r, &c);
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

/* A product that was read again since its slice has its new counts already, but those of past months belong to the old
 * months: it is read once more. */
static enum err read_again(struct watcher *w)
{
  struct watch_ids *ids = &w->recount.read;
  if (!w->recount.month_ended)
    return ERR_OK;
  w->past_us = w->recount.window_us;
  watch_ids_sort(ids);
  return watch_products(w, ids->v, ids->n);
}

static enum err count_stage(struct watcher *w, const struct catalog_pin *pin, const struct watch_count *c)
{
  struct watch_recount *r = &w->recount;
  struct facts f;
  uint32_t ordinal = catalog_find_id(pin, c->id);
  if (ordinal == CATALOG_NONE || !catalog_facts(pin, ordinal, &f) || !version_eq(f.version, c->version))
    return ERR_OK;
  struct catalog_counts counts = {c->n90, c->s30, r->month_ended ? c->past : NULL};
  enum err err = watch_staging_result(w, catalog_put_counts(w->writer, c->id, &counts, r->window_us));
  return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err recount_publish(struct watcher *w)
{
  struct watch_recount *r = &w->recount;
  struct catalog_pin pin;
  if (!catalog_pin_current(w->catalog, &pin))
    return ERR_OK;
  enum err err = read_again(w);
  w->past_us = 0;
  for (size_t i = 0; i < r->n && err == ERR_OK; i++)
    err = count_stage(w, &pin, &r->v[i]);
  if (err != ERR_OK)
    return err;
  catalog_put_window(w->writer, r->window_us);
  log_info("%s: the counts of %zu products changed", r->month_ended ? "a month ended" : "the hour moved", r->n);
  return watch_publish(w, w->position);
}

static void recount_begin(struct watcher *w, int64_t window_us, int64_t before_us)
{
  watch_recount_end(w);
  w->recount.running = true;
  w->recount.window_us = window_us;
  w->recount.month_ended = moves_month(window_us, 0) != moves_month(before_us, 0);
}

void watch_recount_end(struct watcher *w)
{
  free(w->recount.v);
  free(w->recount.read.v);
  w->recount = (struct watch_recount){0};
}

static enum err recount(struct watcher *w, int64_t window_us, int64_t before_us)
{
  bool ended = false;
  if (!w->recount.running || w->recount.window_us != window_us)
    recount_begin(w, window_us, before_us);
  enum err err = recount_slice(w, &ended);
  if (err != ERR_OK || !ended)
    return err;
  if ((err = recount_publish(w)) == ERR_OK)
    watch_recount_end(w);
  return err;
}

enum err watch_clock(struct watcher *w)
{
  struct catalog_pin pin;
  int64_t window_us = clock_hour_floor(w->site_now_us);
  bool due = catalog_next_due(w->writer) <= w->db_now_us, believed = false;
  bool moved = catalog_pin_current(w->catalog, &pin) && pin.window_us != window_us;
  if (!due && !moved)
    return ERR_OK;
  enum err err = watch_believe(w, (struct watch_claim){.unlogged = moved, .age_us = WATCH_SIGNS_US}, &believed);
  if (err == ERR_OK && believed && due)
    err = due_apply(w);
  if (err == ERR_OK && believed && moved)
    err = recount(w, window_us, pin.window_us);
  return err;
}
