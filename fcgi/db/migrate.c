#include "db/migrate.h"

#include <dirent.h>
#include <errmsg.h>
#include <errno.h>
#include <mysql.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "db/db_fault.h"
#include "db/db_login.h"
#include "db/db_session.h"
#include "db/migration_files.h"
#include "db/db_purge.h"
#include "db/db_servers.h"
#include "db/db_wait.h"
#include "db/schema_repair.h"
#include "db/sql_script.h"

#define LOCK_WAIT_S "2"
#define LOCK_TRIES 30
#define OTHER_RUN_WAIT_S "300"
#define PURGE_OLDER_S "604800"
#define FILES_MAX 999
#define FILE_BYTES_MAX ((size_t)16 << 20)

enum { SERVER_LOCK_WAIT_TIMEOUT = 1205, SERVER_NO_SUCH_TABLE = 1146, SERVER_NO_SUCH_DATABASE = 1049, CLIENT_TLS = 2026 };

struct migration {
  const struct config *config;
  FILE *out, *why;
  MYSQL *mysql;
  bool replaces_triggers; /* the server has CREATE OR REPLACE TRIGGER */
  bool locked;            /* tables whose triggers are replaced */
  bool recorded[FILES_MAX + 1];
  unsigned newest; /* the largest recorded version */
};

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

/* What to do about a failure that is not migrate's own; NULL: nothing is known.  The advice about refused statements and
 * logins is for the pool's account. */
static const char *cure(MYSQL *m)
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
  else if (cure(mg->mysql))
    fprintf(mg->why, "migrate: %s\n", cure(mg->mysql));
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

MUST_USE static bool number_read(struct migration *mg, const char *sql, long long *value);

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
                 number_read(mg, "SELECT @@GLOBAL.read_only", &read_only) && !read_only;
    if (open && (servers.n == 1 || takes))
      return true;
    if (mg->mysql)
      mysql_close(mg->mysql);
    mg->mysql = NULL;
  }
  if (servers.n > 1)
    fputs("migrate: no server of mysql_hosts takes writes: set read_only = 0 on the one that is to be the primary\n", mg->why);
  return false;
}

/* ---- statements */

/* Runs one statement and discards its rows.  False: mysql_error tells why. */
MUST_USE static bool run(struct migration *mg, struct span sql)
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
  return run(mg, sql) ? 0 : mysql_errno(mg->mysql) ? mysql_errno(mg->mysql) : CR_UNKNOWN_ERROR;
}

/* As the pool's session, but without a limit for a statement's time, and with a short wait for locks. */
MUST_USE static bool session_open(struct migration *mg)
{
  struct db_session session = {.mariadb = mg->replaces_triggers, .version = mysql_get_server_version(mg->mysql)};
  return db_session_open(&session, session_run, mg) && run(mg, SPAN("SET SESSION lock_wait_timeout = " LOCK_WAIT_S));
}

