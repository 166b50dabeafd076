/* One look at the change log: one statement, whose rows are of four kinds. */
#include <stdio.h>

#include "base/log.h"
#include "catalog/follow.h"
#include "watch/watch.h"

#define ENTRIES_MOST 20000 /* of a poll; more come with the next, at once */
#define RANGES_NEWEST 64   /* gaps that every poll asks for */
#define RANGES_TURN (CATALOG_GAPS_MAX / 2) /* older gaps a poll asks for, in turn: none waits for a third one */

enum kind { KIND_NEW, KIND_MISSING, KIND_ANCHOR, KIND_HEAD };

enum { C_KIND, C_SEQ, C_ENTITY, C_ENTITY_ID, C_CHANGED }; /* of the log's rows */
enum { H_KIND, H_MOST, H_NONE, H_PURGED, H_NOW, H_WORD };  /* of the head; its word shares no column with others' texts */

/* What a poll told about the log itself. */
struct head {
  bool there, anchored, anchor_there;
  uint64_t most, purged;
  char incarnation[64];
  size_t rows_new, rows_missing;
};

static void range_sql(struct buf *sql, const struct catalog_gap *g, bool *any)
{
  buf_printf(sql, "%s seq BETWEEN %llu AND %llu", *any ? " OR" : "", (unsigned long long)g->first,
             (unsigned long long)g->last);
  *any = true;
}

/* All ranges when they are few; else the newest, and some of the others in turn. */
static void ranges_sql(struct watch *w, struct buf *sql)
{
  const struct catalog_follow *f = w->follow;
  uint32_t older = f->n_gaps > RANGES_NEWEST ? f->n_gaps - RANGES_NEWEST : 0;
  uint32_t turn = older < RANGES_TURN ? older : RANGES_TURN;
  bool any = false;
  for (uint32_t i = older; i < f->n_gaps; i++)
    range_sql(sql, &f->gaps[i], &any);
  for (uint32_t i = 0; i < turn; i++)
    range_sql(sql, &f->gaps[(w->gap_turn + i) % older], &any);
  w->gap_turn = older ? (w->gap_turn + turn) % older : 0;
}

static void poll_sql(struct watch *w, struct buf *sql)
{
  unsigned long long cursor = w->follow->cursor;
  buf_printf(sql, "(SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq > %llu ORDER BY seq"
                  " LIMIT %d)", KIND_NEW, cursor, ENTRIES_MOST);
  if (w->follow->n_gaps) {
    buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE", KIND_MISSING);
    ranges_sql(w, sql);
    buf_printf(sql, " ORDER BY seq LIMIT %d)", ENTRIES_MOST);
  }
  buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq = %llu)"
                  " UNION ALL (SELECT %d, (SELECT MAX(seq) FROM change_log), NULL, purged_seq,"
                  " UTC_TIMESTAMP(6), incarnation FROM site_state WHERE id = 1)", KIND_ANCHOR, cursor, KIND_HEAD);
}

/* ---- reading the answer */

void watch_gap_lost(struct watch *w)
{
  static struct log_limit limit;
  log_limited(&limit, 60, LOG_LEVEL_WARN,
              "the change log has more gaps than %d: the oldest was given up; what commits in it is found by the sweep",
              CATALOG_GAPS_MAX);
  w->sweep.hurry = true;
}

static bool entry_take(struct watch *w, struct db_rows *rows)
{
  struct span entity = db_text(rows, C_ENTITY);
  int64_t changed_us = db_time(rows, C_CHANGED);
  METRICS_ADD(w->metrics, changes_applied, 1);
  w->logged_us = changed_us > w->logged_us ? changed_us : w->logged_us;
  if (span_eq(entity, SPAN("product")))
    return watch_ids_add(&w->changed, db_uint(rows, C_ENTITY_ID));
  w->terms_changed = true;
  return true;
}

