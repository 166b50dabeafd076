#include "db/db.h"

#include <errmsg.h>
#include <mysql.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "db/db_fault.h"
#include "db/db_login.h"
#include "db/db_round_trip.h"
#include "db/db_servers.h"
#include "db/db_session.h"
#include "db/db_tables.h"
#include "db/db_wait.h"

#define LOG_EVERY_S 10
#define BREAKER_HOLD_US (1000 * INT64_C(1000)) /* how long the breaker stays open */
#define BREAKER_WAIT_US (500 * INT64_C(1000))  /* a shorter wait does not open the breaker: the deadline was near */
#define SERVER_WAIT_US (200 * INT64_C(1000))   /* of several servers, one that is silent for longer is left alone */
#define REFUSED_HOLD_US (200 * INT64_C(1000))  /* how long a process stops asking after a refused login */
#define WATCHER_WAIT_US (3 * CLOCK_SECOND)      /* longer than the watcher pauses between two tries */
#define CONNECT_MOST_US (500 * INT64_C(1000))  /* for one server of several */
#define CONNECTS_MOST 2                        /* new connections for one reading */
#define FIRST_MOST_US (3 * CLOCK_SECOND)       /* for the first of several servers, of the watcher */

struct db {
  const struct config *config;
  struct metrics *metrics;
  struct breaker *breaker;
  struct waiter *waiter;
  struct db_servers servers;
  MYSQL *mysql;         /* NULL: closed */
  int64_t answer_us;    /* the longest wait for one answer */
  int64_t deadline_us;  /* of the snapshot; valid while in_snapshot */
  int64_t waited_us;    /* for all answers of the running statement or snapshot */
  int64_t refused_until_us;
  bool persistent, in_snapshot, quiet;
  bool again; /* the statement or snapshot is run a second time */
  bool unbegun, ended; /* of the snapshot: its first or last statement is not sent yet, or was sent */
  struct db_session session;
  unsigned failure;
  char message[384];
  struct log_limit unavailable, invalid, lost;
};

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

void db_close(struct db *db)
{
  if (db->mysql)
    mysql_close(db->mysql);
  db->mysql = NULL;
}

