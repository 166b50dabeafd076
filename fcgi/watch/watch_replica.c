/* A database that follows another (mysql_replica): how far is it behind, and what follows from that.
 *
 * What is confirmed is what the primary had by then, not what the replica answers now; when the replica
 * cannot tell (it does not replicate, or the account may not ask), nothing more is confirmed, and
 * stale_max ends it.  A change log that stepped back is a replica that has yet to come to where we were
 * already, after a failover say, and nothing is read from it until it has: never older again.  Only of a
 * replica that has been level for a while is it believed that the rows themselves were set back. */
#include "base/log.h"
#include "watch/watch.h"

#define LEVEL_US (5 * CLOCK_SECOND)

static int64_t lag_of(const struct db_rows *rows)
{
  unsigned at = db_column(rows, "Seconds_Behind_Master");
  if (at == rows->columns)
    at = db_column(rows, "Seconds_Behind_Source"); /* MySQL */
  return db_null(rows, at) ? WATCH_LAG_UNKNOWN : (int64_t)db_uint(rows, at) * CLOCK_SECOND;
}

static void lag_set(struct watch_replica *r, int64_t lag_us)
{
  if (lag_us != 0)
    r->level_since_us = 0;
  else if (!r->level_since_us)
    r->level_since_us = clock_mono_us();
  r->lag_us = lag_us;
}

enum err watch_replica_check(struct watch *w)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  w->replica.asked_us = clock_now_us();
  if (!w->config->mysql_replica)
    return ERR_OK;
  buf_puts(&sql, "SHOW REPLICA STATUS");
  enum err err = db_query(w->db, &sql, clock_mono_us() + w->config->mysql_timeout * 1000, &rows);
  buf_free(&sql);
  if (err == ERR_OK) /* no row: it is no replica (any more) */
    lag_set(&w->replica, db_next(&rows) ? lag_of(&rows) : 0);
  else
    lag_set(&w->replica, WATCH_LAG_UNKNOWN);
  db_rows_free(&rows);
  return err == ERR_INVALID ? ERR_OK : err; /* may not ask: logged, and shown as trouble */
}

bool watch_replica_waits(struct watch *w, uint64_t most)
{
  struct watch_replica *r = &w->replica;
  bool back = w->config->mysql_replica && most < w->follow->cursor;
  bool level = r->level_since_us && clock_mono_us() - r->level_since_us > LEVEL_US;
  if (back && !level && !r->waits)
    log_warn("the replica is behind what is shown already (%llu < %llu): waiting for it", (unsigned long long)most,
             (unsigned long long)w->follow->cursor);
  r->waits = back && !level;
  return r->waits;
}

int64_t watch_replica_confirms(const struct watch *w)
{
  const struct watch_replica *r = &w->replica;
  int64_t known_us = r->lag_us == WATCH_LAG_UNKNOWN ? w->follow->anchor_changed_us : r->asked_us - r->lag_us;
  int64_t before_us = w->state.confirmed_us;
  bool deferred = before_us != CLOCK_NEVER && before_us > known_us && before_us <= r->asked_us;
  return deferred ? before_us : known_us; /* what lies beyond now was said by a clock that was set back since */
}

const char *watch_replica_trouble(const struct watch *w)
{
  if (w->replica.waits)
    return "the replica is behind what is shown already";
  return w->replica.lag_us == WATCH_LAG_UNKNOWN ? "the replica cannot say how far it is behind: does it replicate, and "
                                                  "may the account ask (GRANT SLAVE MONITOR)?"
                                                : "";
}
