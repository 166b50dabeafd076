#include "db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "db/migrate_repair.h"
#include "db/migrate_session.h"
#include "db/migration_files.h"

#define OTHER_RUN_WAIT_S "300"
#define PURGE_OLDER_S "604800"
#define FILE_BYTES_MAX ((size_t)16 << 20)

enum { SERVER_NO_SUCH_TABLE = 1146 };

/* ---- one file */

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
    if (!migrate_statement(mg, statement.text, &script)) {
      const char *advice = migrate_advice(mg->mysql);
      fprintf(mg->why, "migrate: %s:%zu: error %u: %s%s%s\n", path, statement.line, mysql_errno(mg->mysql),
              mysql_error(mg->mysql), advice ? ": " : "", advice ? advice : "");
      return false;
    }
  return migrate_unlock(mg) || migrate_failure(mg, "unlocking the tables");
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
  if (ok && (!migrate_number(mg, asked, &recorded) || recorded != 1)) {
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
    return mysql_errno(mg->mysql) == SERVER_NO_SUCH_TABLE ? true : migrate_failure(mg, "reading schema_version");
  if (!(rows = mysql_store_result(mg->mysql)))
    return migrate_failure(mg, "reading schema_version");
  while ((row = mysql_fetch_row(rows))) {
    unsigned version = row[0] ? (unsigned)strtoul(row[0], NULL, 10) : 0;
    if (version <= MIGRATE_VERSION_MAX)
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
    if (!migrate_number(mg, asked, &there))
      return migrate_failure(mg, "looking for routines");
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

/* A restore may bring back the numbers of all files and lose a trigger.  repair: it tells next what the schema lacks. */
static void end_print(struct migration *mg, unsigned last, bool idle, bool repair)
{
  if (mg->newest > last)
    fprintf(mg->out, "the schema is at version %u, newer than this diptych, which knows %u\n", mg->newest, last);
  else if (repair || !migrate_lacks(mg))
    fprintf(mg->out, "the schema is at version %u%s\n", last, idle && !repair ? ": nothing to do" : "");
  else
    fprintf(mg->out, "the schema is at version %u, but not whole: run `diptych migrate --repair`\n", last);
}

MUST_USE static bool files_apply(struct migration *mg, struct dirent **files, int n, bool repair)
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
  end_print(mg, last, !applied, repair);
  return true;
}

MUST_USE static bool folder_apply(struct migration *mg, bool repair)
{
  struct dirent **files = NULL;
  int n = migration_files(mg->config, &files);
  bool ok = n > 0 && numbers_check(mg, files, n) && recorded_read(mg) && routines_check(mg) &&
            files_apply(mg, files, n, repair);
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
  static const char asked[] = "SELECT GET_LOCK(CONCAT('diptych.migrate.', LEFT(SHA2(DATABASE(), 256), 32)), " OTHER_RUN_WAIT_S ")";
  long long got = 0;
  if (!migrate_number(mg, asked, &got))
    return migrate_failure(mg, "waiting for another run");
  if (got != 1)
    fputs("migrate: another run has held its lock for " OTHER_RUN_WAIT_S " seconds: see SHOW PROCESSLIST\n", mg->why);
  return got == 1;
}

MUST_USE static bool purge_run(struct migration *mg)
{
  long long before = -1, after = -1;
  if (!migrate_number(mg, "SELECT purged_seq FROM site_state", &before) ||
      !migrate_sql(mg, SPAN("CALL change_log_purge(" PURGE_OLDER_S ")")) ||
      !migrate_number(mg, "SELECT purged_seq FROM site_state", &after))
    return migrate_failure(mg, "purging the change log");
  if (after > before)
    fprintf(mg->out, "purged the change log's entries up to %lld\n", after);
  else
    fputs("no entry of the change log is old enough to be purged\n", mg->out);
  return true;
}
bool migrate_run(const struct config *config, const struct migrate_task *task, FILE *out, FILE *why)
{
  struct migration mg = {.config = config, .out = out, .why = why};
  bool ok = migrate_session_open(&mg) && lock_take(&mg) && (task->dry || folder_apply(&mg, task->repair)) &&
            (!task->purge || purge_run(&mg)) && (!task->repair || migrate_repair(&mg, task->dry));
  migrate_session_close(&mg);
  return ok;
}
