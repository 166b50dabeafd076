#include "db/migrate_session.h"

#include <errmsg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/db_fault.h"
#include "db/db_login.h"
#include "db/db_servers.h"
#include "db/db_session.h"
#include "db/db_wait.h"

#define LOCK_WAIT_S "2"
#define LOCK_TRIES 30

enum { SERVER_LOCK_WAIT_TIMEOUT = 1205, SERVER_NO_SUCH_DATABASE = 1049, CLIENT_TLS = 2026 };

/* ---- the connection */

static MYSQL *handle_new(const struct config *c, bool local)
{
  unsigned connect_s = 10;
  MYSQL *m = mysql_init(NULL);
  if (!m)
    return NULL;
  mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
  db_login_prepare(m, c, local);
  return m;
}

/* The advice about refused statements and logins is for the pool's account. */
const char *migrate_advice(MYSQL *m)
{
  const struct db_fault *fault = db_fault_find(mysql_errno(m), mysql_sqlstate(m));
  return fault->err == ERR_INVALID ? NULL : fault->advice;
}

static void connect_failure_print(struct migration *mg, const char *where)
{
  const struct config *c = mg->config;
  fprintf(mg->why, "migrate: the database at %s refused %s: %s (error %u)\n", where, c->mysql_admin_user,
          mysql_error(mg->mysql), mysql_errno(mg->mysql));
  if (mysql_errno(mg->mysql) == SERVER_NO_SUCH_DATABASE)
    fprintf(mg->why, "migrate: create it first: CREATE DATABASE `%s` CHARACTER SET utf8mb4;\n", c->mysql_database);
  else if (mysql_errno(mg->mysql) == CLIENT_TLS)
    fprintf(mg->why, "migrate: %s\n", db_fault_find(CLIENT_TLS, "")->advice);
  else if (migrate_advice(mg->mysql))
    fprintf(mg->why, "migrate: %s\n", migrate_advice(mg->mysql));
  else
    fprintf(mg->why, "migrate: see mysql_socket, mysql_host, mysql_port, mysql_admin_user, mysql_admin_password in %s\n",
            c->path);
}

MUST_USE static bool server_open(struct migration *mg, const struct db_server *server)
{
  const struct config *c = mg->config;
  if (!(mg->mysql = handle_new(c, !server->port))) {
    fputs("migrate: out of memory\n", mg->why);
    return false;
  }
  if (!mysql_real_connect(mg->mysql, server->port ? server->host : "localhost", c->mysql_admin_user, c->mysql_admin_password,
                          c->mysql_database, server->port, server->port ? NULL : server->host, CLIENT_MULTI_RESULTS)) {
    connect_failure_print(mg, server->name);
    return false;
  }
  mg->replaces_triggers = strstr(mysql_get_server_info(mg->mysql), "MariaDB") != NULL;
  return true;
}

/* Of several servers, the one that takes writes. */
MUST_USE static bool connection_open(struct migration *mg)
{
  struct breaker breaker = {0};
  struct db_servers servers;
  long long read_only = 0;
  db_servers_open(&servers, mg->config, &breaker);
  for (unsigned i = 0; i < servers.n; i++) {
    bool open = server_open(mg, &servers.v[i]);
    bool takes = open && servers.n > 1 && db_node_takes(mg->mysql) &&
                 migrate_number(mg, "SELECT @@GLOBAL.read_only", &read_only) && !read_only;
    if (open && (servers.n == 1 || takes))
      return true;
    migrate_session_close(mg);
  }
  if (servers.n > 1)
    fputs("migrate: no server of mysql_hosts takes writes: set read_only = 0 on the one that is to be the primary\n", mg->why);
  return false;
}

/* ---- statements */

bool migrate_sql(struct migration *mg, struct span sql)
{
  if (mysql_real_query(mg->mysql, sql.p, sql.n) != 0)
    return false;
  int more;
  do {
    MYSQL_RES *rows = mysql_store_result(mg->mysql);
    if (rows)
      mysql_free_result(rows);
    else if (mysql_errno(mg->mysql))
      return false;
  } while ((more = mysql_next_result(mg->mysql)) == 0);
  return more < 0;
}

static unsigned session_run(void *arg, struct span sql)
{
  struct migration *mg = arg;
  return migrate_sql(mg, sql) ? 0 : mysql_errno(mg->mysql) ? mysql_errno(mg->mysql) : CR_UNKNOWN_ERROR;
}

