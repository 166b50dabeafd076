/* Polls the change log with one statement, which returns rows of several kinds (enum watch_kind). */
#include <stdio.h>

#include "base/log.h"
#include "catalog/catalog_position.h"
#include "watch/watch.h"
#include "watch/watch_entries.h"
#include "watch/watch_gaps.h"

enum { H_KIND, H_NEWEST, H_NONE, H_PURGED, H_NOW, H_INCARNATION }; /* of the head; the incarnation has a column of its own */

/* What a poll returned about the log itself. */
struct head {
  bool present, anchor_present, anchor_same;
  uint64_t newest, purged;
  char incarnation[64], gtid[64];
  size_t rows_new, rows_missing;
};

static void poll_sql(struct watcher *w, struct buf *sql)
{
  unsigned long long cursor = w->position->cursor;
  buf_printf(sql, "(SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq > %llu ORDER BY seq"
                  " LIMIT %d)", KIND_NEW, cursor, WATCH_ENTRIES_MOST);
  watch_gaps_sql(w, sql);
  if (w->galera.on)
    buf_printf(sql, " UNION ALL (SELECT %d, NULL, NULL, NULL, NULL, WSREP_LAST_SEEN_GTID())", KIND_GALERA);
  buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log WHERE seq = %llu)"
                  " UNION ALL (SELECT %d, (SELECT MAX(seq) FROM change_log), NULL, purged_seq,"
                  " UTC_TIMESTAMP(6), incarnation FROM site_state WHERE id = 1)", KIND_ANCHOR, cursor, KIND_HEAD);
}

/* ---- reading the answer */

static bool row_take(struct watcher *w, struct db_rows *rows, struct head *h)
{
  uint64_t seq = db_uint(rows, C_SEQ);
  switch ((enum watch_kind)db_uint(rows, C_KIND)) {
  case KIND_NEW:
    h->rows_new++;
    if (!catalog_position_advance(w->next_position, seq, db_uint(rows, C_ENTITY_ID), db_time(rows, C_CHANGED),
                        clock_now_us() + w->config->gap_memory * CLOCK_SECOND))
      watch_gaps_full(w);
    return watch_entry_take(w, rows);
  case KIND_MISSING:
    h->rows_missing++;
    return !catalog_position_fill(w->next_position, seq) || watch_entry_take(w, rows);
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
  case KIND_COUNT:
    watch_gaps_count(w, rows);
    return true;
  case KIND_GALERA:
    snprintf(h->gtid, sizeof h->gtid, "%.*s", SPAN_ARG(db_text(rows, H_INCARNATION)));
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
  enum err err = watch_gaps_search(w, h.purged, &h.rows_missing);
  if (err != ERR_OK)
    return err;
  bool more = h.rows_new == WATCH_ENTRIES_MOST || h.rows_missing == WATCH_ENTRIES_MOST || w->gaps.more;
  w->behind = false;
  w->state.behind = h.rows_new ? h.newest - w->position->cursor : 0;
  err = h.rows_new || h.rows_missing ? apply(w) : ERR_OK;
  w->behind = more && !watch_doubted(w);
  watch_galera_polled(w, span_z(h.gtid));
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
