/* A database that replicates another one (mysql_replica), or a node of a Galera cluster: how far it is behind, and the
 * consequences.
 *
 * A replica confirms the catalog up to its own lag, not up to now.  When it cannot report its lag (it does not
 * replicate, or the account may not ask), nothing more is confirmed, and pages are served until stale_max.
 * When the change log of a replica steps back, for example after a failover, the replica has not reached the
 * catalog's position yet.  Nothing is read from it until it has, so that pages never get older.  A log that steps
 * back on a replica that has been caught up for CAUGHT_UP_US was restored. */
#include "base/log.h"
#include "watch/watch.h"

#define CAUGHT_UP_US (5 * CLOCK_SECOND)

static int64_t lag_read(const struct db_rows *rows)
{
  unsigned at = db_column(rows, "Seconds_Behind_Master");
  if (at == rows->columns)
    at = db_column(rows, "Seconds_Behind_Source"); /* MySQL */
  return db_null(rows, at) ? WATCH_LAG_UNKNOWN : (int64_t)db_uint(rows, at) * CLOCK_SECOND;
}

void watch_replica_lag(struct watcher *w, int64_t lag_us)
{
  struct watch_replica *r = &w->replica;
  if (lag_us != 0)
    r->caught_up_since_us = 0;
  else if (!r->caught_up_since_us)
    r->caught_up_since_us = clock_mono_us();
  r->lag_us = lag_us;
}

bool watch_replica_is(const struct watcher *w)
{
  return w->config->mysql_replica || w->galera.on || db_several(w->db);
}

enum err watch_replica_check(struct watcher *w)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  if (w->galera.on) /* see watch_galera.c */
    return ERR_OK;
  w->replica.asked_us = clock_now_us();
  if (!w->config->mysql_replica)
    return ERR_OK;
  buf_puts(&sql, "SHOW REPLICA STATUS");
  enum err err = db_query(w->db, &sql, clock_mono_us() + w->config->mysql_timeout * 1000, &rows);
  buf_free(&sql);
  if (err == ERR_OK) /* no row: the server is no replica */
    watch_replica_lag(w, db_next(&rows) ? lag_read(&rows) : 0);
  else
    watch_replica_lag(w, WATCH_LAG_UNKNOWN);
  db_rows_free(&rows);
  return err == ERR_INVALID ? ERR_OK : err; /* INVALID: the account may not ask; logged by db, shown as trouble */
}

bool watch_replica_waits(struct watcher *w, uint64_t newest)
{
  struct watch_replica *r = &w->replica;
  bool behind = watch_replica_is(w) && newest < w->position->cursor;
  bool caught_up = r->caught_up_since_us && clock_mono_us() - r->caught_up_since_us > CAUGHT_UP_US;
  if (behind && !caught_up && !r->waits)
    log_warn("the replica is behind what is shown already (change %llu < %llu): waiting for it", (unsigned long long)newest,
             (unsigned long long)w->position->cursor);
  r->waits = behind && !caught_up;
  return r->waits;
}

int64_t watch_replica_confirmed_us(const struct watcher *w)
{
  const struct watch_replica *r = &w->replica;
  int64_t known_us = r->lag_us == WATCH_LAG_UNKNOWN ? w->position->anchor_changed_us : r->asked_us - r->lag_us;
  int64_t before_us = w->state.confirmed_us;
  bool later = before_us != CLOCK_NEVER && before_us > known_us && before_us <= r->asked_us;
  return later ? before_us : known_us; /* a time after asked_us came from a clock that was set back since */
}

const char *watch_replica_trouble(const struct watcher *w)
{
  if (w->replica.waits)
    return "the replica is behind what is shown already";
  if (w->galera.on)
    return w->galera.trouble;
  if (db_several(w->db))
    return w->primary_trouble;
  return w->replica.lag_us == WATCH_LAG_UNKNOWN ? "the replica cannot say how far it is behind: does it replicate, and "
                                                  "may the account ask (GRANT SLAVE MONITOR)?"
                                                : "";
}
