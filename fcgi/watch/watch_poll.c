/* Polls the change log with one statement, which returns rows of four kinds. */
#include <stdio.h>

#include "base/log.h"
#include "catalog/catalog_position.h"
#include "watch/watch.h"

#define ENTRIES_MOST 20000                 /* of one poll; the next poll follows at once */
#define GAPS_NEWEST 64                     /* the newest gaps, which every poll asks for */
#define GAPS_TURN (CATALOG_GAPS_MAX / 2)   /* older gaps of one poll: two polls ask for all of them */

enum kind { KIND_NEW, KIND_MISSING, KIND_ANCHOR, KIND_HEAD };

enum { C_KIND, C_SEQ, C_ENTITY, C_ENTITY_ID, C_CHANGED }; /* of the log's rows */
enum { H_KIND, H_NEWEST, H_NONE, H_PURGED, H_NOW, H_INCARNATION }; /* of the head; the incarnation has a column of its own */

/* What a poll returned about the log itself. */
struct head {
  bool present, anchor_present, anchor_same;
  uint64_t newest, purged;
  char incarnation[64];
  size_t rows_new, rows_missing;
};

/* The gaps of one poll: all when they are few; otherwise the newest, and some of the older ones in turn. */
struct gap_choice {
  const struct catalog_gap *gaps;
  uint32_t n, older; /* the first `older` ones take turns */
  uint32_t from, turn;
};

static struct gap_choice gaps_choose(struct watcher *w)
{
  const struct catalog_position *p = w->position;
  struct gap_choice c = {.gaps = p->gaps, .n = p->n_gaps, .from = w->gap_turn};
  c.older = c.n > GAPS_NEWEST ? c.n - GAPS_NEWEST : 0;
  c.turn = c.older < GAPS_TURN ? c.older : GAPS_TURN;
  w->gap_turn = c.older ? (w->gap_turn + c.turn) % c.older : 0;
  return c;
}

static const struct catalog_gap *gap_chosen(const struct gap_choice *c, uint32_t i)
{
  return &c->gaps[i < c->n - c->older ? c->older + i : (c->from + i) % c->older];
}

/* Single numbers share one IN list, which servers plan much faster than as many ranges. */
static void gaps_sql(const struct gap_choice *c, struct buf *sql)
{
  const char *before = " seq IN (";
  size_t from = sql->n;
  for (uint32_t i = 0; i < c->n - c->older + c->turn; i++) {
    const struct catalog_gap *g = gap_chosen(c, i);
    if (g->first != g->last)
      continue;
    buf_printf(sql, "%s%llu", before, (unsigned long long)g->first);
    before = ",";
  }
  buf_puts(sql, sql->n > from ? ")" : "");
  for (uint32_t i = 0; i < c->n - c->older + c->turn; i++) {
    const struct catalog_gap *g = gap_chosen(c, i);
    if (g->first != g->last)
      buf_printf(sql, "%s seq BETWEEN %llu AND %llu", sql->n > from ? " OR" : "", (unsigned long long)g->first,
                 (unsigned long long)g->last);
  }
}

/* For about 1,000 ranges and more, MariaDB 11.8 scans the whole table when the index is not forced. */
static void poll_sql(struct watcher *w, struct buf *sql)
{
  unsigned long long cursor = w->position->cursor;
  buf_printf(sql, "(SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq > %llu ORDER BY seq"
                  " LIMIT %d)", KIND_NEW, cursor, ENTRIES_MOST);
  if (w->position->n_gaps) {
    struct gap_choice gaps = gaps_choose(w);
    buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log"
                    " FORCE INDEX (PRIMARY) WHERE", KIND_MISSING);
    gaps_sql(&gaps, sql);
    buf_printf(sql, " ORDER BY seq LIMIT %d)", ENTRIES_MOST);
  }
  buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq = %llu)"
                  " UNION ALL (SELECT %d, (SELECT MAX(seq) FROM change_log), NULL, purged_seq,"
                  " UTC_TIMESTAMP(6), incarnation FROM site_state WHERE id = 1)", KIND_ANCHOR, cursor, KIND_HEAD);
}

/* ---- reading the answer */

static bool entry_take(struct watcher *w, struct db_rows *rows)
{
  struct span entity = db_text(rows, C_ENTITY);
  int64_t changed_us = db_time(rows, C_CHANGED);
  METRICS_ADD(w->metrics, changes_applied, 1);
  w->newest_change_us = changed_us > w->newest_change_us ? changed_us : w->newest_change_us;
  if (span_eq(entity, SPAN("product")))
    return watch_ids_add(&w->changed, db_uint(rows, C_ENTITY_ID));
  w->terms_changed = true;
  return true;
}

