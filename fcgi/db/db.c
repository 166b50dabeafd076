#include "db/db.h"

#include <mysql.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "db/db_live.h"
#include "db/db_round_trip.h"
#include "db/db_wait.h"

#define WATCHER_WAIT_US (3 * CLOCK_SECOND)      /* longer than the watcher pauses between two tries */
#define CONNECTS_MOST 2                        /* new connections for one reading */

struct db *db_new(const struct config *config, struct metrics *metrics, struct breaker *breaker)
{
  struct db *db = calloc(1, sizeof *db);
  if (!db)
    return NULL;
  db->config = config;
  db->metrics = metrics;
  db->breaker = breaker;
  db->answer_us = config->mysql_timeout * 1000;
  db_servers_open(&db->servers, config, breaker);
  return db;
}

void db_persist(struct db *db, int64_t answer_ms)
{
  db->persistent = db->servers.writer = true;
  if (answer_ms * 1000 > db->answer_us)
    db->answer_us = answer_ms * 1000;
}

void db_quiet(struct db *db)
{
  db->quiet = true;
}

void db_free(struct db **db)
{
  if (!*db)
    return;
  db_close(*db);
  db_servers_close(&(*db)->servers);
  free(*db);
  *db = NULL;
}

const struct config *db_config(const struct db *db)
{
  return db->config;
}

unsigned db_failure(const struct db *db, const char **message)
{
  *message = db->message;
  return db->failure;
}

void db_waiter(struct db *db, struct waiter *waiter)
{
  db->waiter = waiter;
}

/* ---- statements */

/* Waits for the answer of the i-th statement. */
static bool answer_take(struct db *db, const struct db_round_trip *t, size_t i, int64_t until_us, MYSQL_RES **result,
                        bool *ok)
{
  bool in_time = i ? db_wait_next(db->mysql, db->waiter, until_us, ok)
                   : db_wait_query(db->mysql, db->waiter, t->text.p, t->text.n, until_us, ok);
  if (in_time && *ok)
    in_time = db_wait_store(db->mysql, db->waiter, until_us, result, ok);
  return in_time;
}

static enum err answers_take(struct db *db, const struct db_round_trip *t, int64_t deadline_us, MYSQL_RES **results)
{
  size_t all = db_round_trip_statements(t);
  for (size_t i = 0; i < all; i++) {
    bool ok = false;
    MYSQL_RES *none = NULL; /* of the statements that begin and end the snapshot */
    MYSQL_RES **result = i >= t->begins && i - t->begins < t->n ? &results[i - t->begins] : &none;
    int64_t now = clock_mono_us(), until_us = db_answer_deadline(db, now, deadline_us);
    bool in_time = answer_take(db, t, i, until_us, result, &ok);
    db->waited_us += clock_mono_us() - now;
    if (in_time && ok)
      continue;
    if (t->ends && i == all - 1) { /* the rows are valid; only the session is not */
      db_close(db);
      return ERR_OK;
    }
    enum err err = in_time ? db_statement_failed(db, db_round_trip_statement(t, i)) : db_timed_out(db);
    if (db->mysql && mysql_more_results(db->mysql))
      db_close(db);
    return err;
  }
  return ERR_OK;
}

static void results_free(MYSQL_RES **results, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (results[i])
      mysql_free_result(results[i]);
    results[i] = NULL;
  }
}

/* `results` has n NULLs. */
static enum err run_together(struct db *db, const struct db_batch *batch, int64_t deadline_us, MYSQL_RES **results)
{
  struct db_round_trip t = {.statements = batch->statements, .n = batch->n,
                            .begins = db->in_snapshot && db->unbegun, .ends = db->in_snapshot && batch->last};
  if (!db->mysql) /* an earlier statement of this snapshot failed and closed the connection */
    return ERR_UNAVAILABLE;
  db_round_trip_write(&t);
  if (t.text.failed) {
    buf_free(&t.text);
    return ERR_NO_MEMORY;
  }
  db->unbegun = db->unbegun && !t.begins;
  METRICS_ADD(db->metrics, db_statements, db_round_trip_statements(&t));
  METRICS_ADD(db->metrics, db_round_trips, 1);
  enum err err = answers_take(db, &t, deadline_us, results);
  buf_free(&t.text);
  db->ended = t.ends && err == ERR_OK;
  if (err != ERR_OK)
    results_free(results, batch->n);
  return err;
}

static enum err run(struct db *db, const struct buf *sql, int64_t deadline_us, MYSQL_RES **result)
{
  *result = NULL;
  return run_together(db, &(struct db_batch){.statements = sql, .n = 1}, deadline_us, result);
}

static enum err snapshot_end(struct db *db)
{
  MYSQL_RES *result = NULL;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, DB_SNAPSHOT_END);
  enum err err = sql.failed ? ERR_NO_MEMORY : run(db, &sql, CLOCK_FOREVER, &result);
  buf_free(&sql);
  if (result)
    mysql_free_result(result);
  return err;
}

static void rows_take(struct db_rows *out, MYSQL_RES *result)
{
  *out = (struct db_rows){.result = result};
  if (result) {
    out->columns = mysql_num_fields(result);
    out->count = (size_t)mysql_num_rows(result);
  }
}

