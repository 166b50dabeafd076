#include "db/db.h"

#include <errmsg.h>
#include <mysql.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "db/db_fault.h"
#include "db/db_login.h"
#include "db/db_session.h"
#include "db/db_tables.h"
#include "db/db_wait.h"

#define LOG_EVERY_S 10
#define BREAKER_HOLD_US (1000 * INT64_C(1000)) /* how long the breaker stays open */
#define BREAKER_WAIT_US (500 * INT64_C(1000))  /* a shorter wait does not open the breaker: the deadline was near */
#define REFUSED_HOLD_US (200 * INT64_C(1000))  /* how long a process stops asking after a refused login */
#define WATCHER_WAIT_US (3 * CLOCK_SECOND)      /* longer than the watcher pauses between two tries */
#define CONNECTS_MOST 2                        /* new connections for one reading */

struct db {
  const struct config *config;
  struct metrics *metrics;
  struct breaker *breaker;
  MYSQL *mysql;         /* NULL: closed */
  int64_t answer_us;    /* the longest wait for one answer */
  int64_t deadline_us;  /* of the snapshot; valid while in_snapshot */
  int64_t waited_us;    /* for all answers of the running statement or snapshot */
  int64_t refused_until_us;
  bool persistent, in_snapshot, quiet;
  struct db_session session;
  unsigned failure;
  char message[384];
  struct log_limit unavailable, invalid, lost;
};

void db_thread_begin(void)
{
  mysql_thread_init();
}

void db_thread_end(void)
{
  mysql_thread_end();
}

struct db *db_new(const struct config *config, struct metrics *metrics, struct breaker *breaker)
{
  struct db *db = calloc(1, sizeof *db);
  if (!db)
    return NULL;
  db->config = config;
  db->metrics = metrics;
  db->breaker = breaker;
  db->answer_us = config->mysql_timeout * 1000;
  return db;
}

void db_persist(struct db *db, int64_t answer_ms)
{
  db->persistent = true;
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

static const char *server_name(const struct config *c)
{
  return *c->mysql_socket ? c->mysql_socket : c->mysql_host;
}

static enum err failure_note(struct db *db, unsigned number, enum err err, const char *message, const char *advice)
{
  struct log_limit *limit = err == ERR_RETRY ? &db->lost : err == ERR_INVALID ? &db->invalid : &db->unavailable;
  enum log_level level = err == ERR_RETRY ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
  METRICS_ADD(db->metrics, db_errors, 1);
  db->failure = number;
  snprintf(db->message, sizeof db->message, "%s: %s", message, advice);
  if (db->quiet)
    return err;
  log_limit_news(limit, hash_span(number, span_z(message)));
  log_limited(limit, LOG_EVERY_S, level, "database %s at %s: error %u, %s: %s", db->config->mysql_database,
              server_name(db->config), number, message, advice);
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
  return failure_note(db, number, fault->err, message, fault->advice);
}

/* Closes the connection: no answer came in time.  The waits of all statements of a snapshot count together: a
 * server that answers each of them slowly is as bad as one that does not answer. */
static enum err timed_out(struct db *db)
{
  char message[80];
  int64_t waited_us = db->waited_us;
  int64_t breaker_wait_us = db->answer_us < BREAKER_WAIT_US ? db->answer_us : BREAKER_WAIT_US;
  snprintf(message, sizeof message, "no answer within %lld ms", (long long)(waited_us / 1000));
  if (waited_us >= breaker_wait_us - 1000)
    breaker_failed(db->breaker, BREAKER_HOLD_US);
  db_close(db);
  return failure_note(db, 0, ERR_UNAVAILABLE, message, "is the server overloaded or stopped?");
}

static int64_t answer_deadline(const struct db *db, int64_t now_us, int64_t deadline_us)
{
  int64_t until_us = now_us + db->answer_us;
  if (db->in_snapshot && db->deadline_us < until_us)
    until_us = db->deadline_us;
  return deadline_us < until_us ? deadline_us : until_us;
}

/* ---- connecting */

/* Whole seconds, one more than our own wait, so that our deadline comes first. */
static unsigned seconds_beyond(int64_t us)
{
  return (unsigned)((us + 999999) / 1000000) + 1;
}

static MYSQL *handle_new(const struct db *db)
{
  unsigned seconds = seconds_beyond(db->answer_us), handshake = seconds - 1;
  MYSQL *m = mysql_init(NULL);
  if (!m)
    return NULL;
#ifdef MARIADB_PACKAGE_VERSION
  mysql_options(m, MYSQL_OPT_NONBLOCK, 0);
#endif
  mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &handshake);
  mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &seconds);
  mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
  db_login_prepare(m, db->config);
  return m;
}

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
  call->late = !db_wait_query(m, sql.p, sql.n, call->deadline_us, &ok);
  return ok && !call->late ? 0 : mysql_errno(m) ? mysql_errno(m) : CR_UNKNOWN_ERROR;
}

/* *late: the deadline passed. */
static bool session_open(struct db *db, int64_t deadline_us, bool *late)
{
  struct session_run_arg call = {db, deadline_us, false};
  db->session.mariadb = strstr(mysql_get_server_info(db->mysql), "MariaDB") != NULL;
  db->session.version = mysql_get_server_version(db->mysql);
  db->session.seconds = seconds_beyond(db->answer_us);
  bool ok = db_session_open(&db->session, session_run, &call);
  *late = call.late;
  return ok;
}

