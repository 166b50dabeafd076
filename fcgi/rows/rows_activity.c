/* Counts, newest times and hashes of activities, and the FROM clause for activities that every statement uses.
 *
 * The clause reads a list of products through site_product, in this order: STRAIGHT_JOIN makes the server look up each
 * product's activities by the index that begins with product_id.  Given the list alone, MariaDB prefers to read all published
 * activities when the site is small or the list is long.
 *
 * A view over another CMS's tables returns a row several times when it joins a custom field that is stored several
 * times.  Counts would be too high, and equal digests would cancel each other in BIT_XOR.  Each group therefore also
 * returns its number of rows and of ids.  When they differ, the statement runs again over a source that numbers the
 * copies of each row and takes the first. */
#include "rows/rows_activity.h"

#include "model/moves.h"
#include "rows/rows_cells.h"
#include "rows/rows_values.h"

void rows_activity_from(struct buf *sql, const struct rows_set *set, const struct rows_window *window, bool repeats)
{
  if (repeats)
    buf_puts(sql, " FROM (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.product_id, a.id ORDER BY " ROWS_ACTIVITY_DIGEST
                  ") AS copy");
  buf_puts(sql, set->ids ? " FROM site_product p STRAIGHT_JOIN site_activity a ON a.product_id = p.id"
                         : " FROM site_activity a");
  buf_puts(sql, " WHERE a.status = 'published' AND " ROWS_DAY_EXISTS("a.occurred_at") " AND a.occurred_at >= ");
  if (window->from_us == CLOCK_NEVER)
    buf_puts(sql, ROWS_EARLIEST);
  else
    rows_sql_time(sql, window->from_us);
  if (window->until_us != CLOCK_FOREVER) {
    buf_puts(sql, " AND a.occurred_at <= ");
    rows_sql_time(sql, window->until_us);
  }
  buf_puts(sql, " AND");
  rows_sql_in(sql, set->ids ? "p.id" : "a.product_id", set);
  if (repeats)
    buf_puts(sql, ") AS a WHERE a.copy = 1");
}

void rows_activity_due(const struct rows_reading *r, struct buf *sql, int64_t from_us)
{
  rows_activity_from(sql, &r->set, &(struct rows_window){from_us, r->snapshot.site_now_us}, r->repeats);
}

void rows_activity_take(struct arena *arena, const struct db_rows *rows, unsigned column, struct activity *to)
{
  *to = (struct activity){.id = db_uint(rows, column),
                          .kind = rows_kind(db_text(rows, column + 1)),
                          .class = rows_class(db_text(rows, column + 2)),
                          .title = rows_line(arena, rows, column + 3),
                          .url = rows_address(arena, rows, column + 4),
                          .version = rows_line(arena, rows, column + 5),
                          .occurred_us = db_time(rows, column + 6)};
}

/* ---- past months */

void rows_activity_past_sql(struct buf *sql, int64_t past_us)
{
  int64_t ends[SCORE_MONTHS];
  moves_month_ends(past_us, ends);
  for (int i = 0; i < SCORE_MONTHS; i++) {
    buf_puts(sql, ", SUM(a.occurred_at <= ");
    rows_sql_time(sql, ends[i]);
    buf_puts(sql, " AND a.occurred_at > ");
    rows_sql_time(sql, ends[i] - SCORE_CADENCE_DAYS * CLOCK_DAY);
    buf_puts(sql, " AND IFNULL(a.kind, '') <> 'event')");
  }
}

void rows_activity_past_take(const struct db_rows *rows, unsigned column, uint16_t out[SCORE_MONTHS], bool *any)
{
  *any = false;
  for (unsigned i = 0; i < SCORE_MONTHS; i++) {
    uint64_t n90 = db_uint(rows, column + i);
    out[i] = n90 < UINT16_MAX ? (uint16_t)n90 : UINT16_MAX;
    *any = *any || n90;
  }
}

/* ---- counts */

enum { A_PRODUCT, A_COUNT, A_N90, A_S30, A_NEWEST, A_SPARK, A_RELEASE, A_NEXT, A_DIGEST, A_ROWS, A_IDS,
       A_PAST };