static enum err query_once(struct db *db, const struct buf *sql, int64_t deadline_us, struct db_rows *out)
{
  enum err err = ERR_OK;
  MYSQL_RES *result = NULL;
  if (!db->mysql)
    err = db_open_now(db, deadline_us);
  if (err == ERR_OK)
    err = run(db, sql, deadline_us, &result);
  if (err != ERR_OK)
    db_close(db);
  else
    rows_take(out, result);
  return err;
}

static bool watcher_waits(const struct db *db, int64_t now_us)
{
  int64_t since_us = atomic_load_explicit(&db->breaker->watcher_waits_us, memory_order_relaxed);
  return since_us && now_us - since_us < WATCHER_WAIT_US;
}

static void yield(struct db *db)
{
  if (!db->persistent && db->mysql && atomic_load_explicit(&db->breaker->yield, memory_order_relaxed) &&
      atomic_exchange(&db->breaker->yield, 0))
    db_close(db);
}

void db_idle(struct db *db)
{
  yield(db);
}

static bool may_ask(struct db *db)
{
  int64_t now_us = clock_mono_us();
  if (db->mysql && !db_servers_usable(&db->servers))
    db_close(db);
  bool refused = !db->mysql && (now_us < db->refused_until_us || watcher_waits(db, now_us));
  if (db->persistent || (!refused && breaker_allows(db->breaker, DB_BREAKER_HOLD_US)))
    return true;
  METRICS_ADD(db->metrics, db_skipped, 1);
  return false;
}

/* Called after each attempt.  An attempt on a connection that was open before is not counted. */
static bool should_retry(enum err err, bool was_open, int *connects, int64_t deadline_us)
{
  *connects += !was_open;
  return err == ERR_RETRY && *connects < CONNECTS_MOST && clock_mono_us() < deadline_us;
}

static enum err final_result(struct db *db, enum err err)
{
  if (err == ERR_OK)
    breaker_succeeded(db->breaker);
  yield(db);
  return err == ERR_RETRY ? ERR_UNAVAILABLE : err;
}

enum err db_connect(struct db *db, int64_t deadline_us)
{
  if (!may_ask(db))
    return ERR_UNAVAILABLE;
  db->waited_us = 0;
  return db->mysql ? ERR_OK : db_open_now(db, deadline_us);
}

enum err db_query(struct db *db, const struct buf *sql, int64_t deadline_us, struct db_rows *out)
{
  *out = (struct db_rows){0};
  if (sql->failed)
    return ERR_NO_MEMORY;
  if (db->in_snapshot) {
    MYSQL_RES *result = NULL;
    enum err err = run(db, sql, deadline_us, &result);
    if (err == ERR_OK)
      rows_take(out, result);
    return err;
  }
  if (!may_ask(db))
    return ERR_UNAVAILABLE;
  enum err err;
  bool was_open;
  int connects = 0;
  db->again = false;
  do {
    was_open = db->mysql != NULL;
    db->waited_us = 0;
    err = query_once(db, sql, deadline_us, out);
    db->again = true;
  } while (should_retry(err, was_open, &connects, deadline_us));
  return final_result(db, err);
}

enum err db_query_batch(struct db *db, const struct db_batch *batch, int64_t deadline_us, struct db_rows *out)
{
  MYSQL_RES *results[DB_BATCH_MOST] = {0};
  MUST(db->in_snapshot && batch->n <= DB_BATCH_MOST, "statements are sent together outside of a snapshot, or too many");
  memset(out, 0, batch->n * sizeof *out);
  for (size_t i = 0; i < batch->n; i++)
    if (batch->statements[i].failed)
      return ERR_NO_MEMORY;
  enum err err = run_together(db, batch, deadline_us, results);
  for (size_t i = 0; err == ERR_OK && i < batch->n; i++)
    rows_take(&out[i], results[i]);
  return err;
}

static enum err snapshot_once(struct db *db, enum err (*read)(struct db *db, void *arg), void *arg)
{
  enum err err = db->mysql ? ERR_OK : db_open_now(db, db->deadline_us);
  db->unbegun = true;
  db->ended = false;
  if (err == ERR_OK)
    err = read(db, arg);
  if (err == ERR_RETRY || err == ERR_UNAVAILABLE)
    db_close(db);
  if (db->mysql && !db->unbegun && (!db->ended || err != ERR_OK) && snapshot_end(db) != ERR_OK)
    db_close(db);
  return err;
}

enum err db_snapshot(struct db *db, int64_t deadline_us, enum err (*read)(struct db *db, void *arg), void *arg)
{
  if (!may_ask(db))
    return ERR_UNAVAILABLE;
  db->in_snapshot = true;
  db->deadline_us = deadline_us;
  enum err err;
  bool was_open;
  int connects = 0;
  db->again = false;
  do {
    was_open = db->mysql != NULL;
    db->waited_us = 0;
    err = snapshot_once(db, read, arg);
    db->again = true;
  } while (should_retry(err, was_open, &connects, deadline_us));
  db->in_snapshot = false;
  return final_result(db, err);
}

struct db_servers *db_servers_of(struct db *db)
{
  return &db->servers;
}