static enum err open_now(struct db *db, int64_t deadline_us)
{
  bool ok = false, late = false;
  int64_t now = clock_mono_us(), until_us = answer_deadline(db, now, deadline_us);
  if (!(db->mysql = handle_new(db)))
    return ERR_NO_MEMORY;
  METRICS_ADD(db->metrics, db_connects, 1);
  bool in_time = db_wait_connect(db->mysql, db->config, until_us, &ok);
  if (in_time && ok)
    ok = session_open(db, until_us, &late);
  db->waited_us += clock_mono_us() - now;
  if (!in_time || late || (!ok && clock_mono_us() >= until_us))
    return timed_out(db); /* a TLS handshake reports a timeout as a bad certificate */
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
  if (db_fault_unreachable(db->failure))
    breaker_failed(db->breaker, BREAKER_HOLD_US);
  else if (err != ERR_RETRY)
    db->refused_until_us = clock_mono_us() + REFUSED_HOLD_US;
  db_close(db);
  return err;
}

/* ---- statements */

static enum err run(struct db *db, const char *sql, size_t n, int64_t deadline_us, MYSQL_RES **result)
{
  bool ok = false;
  int64_t now = clock_mono_us(), until_us = answer_deadline(db, now, deadline_us);
  if (!db->mysql) /* an earlier statement of this snapshot failed and closed the connection */
    return ERR_UNAVAILABLE;
  METRICS_ADD(db->metrics, db_statements, 1);
  bool in_time = db_wait_query(db->mysql, sql, n, until_us, &ok);
  if (in_time && ok)
    in_time = db_wait_store(db->mysql, until_us, result, &ok);
  db->waited_us += clock_mono_us() - now;
  if (!in_time) {
    if (*result)
      mysql_free_result(*result);
    *result = NULL;
    return timed_out(db);
  }
  return ok ? ERR_OK : statement_failed(db, span_of(sql, n));
}

static enum err run_plain(struct db *db, const char *sql)
{
  MYSQL_RES *result = NULL;
  enum err err = run(db, sql, strlen(sql), CLOCK_FOREVER, &result);
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
    err = run(db, sql->p, sql->n, deadline_us, &result);
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
    enum err err = run(db, sql->p, sql->n, deadline_us, &result);
    if (err == ERR_OK)
      rows_take(out, result);
    return err;
  }
  if (!may_ask(db))
    return ERR_UNAVAILABLE;
  enum err err;
  bool was_open;
  int connects = 0;
  do {
    was_open = db->mysql != NULL;
    db->waited_us = 0;
    err = query_once(db, sql, deadline_us, out);
  } while (should_retry(err, was_open, &connects, deadline_us));
  return final_result(db, err);
}

static enum err snapshot_once(struct db *db, enum err (*read)(struct db *db, void *arg), void *arg)
{
  enum err err = db->mysql ? ERR_OK : open_now(db, db->deadline_us);
  if (err == ERR_OK)
    err = run_plain(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  if (err == ERR_OK)
    err = read(db, arg);
  if (err == ERR_RETRY || err == ERR_UNAVAILABLE)
    db_close(db);
  /* When COMMIT fails, the rows are still valid; only the session is not. */
  if (db->mysql && run_plain(db, "COMMIT") != ERR_OK)
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
  do {
    was_open = db->mysql != NULL;
    db->waited_us = 0;
    err = snapshot_once(db, read, arg);
  } while (should_retry(err, was_open, &connects, deadline_us));
  db->in_snapshot = false;
  return final_result(db, err);
}

/* ---- rows */

bool db_next(struct db_rows *rows)
{
  rows->cells = rows->result ? mysql_fetch_row(rows->result) : NULL;
  rows->lengths = rows->cells ? mysql_fetch_lengths(rows->result) : NULL;
  return rows->cells != NULL;
}

void db_rewind(struct db_rows *rows)
{
  if (rows->result)
    mysql_data_seek(rows->result, 0);
}

void db_rows_free(struct db_rows *rows)
{
  if (rows->result)
    mysql_free_result(rows->result);
  *rows = (struct db_rows){0};
}

unsigned db_column(const struct db_rows *rows, const char *name)
{
  const MYSQL_FIELD *fields = rows->result ? mysql_fetch_fields(rows->result) : NULL;
  unsigned at = 0;
  while (at < rows->columns && strcmp(fields[at].name, name) != 0)
    at++;
  return at;
}

bool db_null(const struct db_rows *rows, unsigned column)
{
  return column >= rows->columns || !rows->cells[column];
}

struct span db_text(const struct db_rows *rows, unsigned column)
{
  if (db_null(rows, column))
    return (struct span){NULL, 0};
  return span_of(rows->cells[column], rows->lengths[column]);
}

uint64_t db_uint(const struct db_rows *rows, unsigned column)
{
  if (db_null(rows, column) || rows->cells[column][0] == '-')
    return 0;
  return strtoull(rows->cells[column], NULL, 10);
}

int64_t db_int(const struct db_rows *rows, unsigned column)
{
  return db_null(rows, column) ? 0 : strtoll(rows->cells[column], NULL, 10);
}

int64_t db_time(const struct db_rows *rows, unsigned column)
{
  int64_t us = CLOCK_NEVER;
  clock_parse(db_text(rows, column), &us);
  return us;
}