static bool row_take(struct watch *w, struct db_rows *rows, struct head *h)
{
  uint64_t seq = db_uint(rows, C_SEQ);
  enum follow_filled filled;
  switch ((enum kind)db_uint(rows, C_KIND)) {
  case KIND_NEW:
    h->rows_new++;
    if (!follow_advance(w->next, seq, db_uint(rows, C_ENTITY_ID), db_time(rows, C_CHANGED),
                        clock_now_us() + w->config->gap_memory * CLOCK_SECOND))
      watch_gap_lost(w);
    return entry_take(w, rows);
  case KIND_MISSING:
    h->rows_missing++;
    filled = follow_fill(w->next, seq);
    if (filled == FOLLOW_CUT)
      watch_gap_lost(w);
    return filled == FOLLOW_NOT_MISSING || entry_take(w, rows);
  case KIND_ANCHOR:
    h->anchor_there = true;
    h->anchored = follow_anchored(w->follow, db_uint(rows, C_ENTITY_ID), db_time(rows, C_CHANGED));
    return true;
  case KIND_HEAD:
    h->there = true;
    h->most = db_uint(rows, H_MOST);
    h->purged = db_uint(rows, H_PURGED);
    watch_incarnation(w, h->incarnation, db_text(rows, H_WORD));
    snprintf(w->state.incarnation, sizeof w->state.incarnation, "%.*s", SPAN_ARG(db_text(rows, H_WORD)));
    w->db_now_us = db_time(rows, H_NOW);
    w->site_now_us = w->config->as_of_us == CLOCK_NEVER ? w->db_now_us : w->config->as_of_us;
    return true;
  }
  return true;
}

/* NULL: it is the log that we know. */
static const char *strange(const struct watch *w, const struct head *h)
{
  const struct catalog_follow *f = w->follow;
  if (strcmp(h->incarnation, f->incarnation) != 0)
    return f->incarnation[0] ? "this is another database, or the rules changed" : "nothing is known yet";
  if (h->purged > f->cursor)
    return "the change log was purged beyond our place";
  if (h->most < f->cursor)
    return "the change log stepped back";
  if (h->anchor_there && !h->anchored)
    return "the change log was replaced";
  if (!h->anchor_there && f->cursor && h->purged < f->cursor)
    return "our place in the change log is gone";
  return NULL;
}

static enum err apply(struct watch *w)
{
  enum err err = ERR_OK;
  size_t found;
  watch_ids_sort(&w->changed);
  w->try_id = w->changed.n ? w->changed.v[0] : w->try_id;
  err = watch_products(w, w->changed.v, w->changed.n);
  if (err == ERR_OK && w->terms_changed)
    err = watch_terms(w, false, &found);
  if (err == ERR_OK)
    err = watch_publish(w, w->next);
  if (err == ERR_OK)
    *w->follow = *w->next;
  return err;
}

static enum err answer_take(struct watch *w, struct db_rows *rows)
{
  struct head h = {0};
  bool kept = true;
  *w->next = *w->follow;
  w->changed.n = 0;
  w->terms_changed = false;
  w->logged_us = CLOCK_NEVER;
  while (kept && db_next(rows))
    kept = row_take(w, rows, &h);
  if (!kept)
    return ERR_NO_MEMORY;
  const char *why = h.there ? strange(w, &h) : "site_state has no row";
  bool same = h.there && strcmp(h.incarnation, w->follow->incarnation) == 0;
  if (watch_replica_waits(w, same ? h.most : UINT64_MAX))
    return ERR_OK;
  if (why) {
    snprintf(w->reason, sizeof w->reason, "%s", why);
    w->load_wanted = true;
    w->replaced |= h.there && h.purged <= w->follow->cursor;
    return ERR_OK;
  }
  w->behind = h.rows_new == ENTRIES_MOST || h.rows_missing == ENTRIES_MOST;
  w->state.behind = h.rows_new ? h.most - w->follow->cursor : 0;
  if (h.rows_new || h.rows_missing)
    return apply(w);
  return ERR_OK;
}

enum err watch_poll(struct watch *w)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  METRICS_ADD(w->metrics, polls, 1);
  w->polled_us = clock_now_us();
  follow_expire(w->follow, clock_now_us());
  poll_sql(w, &sql);
  int64_t patience_us = w->config->mysql_timeout * 1000;
  enum err err = db_query(w->db, &sql, clock_mono_us() + patience_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK)
    err = answer_take(w, &rows);
  db_rows_free(&rows);
  if (err == ERR_OK && !w->behind)
    w->state.behind = 0;
  w->state.cursor = w->follow->cursor;
  w->state.gaps = follow_missing(w->follow);
  return err;
}