/* As the pool's session, but without a limit for a statement's time, and with a short wait for locks. */
bool migrate_session_open(struct migration *mg)
{
  if (!connection_open(mg))
    return false;
  struct db_session session = {.mariadb = mg->replaces_triggers, .version = mysql_get_server_version(mg->mysql)};
  return (db_session_open(&session, session_run, mg) && migrate_sql(mg, SPAN("SET SESSION lock_wait_timeout = " LOCK_WAIT_S))) ||
         migrate_failure(mg, "opening a session");
}

void migrate_session_close(struct migration *mg)
{
  if (mg->mysql)
    mysql_close(mg->mysql);
  mg->mysql = NULL;
}

/* The same, repeated while another session holds a lock on the table. */
MUST_USE static bool run_retrying(struct migration *mg, struct span sql)
{
  const struct timespec pause = {1, 0};
  for (int tries = 1; !migrate_sql(mg, sql); tries++) {
    if (mysql_errno(mg->mysql) != SERVER_LOCK_WAIT_TIMEOUT || tries == LOCK_TRIES)
      return false;
    if (tries == 1) {
      fputs("  waiting for an open transaction on the table to end ...\n", mg->out);
      fflush(mg->out);
    }
    nanosleep(&pause, NULL);
  }
  return true;
}

bool migrate_failure(struct migration *mg, const char *doing)
{
  const char *advice = migrate_advice(mg->mysql);
  fprintf(mg->why, "migrate: %s: error %u: %s%s%s\n", doing, mysql_errno(mg->mysql), mysql_error(mg->mysql),
          advice ? ": " : "", advice ? advice : "");
  return false;
}

bool migrate_number(struct migration *mg, const char *sql, long long *out)
{
  MYSQL_RES *rows;
  *out = -1;
  if (mysql_query(mg->mysql, sql) != 0 || !(rows = mysql_store_result(mg->mysql)))
    return false;
  MYSQL_ROW row = mysql_fetch_row(rows);
  if (row && row[0])
    *out = strtoll(row[0], NULL, 10);
  mysql_free_result(rows);
  return true;
}
/* ---- triggers */

MUST_USE static bool run_statement(struct migration *mg, const char *before, struct span name, const char *after)
{
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "%s`%.*s`%s", before, SPAN_ARG(name), after);
  bool ok = !sql.failed && run_retrying(mg, buf_view(&sql));
  buf_free(&sql);
  return ok;
}

static void table_add(struct buf *sql, struct span table)
{
  char word[80];
  int n = snprintf(word, sizeof word, "`%.*s` WRITE", SPAN_ARG(table));
  struct span added = n > 0 && (size_t)n < sizeof word ? span_of(word, (size_t)n) : table;
  if (sql->n && span_find_span(buf_view(sql), added) < sql->n)
    return;
  buf_printf(sql, "%s%.*s", sql->n ? ", " : "LOCK TABLES ", SPAN_ARG(added));
}

/* Locks the tables of this trigger and of all triggers that follow it without another statement between them. */
MUST_USE static bool tables_lock(struct migration *mg, struct sql_script ahead, struct sql_replacement r)
{
  struct buf sql = BUF_INIT;
  struct sql_statement next;
  do
    table_add(&sql, r.table);
  while (sql_script_next(&ahead, &next) && sql_script_replaces(next.text, &r) && r.table.n);
  bool ok = !sql.failed && run_retrying(mg, buf_view(&sql));
  buf_free(&sql);
  mg->locked = ok;
  return ok;
}

bool migrate_unlock(struct migration *mg)
{
  bool ok = !mg->locked || migrate_sql(mg, SPAN("UNLOCK TABLES"));
  mg->locked = false;
  return ok;
}

/* For a server without CREATE OR REPLACE: the lock keeps edits out while a table lacks a trigger.  One lock serves many
 * triggers, because each lock waits for the transactions of all editors.  After a failure the run ends, and the end of
 * its connection releases the lock. */
MUST_USE static bool trigger_replace(struct migration *mg, struct span statement, const struct sql_replacement *r,
                                     const struct sql_script *script)
{
  return (mg->locked || tables_lock(mg, *script, *r)) && run_statement(mg, "DROP TRIGGER IF EXISTS ", r->name, "") &&
         migrate_sql(mg, statement);
}

bool migrate_statement(struct migration *mg, struct span statement, const struct sql_script *script)
{
  struct sql_replacement r;
  bool replaces = !mg->replaces_triggers && sql_script_replaces(statement, &r);
  if (replaces && r.table.n)
    return trigger_replace(mg, statement, &r, script);
  return migrate_unlock(mg) && (!replaces || run_statement(mg, "DROP PROCEDURE IF EXISTS ", r.name, "")) &&
         run_retrying(mg, statement);
}