static bool row_take(struct watcher *w, struct db_rows *rows, struct head *h)
{
  uint64_t seq = db_uint(rows, C_SEQ);
  enum catalog_gap_fill fill;
  switch ((enum kind)db_uint(rows, C_KIND)) {
  case KIND_NEW:
    h->rows_new++;
    if (!catalog_position_advance(w->next_position, seq, db_uint(rows, C_ENTITY_ID), db_time(rows, C_CHANGED),
                        clock_now_us() + w->config->gap_memory * CLOCK_SECOND))
      watch_gap_dropped(w);
    return entry_take(w, rows);
  case KIND_MISSING:
    h->rows_missing++;
    fill = catalog_position_fill(w->next_position, seq);
    if (fill == GAP_TRUNCATED)
      watch_gap_dropped(w);
    return fill == GAP_NOT_FOUND || entry_take(w, rows);
  case KIND_ANCHOR:
    h->anchor_present = true;
    h->anchor_same = catalog_position_anchored(w->position, db_uint(rows, C_ENTITY_ID), db_time(rows, C_CHANGED));
    return true;
  case KIND_HEAD:
    h->present = true;
    h->newest = db_uint(rows, H_NEWEST);
    h->purged = db_uint(rows, H_PURGED);
    watch_incarnation(w, h->incarnation, db_text(rows, H_INCARNATION));
    snprintf(w->state.incarnation, sizeof w->state.incarnation, "%.*s", SPAN_ARG(db_text(rows, H_INCARNATION)));
    w->db_now_us = db_time(rows, H_NOW);
    w->site_now_us = w->config->as_of_us == CLOCK_NEVER ? w->db_now_us : w->config->as_of_us;
    return true;
  }
  return true;
}

/* Why this is not the log that the position belongs to.  NULL: it is. */
static const char *log_mismatch(const struct watcher *w, const struct head *h)
{
  const struct catalog_position *p = w->position;
  if (strcmp(h->incarnation, p->incarnation) != 0)
    return p->incarnation[0] ? "this is another database, or as_of or the format of facts changed" : "the catalog is empty";
  if (h->purged > p->cursor)
    return "the change log was purged beyond our position";
  if (h->newest < p->cursor)
    return "the change log stepped back";
  if (h->anchor_present && !h->anchor_same)
    return "the change log was replaced";
  if (!h->anchor_present && p->cursor && h->purged < p->cursor)
    return "our position in the change log is gone";
  return NULL;
}

static enum err apply(struct watcher *w)
{
  enum err err;
  size_t found;
  bool believed;
  err = watch_believe(w, (struct watch_claim){.age_us = WATCH_SIGNS_US}, &believed);
  if (err != ERR_OK || !believed) /* the position stays, and the next poll asks for these entries again */
    return err;
  watch_ids_sort(&w->changed);
  w->try_id = w->changed.n ? w->changed.v[0] : w->try_id;
  err = watch_products(w, w->changed.v, w->changed.n);
  if (err == ERR_OK && w->terms_changed)
    err = watch_terms(w, STAGE_CHANGES, &found);
  if (err == ERR_OK)
    err = watch_publish(w, w->next_position);
  if (err != ERR_OK)
    return err;
  *w->position = *w->next_position;
  watch_doubt_applied(w);
  return ERR_OK;
}

static enum err answer_take(struct watcher *w, struct db_rows *rows)
{
  struct head h = {0};
  bool ok = true;
  *w->next_position = *w->position;
  w->changed.n = 0;
  w->terms_changed = false;
  w->newest_change_us = CLOCK_NEVER;
  while (ok && db_next(rows))
    ok = row_take(w, rows, &h);
  if (!ok)
    return ERR_NO_MEMORY;
  const char *reason = h.present ? log_mismatch(w, &h) : "site_state has no row";
  bool same = h.present && strcmp(h.incarnation, w->position->incarnation) == 0;
  if (watch_replica_waits(w, same ? h.newest : UINT64_MAX))
    return ERR_OK;
  if (reason) {
    snprintf(w->load_reason, sizeof w->load_reason, "%s", reason);
    w->load_needed = true;
    w->log_replaced |= h.present && h.purged <= w->position->cursor;
    return ERR_OK;
  }
  bool more = h.rows_new == ENTRIES_MOST || h.rows_missing == ENTRIES_MOST;
  w->behind = false;
  w->state.behind = h.rows_new ? h.newest - w->position->cursor : 0;
  enum err err = h.rows_new || h.rows_missing ? apply(w) : ERR_OK;
  w->behind = more && !watch_doubted(w);
  return err;
}

enum err watch_poll(struct watcher *w)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  METRICS_ADD(w->metrics, polls, 1);
  w->polled_us = clock_now_us();
  catalog_position_expire(w->position, clock_now_us());
  poll_sql(w, &sql);
  enum err err = db_query(w->db, &sql, clock_mono_us() + w->config->mysql_timeout * 1000, &rows);
  buf_free(&sql);
  if (err == ERR_OK)
    err = answer_take(w, &rows);
  db_rows_free(&rows);
  if (err == ERR_OK)
    watch_doubt_polled(w);
  if (err == ERR_OK && !w->behind && !watch_doubted(w))
    w->state.behind = 0;
  w->state.cursor = w->position->cursor;
  w->state.gaps = catalog_position_missing(w->position);
  return err;
}
