#include "watch/watch_gaps.h"

#include "base/log.h"
#include "catalog/catalog_position.h"
#include "watch/watch_entries.h"

#define RUN_MOST 1024        /* a span ends at a longer run of entries without a gap: counting them would be in vain */
#define COUNTED_MOST 100000  /* entries that one poll counts, about 10 ms of the server; the others have their turn */
#define PARTS 16             /* into which a search divides a span */

void watch_gaps_full(struct watcher *w)
{
  static struct log_limit limit;
  METRICS_ADD(w->metrics, gaps_merged, 1);
  log_limited(&limit, 60, LOG_LEVEL_WARN,
              "the change log has more than %d gaps: larger parts of it are merged to one gap each, and all their products are read"
              " again when something commits in it",
              CATALOG_GAPS_MAX);
}

/* ---- the poll's statement */

/* Gaps from here on are asked for by their numbers.  A merged one may be among the newest when newer ones are gone. */
static uint32_t exact_from(const struct catalog_position *p)
{
  uint32_t from = p->n_gaps > CATALOG_GAPS_EXACT ? p->n_gaps - CATALOG_GAPS_EXACT : 0;
  for (uint32_t i = from; i < p->n_gaps; i++)
    if (p->gaps[i].present)
      from = i + 1;
  return from;
}

/* Single numbers share one IN list, which servers plan much faster than as many ranges. */
static void exact_sql(const struct catalog_position *p, uint32_t from, struct buf *sql)
{
  const char *before = " seq IN (";
  size_t start = sql->n;
  for (uint32_t i = from; i < p->n_gaps; i++) {
    if (p->gaps[i].first != p->gaps[i].last)
      continue;
    buf_printf(sql, "%s%llu", before, (unsigned long long)p->gaps[i].first);
    before = ",";
  }
  buf_puts(sql, sql->n > start ? ")" : "");
  for (uint32_t i = from; i < p->n_gaps; i++)
    if (p->gaps[i].first != p->gaps[i].last)
      buf_printf(sql, "%s seq BETWEEN %llu AND %llu", sql->n > start ? " OR" : "", (unsigned long long)p->gaps[i].first,
                 (unsigned long long)p->gaps[i].last);
}

/* Entries known in the range of the gaps [from, to). */
static uint64_t known(const struct catalog_position *p, uint32_t from, uint32_t to)
{
  uint64_t n = 0;
  for (uint32_t i = from; i < to; i++)
    n += p->gaps[i].present + (i > from ? p->gaps[i].first - p->gaps[i - 1].last - 1 : 0);
  return n;
}

static uint32_t span_end(const struct catalog_position *p, uint32_t from, uint32_t to, uint64_t *left)
{
  uint32_t end = from;
  do {
    uint64_t run = end > from ? p->gaps[end].first - p->gaps[end - 1].last - 1 : 0, n = p->gaps[end].present + run;
    if (run > RUN_MOST || (end > from && n > *left))
      break;
    *left -= n < *left ? n : *left;
  } while (++end < to);
  return end;
}

static void spans_choose(struct watcher *w, uint32_t to)
{
  struct watch_gaps *g = &w->gaps;
  uint64_t left = COUNTED_MOST;
  uint32_t at = g->turn < to ? g->turn : 0;
  g->n_spans = 0;
  while (at < to && left && g->n_spans < WATCH_SPANS) {
    struct watch_span *s = &g->spans[g->n_spans++];
    *s = (struct watch_span){.from = at, .to = span_end(w->position, at, to, &left)};
    s->counted = s->known = known(w->position, s->from, s->to);
    at = s->to;
  }
  g->turn = at < to ? at : 0;
}

/* For about 1,000 ranges and more, MariaDB 11.8 scans the whole table when the index is not forced. */
void watch_gaps_sql(struct watcher *w, struct buf *sql)
{
  const struct catalog_position *p = w->position;
  struct watch_gaps *g = &w->gaps;
  uint32_t from = exact_from(p);
  g->n_spans = 0;
  g->asked = watch_galera_gaps_due(w);
  if (!g->asked || !p->n_gaps)
    return;
  if (from < p->n_gaps) {
    buf_printf(sql, " UNION ALL (SELECT %d, seq, entity, entity_id, changed_at, NULL FROM change_log"
                    " FORCE INDEX (PRIMARY) WHERE", KIND_MISSING);
    exact_sql(p, from, sql);
    buf_printf(sql, " ORDER BY seq LIMIT %d)", WATCH_ENTRIES_MOST);
  }
  spans_choose(w, from);
  for (uint32_t i = 0; i < g->n_spans; i++)
    buf_printf(sql, " UNION ALL (SELECT %d, %u, NULL, COUNT(*), NULL, NULL FROM change_log WHERE seq BETWEEN %llu AND %llu)",
               KIND_COUNT, (unsigned)i, (unsigned long long)p->gaps[g->spans[i].from].first,
               (unsigned long long)p->gaps[g->spans[i].to - 1].last);
}