void db_free(struct db **db)
{
  if (!*db)
    return;
  db_close(*db);
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

/* ---- failures */

static enum err failure_note(struct db *db, unsigned number, enum err err, const char *message, const char *advice)
{
  struct log_limit *limit = err == ERR_RETRY ? &db->lost : err == ERR_INVALID ? &db->invalid : &db->unavailable;
  enum log_level level = err == ERR_RETRY ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
  METRICS_ADD(db->metrics, db_errors, 1);
  db->failure = number;
  snprintf(db->message, sizeof db->message, "%s: %s", message, advice);
  if (db->quiet)
    return err;
  log_limit_news(limit, number, message);
  log_limited(limit, LOG_EVERY_S, level, "database %s at %s: error %u, %s: %s", db->config->mysql_database,
              db_servers_at(&db->servers)->name, number, message, advice);
  return err;
}

static enum err connection_failed(struct db *db)
{
  unsigned number = mysql_errno(db->mysql);
  const struct db_fault *fault = db_fault_find(number, mysql_sqlstate(db->mysql));
  return failure_note(db, number, fault->err, mysql_error(db->mysql), fault->advice);
}

/* The message names the tables and views that the statement reads. */
static enum err statement_failed(struct db *db, struct span sql)
{
  unsigned number = mysql_errno(db->mysql);
  const struct db_fault *fault = db_fault_find(number, mysql_sqlstate(db->mysql));
  char message[320], tables[120];
  db_tables(sql, tables, sizeof tables);
  snprintf(message, sizeof message, "%s%s%s%.180s", *tables ? "reading " : "", tables, *tables ? ": " : "",
           mysql_error(db->mysql));
  bool another = db_fault_elsewhere(number) && db_servers_failed(&db->servers);
  return failure_note(db, number, another ? ERR_RETRY : fault->err, message, fault->advice);
}

/* Closes the connection: no answer came in time.  The waits of all statements of a snapshot count together: a
 * server that answers each of them slowly is as bad as one that does not answer. */
static enum err timed_out(struct db *db)
{
  char message[80];
  int64_t breaker_wait_us = db->answer_us < BREAKER_WAIT_US ? db->answer_us : BREAKER_WAIT_US;
  int64_t server_wait_us = db->answer_us < SERVER_WAIT_US ? db->answer_us : SERVER_WAIT_US;
  snprintf(message, sizeof message, "no answer within %lld ms", (long long)(db->waited_us / 1000));
  bool another = db->waited_us >= server_wait_us - 1000 && db_servers_failed(&db->servers);
  if (!another && db->waited_us >= breaker_wait_us - 1000)
    breaker_failed(db->breaker, BREAKER_HOLD_US);
  db_close(db);
  return failure_note(db, 0, another ? ERR_RETRY : ERR_UNAVAILABLE, message, "is the server overloaded or stopped?");
}

/* Of several servers, the first one does not get all of the time: another one is asked when it gives no answer. */
static int64_t answer_deadline(const struct db *db, int64_t now_us, int64_t deadline_us)
{
  int64_t until_us = now_us + db->answer_us;
  if (db->in_snapshot && db->deadline_us < until_us)
    until_us = db->deadline_us;
  if (deadline_us < until_us)
    until_us = deadline_us;
  if (db->again || !db_servers_choice(&db->servers) || until_us <= now_us)
    return until_us;
  int64_t first_us = now_us + (db->persistent ? FIRST_MOST_US : (until_us - now_us) / 2);
  return first_us < until_us ? first_us : until_us;
}

/* ---- connecting */

struct session_run_arg {
  struct db *db;
  int64_t deadline_us;
  bool late;
};

static unsigned session_run(void *arg, struct span sql)
{
  struct session_run_arg *call = arg;
  MYSQL *m = call->db->mysql;
  bool ok = false;
  METRICS_ADD(call->db->metrics, db_statements, 1);
  call->late = !db_wait_query(m, call->db->waiter, sql.p, sql.n, call->deadline_us, &ok);
  return ok && !call->late ? 0 : mysql_errno(m) ? mysql_errno(m) : CR_UNKNOWN_ERROR;
}

/* *late: the deadline passed. */
static bool session_open(struct db *db, int64_t deadline_us, bool *late)
{
  struct session_run_arg call = {db, deadline_us, false};
  db->session.mariadb = strstr(mysql_get_server_info(db->mysql), "MariaDB") != NULL;
  db->session.version = mysql_get_server_version(db->mysql);
  db->session.seconds = db_login_seconds(db->answer_us);
  bool ok = db_session_open(&db->session, session_run, &call);
  *late = call.late;
  return ok;
}

/* One server of several is not waited for as long as the only one. */
static enum err open_one(struct db *db, int64_t deadline_us)
{
  bool ok = false, late = false, writable = false, ready = true;
  int64_t now = clock_mono_us(), most_us = db->servers.n > 1 ? now + CONNECT_MOST_US : CLOCK_FOREVER;
  int64_t until_us = answer_deadline(db, now, deadline_us < most_us ? deadline_us : most_us);
  db_servers_choose(&db->servers);
  if (!(db->mysql = db_login_new(db->config, !db_servers_at(&db->servers)->port, db_login_seconds(db->answer_us))))
    return ERR_NO_MEMORY;
  METRICS_ADD(db->metrics, db_connects, 1);
  bool in_time = db_wait_connect(db->mysql, db->waiter, db->config, db_servers_at(&db->servers), until_us, &ok);
  if (in_time && ok)
    ok = session_open(db, until_us, &late);
  if (in_time && ok && db->servers.n > 1)
    ok = db_wait_role(db->mysql, until_us, &writable, &ready);
  db->waited_us += clock_mono_us() - now;
  if (!in_time || late || (!ok && clock_mono_us() >= until_us))
    return timed_out(db); /* a TLS handshake reports a timeout as a bad certificate */
  if (ok && (!ready || !db_servers_found(&db->servers, writable))) {
    db_close(db);
    if (ready || db_servers_failed(&db->servers))
      return ERR_RETRY;
    const struct db_fault *fault = db_fault_find(DB_FAULT_NODE_UNREADY, "");
    return failure_note(db, fault->number, fault->err, "the Galera node is not ready", fault->advice);
  }
  if (ok) {
    if (db->persistent)
      atomic_store(&db->breaker->watcher_waits_us, 0);
    return ERR_OK;
  }
  enum err err = connection_failed(db);
  if (db->persistent && db_fault_full(db->failure)) {
    atomic_store(&db->breaker->watcher_waits_us, clock_mono_us());
    atomic_store(&db->breaker->yield, 1);
  }
  /* The breaker opens only when no process can reach the server. */
  bool full = db_fault_full(db->failure);
  if ((err == ERR_UNAVAILABLE || err == ERR_RETRY) && !full && db_servers_failed(&db->servers))
    err = ERR_RETRY;
  else if (db_fault_unreachable(db->failure))
    breaker_failed(db->breaker, BREAKER_HOLD_US);
  else if (err != ERR_RETRY)
    db->refused_until_us = clock_mono_us() + REFUSED_HOLD_US;
  db_close(db);
  return err;
}

/* Tries each server of the list twice at most: the first round may only find out which one is the primary. */
static enum err open_now(struct db *db, int64_t deadline_us)
{
  enum err err = open_one(db, deadline_us);
  for (unsigned i = 1; db->servers.n > 1 && err == ERR_RETRY && i < 2 * db->servers.n && clock_mono_us() < deadline_us; i++)
    err = open_one(db, deadline_us);
  return err;
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
    int64_t now = clock_mono_us(), until_us = answer_deadline(db, now, deadline_us);
    bool in_time = answer_take(db, t, i, until_us, result, &ok);
    db->waited_us += clock_mono_us() - now;
    if (in_time && ok)
      continue;
    if (t->ends && i == all - 1) { /* the rows are valid; only the session is not */
      db_close(db);
      return ERR_OK;
    }
    enum err err = in_time ? statement_failed(db, db_round_trip_statement(t, i)) : timed_out(db);
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
    err = open_now(db, deadline_us);
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
  if (db->persistent || (!refused && breaker_allows(db->breaker, BREAKER_HOLD_US)))
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
  return db->mysql ? ERR_OK : open_now(db, deadline_us);
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
  enum err err = db->mysql ? ERR_OK : open_now(db, db->deadline_us);
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