static void window_sql(struct buf *sql, const struct rows_reading *r, int days)
{
  buf_puts(sql, "a.occurred_at > ");
  rows_sql_time(sql, r->snapshot.window_us - days * CLOCK_DAY);
  buf_puts(sql, " AND a.occurred_at <= ");
  rows_sql_time(sql, r->snapshot.window_us);
}

void rows_activities_sql(const struct rows_reading *r, struct buf *sql)
{
  struct buf due = BUF_INIT;
  buf_puts(&due, "a.occurred_at <= ");
  rows_sql_time(&due, r->snapshot.site_now_us);
  const char *is_due = buf_z(&due);
  buf_printf(sql, "SELECT a.product_id, SUM(%s), SUM(IFNULL(a.kind, '') <> 'event' AND ", is_due);
  window_sql(sql, r, SCORE_CADENCE_DAYS);
  buf_puts(sql, "), SUM(IFNULL(a.class, '') = 'spark' AND ");
  window_sql(sql, r, SCORE_SPARK_DAYS);
  buf_printf(sql, "), MAX(CASE WHEN %s THEN a.occurred_at END), MAX(CASE WHEN a.class = 'spark' AND %s THEN"
                  " a.occurred_at END), MAX(CASE WHEN " ROWS_IS_RELEASE " AND %s THEN a.occurred_at END),"
                  " MIN(CASE WHEN NOT %s THEN a.occurred_at END), BIT_XOR(CASE WHEN %s THEN "
                  ROWS_ACTIVITY_DIGEST " ELSE 0 END), COUNT(*), COUNT(DISTINCT a.id)", is_due, is_due, is_due, is_due,
             is_due);
  if (r->past_us)
    rows_activity_past_sql(sql, r->past_us);
  rows_activity_from(sql, &r->set, &(struct rows_window){CLOCK_NEVER, CLOCK_FOREVER}, r->repeats);
  buf_puts(sql, " GROUP BY a.product_id");
  sql->failed |= due.failed;
  buf_free(&due);
}

static const uint16_t *past_take(struct rows_reading *r, const struct db_rows *rows)
{
  uint16_t counts[SCORE_MONTHS];
  bool any;
  rows_activity_past_take(rows, A_PAST, counts, &any);
  uint16_t *past = any ? ARENA_ARRAY(r->arena, SCORE_MONTHS, uint16_t) : NULL;
  if (past)
    memcpy(past, counts, sizeof counts);
  return past;
}

static void activity_take(struct rows_reading *r, struct db_rows *rows, struct product *p)
{
  struct facts *f = &p->facts;
  f->activities = (uint32_t)db_uint(rows, A_COUNT);
  f->n90 = (uint32_t)db_uint(rows, A_N90);
  f->s30 = (uint32_t)db_uint(rows, A_S30);
  f->activity_us = db_time(rows, A_NEWEST);
  f->spark_us = db_time(rows, A_SPARK);
  f->release_us = db_time(rows, A_RELEASE);
  if (db_config(r->db)->as_of_us == CLOCK_NEVER)
    rows_reading_due(f, db_time(rows, A_NEXT));
  if (r->past_us)
    f->past = past_take(r, rows);
  if (f->activities) {
    rows_reading_mix(r, p, f->activities);
    rows_reading_mix(r, p, db_uint(rows, A_DIGEST));
  }
}

/* *copies: a view returned rows several times, and nothing was stored. */
static void activities_take(struct rows_reading *r, struct db_rows *rows, bool *copies)
{
  *copies = false;
  while (db_next(rows))
    *copies = *copies || db_uint(rows, A_ROWS) != db_uint(rows, A_IDS);
  db_rewind(rows);
  while (!*copies && db_next(rows)) {
    struct product *p = rows_reading_find(r, db_uint(rows, A_PRODUCT));
    if (p)
      activity_take(r, rows, p);
  }
}

enum err rows_activities_take(struct rows_reading *r, struct db_rows *rows)
{
  bool copies;
  activities_take(r, rows, &copies);
  if (!copies)
    return ERR_OK;
  struct db_rows once;
  struct buf sql = BUF_INIT;
  r->repeats = true;
  rows_activities_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &once);
  buf_free(&sql);
  if (err == ERR_OK)
    activities_take(r, &once, &copies);
  db_rows_free(&once);
  return err;
}