void watch_gaps_count(struct watcher *w, const struct db_rows *row)
{
  uint64_t at = db_uint(row, C_SEQ);
  if (at < w->gaps.n_spans)
    w->gaps.spans[at].counted = db_uint(row, C_ENTITY_ID);
}

/* ---- the search */

/* Entries of an exact gap are new.  Those of a merged gap are known but for some. */
static enum err gap_read(struct watcher *w, const struct catalog_gap *gap, size_t *found)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  bool ok = true;
  buf_printf(&sql, "SELECT %d, seq, entity, entity_id, changed_at FROM change_log WHERE seq BETWEEN %llu AND %llu ORDER BY seq",
             KIND_MISSING, (unsigned long long)gap->first, (unsigned long long)gap->last);
  if (!gap->present)
    buf_printf(&sql, " LIMIT %d", WATCH_ENTRIES_MOST);
  enum err err = db_query(w->db, &sql, watch_deadline(), &rows);
  buf_free(&sql);
  while (err == ERR_OK && ok && db_next(&rows))
    if (gap->present || catalog_position_fill(w->next_position, db_uint(&rows, C_SEQ)))
      ok = watch_entry_take(w, &rows);
  if (err == ERR_OK && gap->present) {
    METRICS_ADD(w->metrics, gaps_reread, 1);
    catalog_position_recount(w->next_position, gap, rows.count);
  }
  w->gaps.more |= err == ERR_OK && !gap->present && rows.count == WATCH_ENTRIES_MOST;
  *found += err == ERR_OK ? rows.count : 0;
  db_rows_free(&rows);
  return ok ? err : ERR_NO_MEMORY;
}

static uint32_t part_from(const struct watch_span *s, uint32_t part, uint32_t parts)
{
  return s->from + (uint32_t)((uint64_t)(s->to - s->from) * part / parts);
}

static enum err parts_count(struct watcher *w, const struct watch_span *s, struct watch_span *parts, uint32_t n)
{
  const struct catalog_position *p = w->position;
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  for (uint32_t i = 0; i < n; i++) {
    parts[i] = (struct watch_span){.from = part_from(s, i, n), .to = part_from(s, i + 1, n)};
    parts[i].counted = parts[i].known = known(p, parts[i].from, parts[i].to);
    buf_printf(&sql, "%sSELECT %u, COUNT(*) FROM change_log WHERE seq BETWEEN %llu AND %llu", i ? " UNION ALL " : "", (unsigned)i,
               (unsigned long long)p->gaps[parts[i].from].first, (unsigned long long)p->gaps[parts[i].to - 1].last);
  }
  enum err err = db_query(w->db, &sql, watch_deadline(), &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows))
    if (db_uint(&rows, 0) < n)
      parts[db_uint(&rows, 0)].counted = db_uint(&rows, 1);
  db_rows_free(&rows);
  return err;
}

/* Numbers up to `purged` were purged since the last poll: as many entries may have come as have gone. */
static bool differs(const struct watcher *w, const struct watch_span *s, uint64_t purged)
{
  return s->counted != s->known || (s->known && w->position->gaps[s->from].first <= purged);
}

/* Calls itself for the parts that differ, four levels deep at most. */
static enum err span_search(struct watcher *w, const struct watch_span *s, uint64_t purged, size_t *found)
{
  struct watch_span parts[PARTS];
  uint32_t n = s->to - s->from < PARTS ? s->to - s->from : PARTS;
  if (n == 1)
    return gap_read(w, &w->position->gaps[s->from], found);
  enum err err = parts_count(w, s, parts, n);
  for (uint32_t i = 0; err == ERR_OK && i < n; i++)
    if (differs(w, &parts[i], purged))
      err = span_search(w, &parts[i], purged, found);
  return err;
}

enum err watch_gaps_search(struct watcher *w, uint64_t purged, size_t *found)
{
  struct watch_gaps *g = &w->gaps;
  uint64_t newly = purged != g->purged ? purged : 0;
  enum err err = ERR_OK;
  g->more = false;
  for (uint32_t i = 0; err == ERR_OK && i < g->n_spans; i++)
    if (differs(w, &g->spans[i], newly))
      err = span_search(w, &g->spans[i], newly, found);
  if (err == ERR_OK && g->n_spans && !g->turn)
    g->purged = purged;
  return err;
}
