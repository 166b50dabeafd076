/* Everything of up to a hundred products for their fragments: rows_facts with texts, and two more
 * statements for the activities that are shown in words and those that are drawn in the chart. */
#include <stdlib.h>

#include "rows/rows_cells.h"
#include "rows/rows_facts.h"
#include "rows/rows_values.h"

#define SPARKS_MOST 10
#define MOVES_MOST 2000
#define MOVES_DAYS 366

enum { T_PRODUCT, T_NTH, T_NTH_CLASS, T_ID, T_KIND, T_CLASS, T_TITLE, T_URL, T_VERSION, T_OCCURRED };

/* Published activities that are due by the site's clock, and after `from_us`. */
static void due_sql(const struct rows_reading *r, struct buf *sql, int64_t from_us)
{
  buf_puts(sql, " FROM site_activity WHERE status = 'published' AND occurred_at >= ");
  if (from_us == CLOCK_NEVER)
    buf_puts(sql, ROWS_EARLIEST);
  else
    rows_sql_time(sql, from_us);
  buf_puts(sql, " AND occurred_at <= ");
  rows_sql_time(sql, r->snapshot.site_now_us);
  buf_puts(sql, " AND");
  rows_sql_in(sql, "product_id", &r->set);
}

static void newest_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "SELECT a.product_id, newest.nth, newest.nth_class, a.id, a.kind, a.class, a.title, a.url, a.version,"
                " a.occurred_at FROM (SELECT id, class, ROW_NUMBER() OVER (PARTITION BY product_id"
                " ORDER BY occurred_at DESC, id) AS nth, ROW_NUMBER() OVER (PARTITION BY product_id, class"
                " ORDER BY occurred_at DESC, id) AS nth_class");
  due_sql(r, sql, CLOCK_NEVER);
  buf_printf(sql, ") AS newest JOIN site_activity a ON a.id = newest.id"
                  " WHERE newest.nth <= %d OR (newest.class = 'spark' AND newest.nth_class <= %d)",
             TIMELINE_PAGE, SPARKS_MOST);
}

static int newer_first(const void *x, const void *y)
{
  const struct activity *a = x, *b = y;
  if (a->occurred_us != b->occurred_us)
    return a->occurred_us > b->occurred_us ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

static bool room_for(struct rows_reading *r, struct product *p)
{
  uint32_t most = p->facts.activities < TIMELINE_PAGE ? p->facts.activities : TIMELINE_PAGE;
  if (!p->activities)
    p->activities = ARENA_ARRAY(r->arena, most + 1, struct activity);
  if (!p->sparks)
    p->sparks = ARENA_ARRAY(r->arena, SPARKS_MOST, struct activity);
  return p->activities && p->sparks;
}

void rows_activity_take(struct arena *arena, const struct db_rows *rows, unsigned column, struct activity *to)
{
  *to = (struct activity){.id = db_uint(rows, column),
                          .kind = rows_kind(db_text(rows, column + 1)),
                          .class = rows_class(db_text(rows, column + 2)),
                          .title = span_trim(rows_cell(arena, rows, column + 3)),
                          .url = rows_cell(arena, rows, column + 4),
                          .version = rows_cell(arena, rows, column + 5),
                          .occurred_us = db_time(rows, column + 6)};
}

static enum err newest_take(struct rows_reading *r, struct db_rows *rows, struct product *p)
{
  struct activity one;
  if (!room_for(r, p))
    return ERR_NO_MEMORY;
  rows_activity_take(r->arena, rows, T_ID, &one);
  if (db_uint(rows, T_NTH) <= TIMELINE_PAGE && p->n_activities < p->facts.activities)
    ((struct activity *)p->activities)[p->n_activities++] = one;
  if (one.class == CLASS_SPARK && db_uint(rows, T_NTH_CLASS) <= SPARKS_MOST && p->n_sparks < SPARKS_MOST)
    ((struct activity *)p->sparks)[p->n_sparks++] = one;
  return ERR_OK;
}

static enum err newest_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  newest_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows)) {
    struct product *p = rows_facts_find(r, db_uint(&rows, T_PRODUCT));
    if (p)
      err = newest_take(r, &rows, p);
  }
  db_rows_free(&rows);
  for (size_t i = 0; i < r->n; i++) {
    struct product *p = &r->products[i];
    if (p->n_activities)
      qsort((void *)p->activities, p->n_activities, sizeof *p->activities, newer_first);
    if (p->n_sparks)
      qsort((void *)p->sparks, p->n_sparks, sizeof *p->sparks, newer_first);
  }
  return err;
}

/* ---- the chart */

static void moves_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "SELECT product_id, occurred_at, kind, class FROM (SELECT product_id, occurred_at, kind, class,"
                " ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY occurred_at DESC, id) AS nth");
  due_sql(r, sql, r->snapshot.site_now_us - MOVES_DAYS * CLOCK_DAY);
  buf_printf(sql, ") AS moves WHERE nth <= %d ORDER BY product_id, nth", MOVES_MOST);
}

static void moves_take(struct rows_reading *r, struct db_rows *rows, struct chart_move *moves)
{
  struct product *p = NULL;
  for (size_t i = 0; db_next(rows); i++) {
    uint64_t id = db_uint(rows, 0);
    if (!p || p->facts.id != id)
      p = rows_facts_find(r, id);
    if (!p)
      continue;
    moves[i] = (struct chart_move){db_time(rows, 1), rows_kind(db_text(rows, 2)), rows_class(db_text(rows, 3))};
    if (p->n_moves++ == 0)
      p->moves = &moves[i];
  }
}

static enum err moves_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  moves_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK) {
    struct chart_move *moves = ARENA_ARRAY(r->arena, rows.count + 1, struct chart_move);
    if (moves)
      moves_take(r, &rows, moves);
    else
      err = ERR_NO_MEMORY;
  }
  db_rows_free(&rows);
  return err;
}

/* ---- all of it */

static enum err read_all(struct db *db, void *arg)
{
  struct rows_reading *r = arg;
  enum err err = rows_facts_read(db, r);
  if (err == ERR_OK && r->n && (err = newest_read(r)) == ERR_OK)
    err = moves_read(r);
  return err == ERR_OK && arena_failed(r->arena) ? ERR_NO_MEMORY : err;
}

static int by_id(const void *x, const void *y)
{
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

/* A sorted copy without doubles. */
static uint64_t *ids_sorted(struct arena *arena, const uint64_t *ids, size_t n, size_t *kept)
{
  uint64_t *to = ARENA_ARRAY(arena, n + 1, uint64_t);
  if (!to)
    return NULL;
  if (n)
    memcpy(to, ids, n * sizeof *to);
  qsort(to, n, sizeof *to, by_id);
  *kept = 0;
  for (size_t i = 0; i < n; i++)
    if (i == 0 || to[i] != to[*kept - 1])
      to[(*kept)++] = to[i];
  return to;
}

enum err rows_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us,
                       struct product *out, struct rows_snapshot *snapshot)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .texts = true};
  memset(out, 0, n * sizeof *out);
  if (n > ROWS_PRODUCTS_MAX)
    return ERR_LIMIT;
  if (!(r.set.ids = ids_sorted(arena, ids, n, &r.set.n)))
    return ERR_NO_MEMORY;
  enum err err = db_snapshot(db, deadline_us, read_all, &r);
  *snapshot = r.snapshot;
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    const struct product *p = rows_facts_find(&r, ids[i]);
    if (p)
      out[i] = *p;
  }
  return err;
}
