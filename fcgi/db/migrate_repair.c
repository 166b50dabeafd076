#include "db/migrate_repair.h"

#include "db/db_purge.h"
#include "db/schema_repair.h"

static bool repair_run(void *context, struct span sql)
{
  struct migration *mg = context;
  struct sql_script nothing = sql_script_open(SPAN(""));
  return migrate_sql(mg, SPAN("SET SESSION foreign_key_checks = 0")) && migrate_statement(mg, sql, &nothing) &&
         migrate_unlock(mg) && migrate_sql(mg, SPAN("SET SESSION foreign_key_checks = 1"));
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

/* Reads the schema as the recorded migrations define it. */
MUST_USE static bool schema_open(struct migration *mg, struct schema *schema, struct arena *arena)
{
  long long recorded = 0;
  bool ok = arena && migrate_number(mg, "SELECT MAX(version) FROM schema_version", &recorded) &&
            schema_read(schema, arena, mg->config, recorded > 0 ? (unsigned)recorded : 0);
  schema->mysql = !mg->replaces_triggers;
  if (!ok)
    fputs("migrate: the schema cannot be read from sql_dir\n", mg->why);
  return ok;
}

MUST_USE static bool schema_mend(struct migration *mg, bool dry)
{
  struct schema schema = {0};
  struct repair_session session = {mg, repair_run, repair_query, repair_error};
  struct arena *arena = arena_new(0);
  /* triggers keep the mode in which they are made: that of the migrations */
  bool ok = migrate_sql(mg, SPAN("SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'")) &&
            schema_open(mg, &schema, arena) && schema_repair(&schema, &session, dry, mg->out);
  schema_free(&schema);
  arena_free(&arena);
  return ok;
}

bool migrate_lacks(struct migration *mg)
{
  struct schema schema = {0};
  struct repair_session session = {mg, repair_run, repair_query, repair_error};
  struct arena *arena = arena_new(0);
  bool lacks = schema_open(mg, &schema, arena) && schema_lacks(&schema, &session, mg->out);
  schema_free(&schema);
  arena_free(&arena);
  return lacks;
}

/* The event runs on the server that enabled it last: replication makes it SLAVESIDE_DISABLED on all others.  A replica must
 * not write. */
MUST_USE static bool event_mend(struct migration *mg, bool dry)
{
  static const char asked[] =
      "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND EVENT_NAME = '" DB_PURGE_EVENT "'"
      " AND STATUS LIKE '%SIDE_DISABLED' AND @@GLOBAL.read_only = 0";
  long long elsewhere = 0;
  if (!migrate_number(mg, asked, &elsewhere))
    return migrate_failure(mg, "looking for the event");
  if (!elsewhere)
    return true;
  if (dry)
    fputs("the event " DB_PURGE_EVENT " runs on another server, or on none; would enable it here\n", mg->out);
  else if (!migrate_sql(mg, SPAN("ALTER EVENT " DB_PURGE_EVENT " ENABLE")))
    return migrate_failure(mg, "enabling the event");
  else
    fputs("mended: the event " DB_PURGE_EVENT " runs on this server from now on, and on no other\n", mg->out);
  return true;
}

bool migrate_repair(struct migration *mg, bool dry)
{
  return event_mend(mg, dry) && schema_mend(mg, dry);
}
