#include <errmsg.h>
#include <string.h>

#include "base/clock.h"
#include "db/db_fault.h"
#include "db/db_live.h"
#include "db/db_login.h"
#include "db/db_name.h"
#include "db/db_wait.h"

#define REFUSED_HOLD_US (200 * INT64_C(1000)) /* how long a process stops asking after a refused login */
#define CONNECT_MOST_US (500 * INT64_C(1000)) /* for one server of several */
#define FIRST_MOST_US (3 * CLOCK_SECOND)      /* for the first of several servers, of the watcher */

int64_t db_answer_deadline(const struct db *db, int64_t now_us, int64_t deadline_us)
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

static enum err open_failed(struct db *db, enum err err)
{
  if (db->persistent && db_fault_full(db->failure)) {
    atomic_store(&db->breaker->watcher_waits_us, clock_mono_us());
    atomic_store(&db->breaker->yield, 1);
  }
  /* The breaker opens only when no process can reach the server. */
  bool full = db_fault_full(db->failure);
  if ((err == ERR_UNAVAILABLE || err == ERR_RETRY) && !full && db_servers_failed(&db->servers))
    err = ERR_RETRY;
  else if (db_fault_unreachable(db->failure))
    breaker_failed(db->breaker, DB_BREAKER_HOLD_US);
  else if (err != ERR_RETRY)
    db->refused_until_us = clock_mono_us() + REFUSED_HOLD_US;
  db_close(db);
  return err;
}

static enum err name_find(struct db *db, int64_t until_us)
{
  int64_t now = clock_mono_us();
  struct db_server *server = db_servers_at(&db->servers);
  enum db_name name = db_name_look_up(server, db->waiter, until_us);
  if (name == DB_NAME_KNOWN)
    return ERR_OK;
  db->waited_us += clock_mono_us() - now;
  return name == DB_NAME_LATE ? db_name_timed_out(db) : open_failed(db, db_name_unknown(db, db_name_error(server)));
}

/* One server of several is not waited for as long as the only one. */
static enum err open_one(struct db *db, int64_t deadline_us)
{
  bool ok = false, late = false, writable = false, ready = true;
  int64_t now = clock_mono_us(), most_us = db->servers.n > 1 ? now + CONNECT_MOST_US : CLOCK_FOREVER;
  int64_t until_us = db_answer_deadline(db, now, deadline_us < most_us ? deadline_us : most_us);
  db_servers_choose(&db->servers);
  enum err err = name_find(db, until_us);
  if (err != ERR_OK)
    return err;
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
    return db_timed_out(db); /* a TLS handshake reports a timeout as a bad certificate */
  if (ok && (!ready || !db_servers_found(&db->servers, writable))) {
    db_close(db);
    if (ready || db_servers_failed(&db->servers))
      return ERR_RETRY;
    const struct db_fault *fault = db_fault_find(DB_FAULT_NODE_UNREADY, "");
    return db_failure_note(db, fault->number, fault->err, "the Galera node is not ready", fault->advice);
  }
  if (ok) {
    if (db->persistent)
      atomic_store(&db->breaker->watcher_waits_us, 0);
    return ERR_OK;
  }
  return open_failed(db, db_connection_failed(db));
}

enum err db_open_now(struct db *db, int64_t deadline_us)
{
  enum err err = open_one(db, deadline_us);
  for (unsigned i = 1; db->servers.n > 1 && err == ERR_RETRY && i < 2 * db->servers.n && clock_mono_us() < deadline_us; i++)
    err = open_one(db, deadline_us);
  return err;
}