/* The same, repeated while another session holds a lock on the table. */
MUST_USE static bool run_retrying(struct migration *mg, struct span sql)
{
  const struct timespec pause = {1, 0};
  for (int tries = 1; !run(mg, sql); tries++) {
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

static bool failure_print(struct migration *mg, const char *doing)
{
  const char *advice = cure(mg->mysql);
  fprintf(mg->why, "migrate: %s: error %u: %s%s%s\n", doing, mysql_errno(mg->mysql), mysql_error(mg->mysql),
          advice ? ": " : "", advice ? advice : "");
  return false;
}

/* Reads the first cell of the only row as a number.  NULL or no row: -1.  False: an error. */
MUST_USE static bool number_read(struct migration *mg, const char *sql, long long *out)
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

/* ---- one file */

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

MUST_USE static bool tables_unlock(struct migration *mg)
{
  bool ok = !mg->locked || run(mg, SPAN("UNLOCK TABLES"));
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
         run(mg, statement);
}

MUST_USE static bool statement_run(struct migration *mg, struct span statement, const struct sql_script *script)
{
  struct sql_replacement r;
  bool replaces = !mg->replaces_triggers && sql_script_replaces(statement, &r);
  if (replaces && r.table.n)
    return trigger_replace(mg, statement, &r, script);
  return tables_unlock(mg) && (!replaces || run_statement(mg, "DROP PROCEDURE IF EXISTS ", r.name, "")) &&
         run_retrying(mg, statement);
}

MUST_USE static bool text_read(struct migration *mg, const char *path, struct buf *out)
{
  out->max = FILE_BYTES_MAX;
  bool ok = file_read(out, path);
  if (!ok)
    fprintf(mg->why, "migrate: %s: %s\n", path, strerror(errno));
  return ok;
}

MUST_USE static bool statements_run(struct migration *mg, const char *path, struct span text, unsigned *count)
{
  struct sql_script script = sql_script_open(text);
  struct sql_statement statement;
  for (*count = 0; sql_script_next(&script, &statement); ++*count)
    if (!statement_run(mg, statement.text, &script)) {
      const char *advice = cure(mg->mysql);
      fprintf(mg->why, "migrate: %s:%zu: error %u: %s%s%s\n", path, statement.line, mysql_errno(mg->mysql),
              mysql_error(mg->mysql), advice ? ": " : "", advice ? advice : "");
      return false;
    }
  return tables_unlock(mg) || failure_print(mg, "unlocking the tables");
}

MUST_USE static bool file_apply(struct migration *mg, unsigned version, const char *name)
{
  struct buf path = BUF_INIT, text = BUF_INIT;
  char asked[80];
  unsigned count = 0;
  long long recorded = 0;
  buf_printf(&path, "%s/%s", mg->config->sql_dir, name);
  snprintf(asked, sizeof asked, "SELECT 1 FROM schema_version WHERE version = %u", version);
  fprintf(mg->out, "%s\n", name);
  fflush(mg->out);
  bool ok = text_read(mg, buf_z(&path), &text) && statements_run(mg, buf_z(&path), buf_view(&text), &count);
  if (ok && (!number_read(mg, asked, &recorded) || recorded != 1)) {
    fprintf(mg->why, "migrate: %s does not end with INSERT IGNORE INTO schema_version (version) VALUES (%u)\n",
            buf_z(&path), version);
    ok = false;
  }
  if (ok)
    fprintf(mg->out, "  %u statements\n", count);
  buf_free(&path);
  buf_free(&text);
  return ok;
}

/* ---- all files */

MUST_USE static bool recorded_read(struct migration *mg)
{
  MYSQL_RES *rows;
  MYSQL_ROW row;
  if (mysql_query(mg->mysql, "SELECT version FROM schema_version") != 0)
    return mysql_errno(mg->mysql) == SERVER_NO_SUCH_TABLE ? true : failure_print(mg, "reading schema_version");
  if (!(rows = mysql_store_result(mg->mysql)))
    return failure_print(mg, "reading schema_version");
  while ((row = mysql_fetch_row(rows))) {
    unsigned version = row[0] ? (unsigned)strtoul(row[0], NULL, 10) : 0;
    if (version <= FILES_MAX)
      mg->recorded[version] = true;
    if (version > mg->newest)
      mg->newest = version;
  }
  mysql_free_result(rows);
  return true;
}

/* A dump may lack the routines, and triggers call one of them. */
MUST_USE static bool routines_check(struct migration *mg)
{
  static const struct {
    const char *kind, *name;
    unsigned version; /* of the file that creates it */
    bool mysql;       /* it is for MySQL only */
  } routines[] = {{"procedure", "change_log_purge", 4, false},
                  {"procedure", "change_log_append", 5, false},
                  {"function", "schema_parts", 13, true}};
  for (size_t i = 0; i < sizeof routines / sizeof *routines; i++) {
    char asked[200];
    long long there = 0;
    if (!mg->recorded[routines[i].version] || (routines[i].mysql && mg->replaces_triggers))
      continue;
    snprintf(asked, sizeof asked,
             "SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_NAME = '%s'",
             routines[i].name);
    if (!number_read(mg, asked, &there))
      return failure_print(mg, "looking for routines");
    if (there == 0)
      fprintf(mg->out, "the %s %s is missing: applying its file again\n", routines[i].kind, routines[i].name);
    mg->recorded[routines[i].version] = there != 0;
  }
  return true;
}

MUST_USE static bool numbers_check(struct migration *mg, struct dirent **files, int n)
{
  for (int i = 1; i < n; i++)
    if (migration_version(files[i]->d_name) == migration_version(files[i - 1]->d_name)) {
      fprintf(mg->why, "migrate: %s/%s: its number is taken twice\n", mg->config->sql_dir, files[i]->d_name);
      return false;
    }
  return true;
}

MUST_USE static bool files_apply(struct migration *mg, struct dirent **files, int n)
{
  unsigned last = migration_version(files[n - 1]->d_name);
  int applied = 0;
  for (int i = 0; i < n; i++) {
    unsigned version = migration_version(files[i]->d_name);
    if (mg->recorded[version])
      continue;
    if (!file_apply(mg, version, files[i]->d_name))
      return false;
    applied++;
  }
  if (mg->newest > last)
    fprintf(mg->out, "the schema is at version %u, newer than this diptych, which knows %u\n", mg->newest, last);
  else
    fprintf(mg->out, "the schema is at version %u%s\n", last, applied ? "" : ": nothing to do");
  return true;
}

MUST_USE static bool folder_apply(struct migration *mg)
{
  struct dirent **files = NULL;
  int n = migration_files(mg->config, &files);
  bool ok = n > 0 && numbers_check(mg, files, n) && recorded_read(mg) && routines_check(mg) &&
            files_apply(mg, files, n);
  if (n <= 0) {
    config_blame(mg->config, "sql_dir", mg->why);
    fprintf(mg->why, "no migrations NNN_*.sql in sql_dir = %s%s%s\n", mg->config->sql_dir, n < 0 ? ": " : "",
            n < 0 ? strerror(errno) : "");
  }
  for (int i = 0; i < n; i++)
    free(files[i]);
  free(files);
  return ok;
}

/* Such a lock belongs to the whole server, so its name contains the database; MySQL allows 64 bytes. */
MUST_USE static bool lock_take(struct migration *mg)
{
  long long got = 0;
  if (!number_read(mg, "SELECT GET_LOCK(CONCAT('diptych.migrate.', LEFT(SHA2(DATABASE(), 256), 32)), " OTHER_RUN_WAIT_S ")", &got))
    return failure_print(mg, "waiting for another run");
  if (got != 1)
    fputs("migrate: another run has held its lock for " OTHER_RUN_WAIT_S " seconds: see SHOW PROCESSLIST\n", mg->why);
  return got == 1;
}

MUST_USE static bool purge_run(struct migration *mg)
{
  long long before = -1, after = -1;
  if (!number_read(mg, "SELECT purged_seq FROM site_state", &before) ||
      !run(mg, SPAN("CALL change_log_purge(" PURGE_OLDER_S ")")) ||
      !number_read(mg, "SELECT purged_seq FROM site_state", &after))
    return failure_print(mg, "purging the change log");
  if (after > before)
    fprintf(mg->out, "purged the change log's entries up to %lld\n", after);
  else
    fputs("no entry of the change log is old enough to be purged\n", mg->out);
  return true;
}

/* ---- repair */

static bool repair_run(void *context, struct span sql)
{
  struct migration *mg = context;
  struct sql_script nothing = sql_script_open(SPAN(""));
  return run(mg, SPAN("SET SESSION foreign_key_checks = 0")) && statement_run(mg, sql, &nothing) && tables_unlock(mg) &&
         run(mg, SPAN("SET SESSION foreign_key_checks = 1"));
}

static bool repair_query(void *context, struct span sql, struct arena *arena, struct span **cells, size_t *rows, unsigned columns)
{
  struct migration *mg = context;
  MYSQL_RES *result;
  if (mysql_real_query(mg->mysql, sql.p, sql.n) != 0 || !(result = mysql_store_result(mg->mysql)))
    return false;
  *rows = (size_t)mysql_num_rows(result);
  *cells = ARENA_ARRAY(arena, *rows * columns + 1, struct span);
  MYSQL_ROW row;
  for (size_t at = 0; *cells && (row = mysql_fetch_row(result)); at += columns) {
    unsigned long *lengths = mysql_fetch_lengths(result);
    for (unsigned i = 0; i < columns; i++)
      (*cells)[at + i] = row[i] ? arena_copy(arena, span_of(row[i], lengths[i])) : SPAN("");
  }
  mysql_free_result(result);
  return *cells != NULL;
}

static const char *repair_error(void *context)
{
  return mysql_error(((struct migration *)context)->mysql);
}

MUST_USE static bool schema_mend(struct migration *mg, bool dry)
{
  struct schema schema = {0};
  struct repair_session session = {mg, repair_run, repair_query, repair_error};
  struct arena *arena = arena_new(0);
  long long recorded = 0;
  /* triggers keep the mode in which they are made: that of the migrations */
  bool ok = arena && run(mg, SPAN("SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'")) &&
            number_read(mg, "SELECT MAX(version) FROM schema_version", &recorded) &&
            schema_read(&schema, arena, mg->config, recorded > 0 ? (unsigned)recorded : 0);
  schema.mysql = !mg->replaces_triggers;
  if (!ok)
    fputs("migrate: the schema cannot be read from sql_dir\n", mg->why);
  ok = ok && schema_repair(&schema, &session, dry, mg->out);
  schema_free(&schema);
  arena_free(&arena);
  return ok;
}

/* The event runs on the server that enabled it last: replication makes it SLAVESIDE_DISABLED on all others.  A replica must
 * not write. */
MUST_USE static bool event_mend(struct migration *mg, bool dry)
{
  static const char asked[] =
      "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND EVENT_NAME = '" DB_PURGE_EVENT "'"
      " AND STATUS LIKE '%SIDE_DISABLED' AND @@GLOBAL.read_only = 0";
  long long elsewhere = 0;
  if (!number_read(mg, asked, &elsewhere))
    return failure_print(mg, "looking for the event");
  if (!elsewhere)
    return true;
  if (dry)
    fputs("the event " DB_PURGE_EVENT " runs on another server, or on none; would enable it here\n", mg->out);
  else if (!run(mg, SPAN("ALTER EVENT " DB_PURGE_EVENT " ENABLE")))
    return failure_print(mg, "enabling the event");
  else
    fputs("mended: the event " DB_PURGE_EVENT " runs on this server from now on, and on no other\n", mg->out);
  return true;
}

bool migrate_run(const struct config *config, const struct migrate_task *task, FILE *out, FILE *why)
{
  struct migration mg = {.config = config, .out = out, .why = why};
  bool ok = connection_open(&mg) && (session_open(&mg) || failure_print(&mg, "opening a session")) && lock_take(&mg) &&
            (task->dry || folder_apply(&mg)) && (!task->purge || purge_run(&mg)) &&
            (!task->repair || (event_mend(&mg, task->dry) && schema_mend(&mg, task->dry)));
  if (mg.mysql)
    mysql_close(mg.mysql);
  return ok;
}
