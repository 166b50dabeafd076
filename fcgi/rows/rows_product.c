/* Reads up to a hundred whole products for their fragments: rows_facts_read with texts, and two more statements, for the
 * newest activities and for the counts of activities by the hour. */
#include <stdlib.h>

#include "base/must.h"
#include "model/moves.h"
#include "rows/rows_activity.h"
#include "rows/rows_facts.h"
#include "rows/rows_values.h"

#define NEWEST_MOST (TIMELINE_PAGE + 1) /* the last one tells whether its day goes on on the next page */
#define SPARKS_MOST 10

enum { LIST_ALL, LIST_SPARKS, LIST_LATEST, LIST_FIRST, LISTS }; /* of each product; the last two: releases */

enum { T_PRODUCT, T_NTH, T_NTH_CLASS, T_LATEST, T_FIRST, T_DIGEST, T_ID, T_KIND, T_CLASS, T_TITLE, T_URL, T_VERSION,
       T_OCCURRED };

/* Numbers the activities, then joins the newest, the latest release and the first one with their texts.  The join
 * repeats copies of a row; newest_put takes each once. */
static void newest_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT a.product_id, newest.nth, newest.nth_class, newest.is_release AND newest.nth_latest = 1,"
                  " newest.is_release AND newest.nth_first = 1, %s, a.id, a.kind, a.class, a.title, a.url, a.version,"
                  " a.occurred_at FROM (SELECT a.id, a.product_id, a.class, a.occurred_at, ROW_NUMBER() OVER"
                  " (PARTITION BY a.product_id ORDER BY a.occurred_at DESC, a.id) AS nth, ROW_NUMBER() OVER"
                  " (PARTITION BY a.product_id, a.class ORDER BY a.occurred_at DESC, a.id) AS nth_class, " ROWS_IS_RELEASE
                  " AS is_release,"
                  " ROW_NUMBER() OVER (PARTITION BY a.product_id, " ROWS_IS_RELEASE " ORDER BY a.occurred_at DESC, a.id)"
                  " AS nth_latest, ROW_NUMBER() OVER (PARTITION BY a.product_id, " ROWS_IS_RELEASE
                  " ORDER BY a.occurred_at, a.id) AS nth_first",
             r->repeats ? ROWS_ACTIVITY_DIGEST : "0");
  rows_activity_due(r, sql, CLOCK_NEVER);
  buf_printf(sql, ") AS newest JOIN site_activity a ON a.id = newest.id%s"
                  " WHERE (newest.nth <= %d OR (newest.class = 'spark' AND newest.nth_class <= %d)"
                  " OR (newest.is_release AND (newest.nth_latest = 1 OR newest.nth_first = 1)))",
             r->repeats ? " AND a.product_id = newest.product_id AND a.occurred_at = newest.occurred_at"
                          " AND a.status = 'published'"
                        : "",
             NEWEST_MOST, SPARKS_MOST);
}

static int newer_first(const void *x, const void *y)
{
  const struct activity *a = x, *b = y;
  if (a->occurred_us != b->occurred_us)
    return a->occurred_us > b->occurred_us ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

/* A list with room for `most` activities, and the digest of each row in it. */
struct newest {
  struct activity *v;
  uint64_t *digests;
  size_t n, most;
};

static bool newest_room(struct rows_reading *r, struct newest *to, size_t most)
{
  if (!to->v) {
    to->v = ARENA_ARRAY(r->arena, most, struct activity);
    to->digests = ARENA_ARRAY(r->arena, most, uint64_t);
    to->most = most;
  }
  return to->v && to->digests;
}

/* The activity replaces a copy with a greater digest, or is appended while there is room. */
static void newest_put(struct newest *to, const struct activity *one, uint64_t digest)
{
  size_t at = 0;
  MUST(to->n <= to->most, "more activities of a product than there is room for");
  while (at < to->n && to->v[at].id != one->id)
    at++;
  if (at == to->most || (at < to->n && to->digests[at] <= digest))
    return;
  to->v[at] = *one;
  to->digests[at] = digest;
  to->n += at == to->n;
}

static enum err newest_take(struct rows_reading *r, struct db_rows *rows, const struct facts *facts,
                            struct newest lists[LISTS])
{
  struct activity one;
  uint32_t all = facts->activities;
  uint64_t digest = db_uint(rows, T_DIGEST);
  if (!newest_room(r, &lists[LIST_ALL], all < NEWEST_MOST ? all + 1 : NEWEST_MOST) ||
      !newest_room(r, &lists[LIST_SPARKS], SPARKS_MOST) || !newest_room(r, &lists[LIST_LATEST], 1) ||
      !newest_room(r, &lists[LIST_FIRST], 1))
    return ERR_NO_MEMORY;
  rows_activity_take(r->arena, rows, T_ID, &one);
  if (db_uint(rows, T_NTH) <= NEWEST_MOST)
    newest_put(&lists[LIST_ALL], &one, digest);
  if (one.class == CLASS_SPARK && db_uint(rows, T_NTH_CLASS) <= SPARKS_MOST)
    newest_put(&lists[LIST_SPARKS], &one, digest);
  if (db_uint(rows, T_LATEST))
    newest_put(&lists[LIST_LATEST], &one, digest);
  if (db_uint(rows, T_FIRST))
    newest_put(&lists[LIST_FIRST], &one, digest);
  return ERR_OK;
}

static void newest_set(struct newest *from, const struct activity **to, size_t *n)
{
  if (from->n)
    qsort(from->v, from->n, sizeof *from->v, newer_first);
  *to = from->v;
  *n = from->n;
}

/* The first of the list that is a release with a version that can be seen, which SQL does not know. */
static const struct activity *release_among(const struct activity *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (v[i].kind == ACTIVITY_RELEASE && v[i].version.n)
      return &v[i];
  return NULL;
}

static void newest_give(struct newest lists[LISTS], struct product *p)
{
  newest_set(&lists[LIST_ALL], &p->activities, &p->n_activities);
  p->older_us = p->n_activities > TIMELINE_PAGE ? p->activities[TIMELINE_PAGE].occurred_us : CLOCK_NEVER;
  if (p->n_activities > TIMELINE_PAGE)
    p->n_activities = TIMELINE_PAGE;
  newest_set(&lists[LIST_SPARKS], &p->sparks, &p->n_sparks);
  p->latest_release = release_among(p->activities, p->n_activities);
  if (!p->latest_release)
    p->latest_release = release_among(lists[LIST_LATEST].v, lists[LIST_LATEST].n);
  p->first_release = release_among(lists[LIST_FIRST].v, lists[LIST_FIRST].n);
}

static enum err newest_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  struct newest *lists = ARENA_ARRAY(r->arena, LISTS * r->n, struct newest);
  if (!lists)
    return ERR_NO_MEMORY;
  newest_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows)) {
    struct product *p = rows_reading_find(r, db_uint(&rows, T_PRODUCT));
    if (p)
      err = newest_take(r, &rows, &p->facts, &lists[LISTS * (p - r->products)]);
  }
  db_rows_free(&rows);
  for (size_t i = 0; i < r->n; i++)
    newest_give(&lists[LISTS * i], &r->products[i]);
  return err;
}

/* ---- how often it shipped: activities counted by slots (model/moves.h) */

enum { M_PRODUCT, M_HOUR, M_LATER, M_KIND, M_CLASS, M_COUNT };

static void moves_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "SELECT a.product_id, TIMESTAMPDIFF(HOUR, '1970-01-01', a.occurred_at) AS slot_hour,"
                " EXTRACT(MINUTE_MICROSECOND FROM a.occurred_at) > 0 AS slot_later, a.kind, a.class, COUNT(*)");
  rows_activity_due(r, sql, moves_from(r->snapshot.window_us));
  buf_puts(sql, " GROUP BY a.product_id, slot_hour, slot_later, a.kind, a.class"
                " ORDER BY a.product_id, slot_hour DESC, slot_later DESC");
}

static void moves_take(struct rows_reading *r, struct db_rows *rows, struct moves_count *moves)
{
  struct product *p = NULL;
  for (size_t i = 0; db_next(rows); i++) {
    uint64_t id = db_uint(rows, M_PRODUCT);
    if (!p || p->facts.id != id)
      p = rows_reading_find(r, id);
    if (!p)
      continue;
    moves[i] = (struct moves_count){.slot = (int64_t)(2 * db_uint(rows, M_HOUR) + db_uint(rows, M_LATER)),
                                    .class = rows_class(db_text(rows, M_CLASS)),
                                    .event = rows_kind(db_text(rows, M_KIND)) == ACTIVITY_EVENT,
                                    .n = (uint32_t)db_uint(rows, M_COUNT)};
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
    struct moves_count *moves = ARENA_ARRAY(r->arena, rows.count + 1, struct moves_count);
    if (moves)
      moves_take(r, &rows, moves);
    else
      err = ERR_NO_MEMORY;
  }
  db_rows_free(&rows);
  return err;
}

/* ---- whole products */

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

/* Returns a sorted copy without duplicates. */
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

static enum err products_reading(struct rows_reading *r, const uint64_t *ids, size_t n, struct product *out)
{
  memset(out, 0, n * sizeof *out);
  if (n > ROWS_PRODUCTS_MAX)
    return ERR_LIMIT;
  if (!(r->set.ids = ids_sorted(r->arena, ids, n, &r->set.n)))
    return ERR_NO_MEMORY;
  enum err err = db_snapshot(r->db, r->deadline_us, read_all, r);
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    const struct product *p = rows_reading_find(r, ids[i]);
    if (p)
      out[i] = *p;
  }
  return err;
}

enum err rows_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us,
                       struct product *out, struct rows_snapshot *snapshot)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .texts = true};
  enum err err = products_reading(&r, ids, n, out);
  *snapshot = r.snapshot;
  return err;
}

enum err rows_preview_products(struct db *db, const struct rows_preview_list *list, struct arena *arena, int64_t deadline_us,
                               struct product *out)
{
  struct rows_reading r = {.db = db, .arena = arena, .deadline_us = deadline_us, .texts = true, .past_us = list->past_us,
                           .preview = list->preview};
  return products_reading(&r, list->ids, list->n, out);
}
