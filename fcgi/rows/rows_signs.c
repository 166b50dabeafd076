#include "rows/rows_signs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Kinds of rows of the first statement, which needs no right beyond those on the views. */
#define KIND_RELATION 1
#define KIND_PLACEHOLDER 2
#define KIND_STATE 3

enum { S_KIND, S_NAME };
enum { P_KIND, P_PLACE, P_NAME, P_FORM }; /* of site_schema */

#define TABLES_MOST 64

/* What site_schema says about tables. */
struct tables {
  struct span names[TABLES_MOST]; /* of base tables */
  bool triggered[TABLES_MOST], viewed[TABLES_MOST];
  size_t n;
  bool undefined; /* MySQL hides the definitions of views from the account, so each looks like a placeholder in site_schema */
};

bool rows_signs_have(const struct rows_signs *s, const char *sign)
{
  for (size_t i = 0; i < s->n; i++)
    if (strcmp(s->v[i], sign) == 0)
      return true;
  return false;
}

static void sign_add(struct rows_signs *s, const char *before, struct span name, const char *after)
{
  char sign[ROWS_SIGN_BYTES];
  snprintf(sign, sizeof sign, "%s%.*s%s", before, (int)(name.n < 64 ? name.n : 64), name.n ? name.p : "", after);
  if (s->n < ROWS_SIGNS_MOST && !rows_signs_have(s, sign))
    memcpy(s->v[s->n++], sign, sizeof sign);
}

static int sign_compare(const void *x, const void *y)
{
  return strcmp(x, y);
}

/* ---- what the account sees by itself */

/* In a placeholder, all columns are numbers (MySQL) or NULL (MariaDB).  MariaDB has site_visible_schema only when a dump of MySQL
 * was restored there. */
static void relations_sql(struct buf *sql)
{
  buf_printf(sql, "SELECT %d, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
                  " AND (TABLE_NAME IN ('site_schema', 'schema_version') OR (TABLE_NAME = 'site_visible_schema' AND VERSION()"
                  " NOT LIKE '%%MariaDB%%')) UNION ALL SELECT %d, TABLE_NAME FROM"
                  " information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND LEFT(TABLE_NAME, 5) = 'site_'"
                  " GROUP BY TABLE_NAME HAVING SUM(COLUMN_NAME IN ('slug', 'name', 'title', 'status', 'kind', 'question', 'value',"
                  " 'reason')) > 0 AND SUM(DATA_TYPE IN ('tinyint', 'smallint', 'int', 'bigint', 'null') OR"
                  " IFNULL(CHARACTER_MAXIMUM_LENGTH, 1) = 0) = COUNT(*) UNION ALL SELECT %d, incarnation FROM"
                  " site_state WHERE id = 1",
             KIND_RELATION, KIND_PLACEHOLDER, KIND_STATE);
}

struct seen {
  bool schema, visible, version;
  bool schema_empty, visible_empty; /* the view is a placeholder */
};

static void relation_take(struct rows_signs *s, struct db_rows *rows, struct seen *seen)
{
  struct span name = db_text(rows, S_NAME);
  switch (db_uint(rows, S_KIND)) {
  case KIND_RELATION:
    seen->schema |= span_eq(name, SPAN("site_schema"));
    seen->visible |= span_eq(name, SPAN("site_visible_schema"));
    seen->version |= span_eq(name, SPAN("schema_version"));
    break;
  case KIND_PLACEHOLDER:
    seen->schema_empty |= span_eq(name, SPAN("site_schema"));
    seen->visible_empty |= span_eq(name, SPAN("site_visible_schema"));
    sign_add(s, "the view ", name, " is a placeholder");
    break;
  case KIND_STATE:
    snprintf(s->incarnation, sizeof s->incarnation, "%.*s", (int)(name.n < 63 ? name.n : 63), name.n ? name.p : "");
    break;
  }
}

static enum err relations_read(struct db *db, int64_t deadline_us, struct rows_signs *s, struct seen *seen)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  relations_sql(&sql);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows))
    relation_take(s, &rows, seen);
  db_rows_free(&rows);
  if (err != ERR_OK)
    return err;
  if (!s->incarnation[0])
    sign_add(s, "", SPAN("site_state"), " has no row");
  if (s->schema_seen && !seen->schema)
    sign_add(s, "the view ", SPAN("site_schema"), " is gone");
  if (s->visible_seen && !seen->visible)
    sign_add(s, "the view ", SPAN("site_visible_schema"), " is gone");
  if (s->version_seen && !seen->version)
    sign_add(s, "the table ", SPAN("schema_version"), " is gone");
  s->schema_seen |= seen->schema;
  s->visible_seen |= seen->visible;
  s->version_seen |= seen->version;
  return ERR_OK;
}

static enum err version_read(struct db *db, int64_t deadline_us, struct rows_signs *s)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SELECT COUNT(*) FROM schema_version");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows) && db_uint(&rows, 0) == 0)
    sign_add(s, "", SPAN("schema_version"), " has no row");
  db_rows_free(&rows);
  return err;
}

/* ---- what site_schema or site_visible_schema shows */

static size_t table_find(struct tables *t, struct span name)
{
  size_t at = 0;
  while (at < t->n && !span_eq(t->names[at], name))
    at++;
  return at;
}

static bool is_placeholder(struct db_rows *rows)
{
  return span_eq(db_text(rows, P_KIND), SPAN("view")) && span_ends(db_text(rows, P_FORM), SPAN("placeholder"));
}

/* The view that is read answers, so it is no placeholder itself. */
static void part_take(struct tables *t, struct db_rows *rows)
{
  struct span name = db_text(rows, P_NAME);
  if (span_eq(db_text(rows, P_KIND), SPAN("table")) && t->n < TABLES_MOST)
    t->names[t->n++] = name;
  t->undefined |= is_placeholder(rows) && span_eq(name, SPAN("site_schema"));
}

/* Added up, because the parts come in any order. */
static uint64_t made_hash(struct span trigger, struct span time)
{
  return hash_span(hash_span(0, trigger), time);
}

/* Once all tables are known. */
static void part_mark(struct tables *t, struct db_rows *rows, struct rows_signs *s)
{
  struct span kind = db_text(rows, P_KIND), name = db_text(rows, P_NAME);
  if (!t->undefined && is_placeholder(rows))
    sign_add(s, "the view ", name, " is a placeholder");
  if (span_eq(kind, SPAN("view")) && span_starts(name, SPAN("site_"))) {
    size_t at = table_find(t, span_from(name, 5));
    if (at < t->n)
      t->viewed[at] = true;
  }
  if (span_eq(kind, SPAN("created")))
    s->made += made_hash(name, db_text(rows, P_FORM));
  size_t at = span_eq(kind, SPAN("trigger")) ? table_find(t, db_text(rows, P_PLACE)) : t->n;
  if (at < t->n)
    t->triggered[at] = true;
}

static enum err parts_read(struct db *db, bool visible, int64_t deadline_us, struct rows_signs *s)
{
  struct db_rows rows;
  struct tables tables = {.n = 0};
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "SELECT kind, place, name, form FROM %s",
             visible ? "site_visible_schema WHERE sign = 1" : "site_schema WHERE kind IN ('table', 'view', 'trigger', 'created')");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (visible && err == ERR_INVALID) { /* the dump that is restored drops its function, or had none */
    sign_add(s, "the view ", SPAN("site_visible_schema"), " cannot be read");
    return ERR_OK;
  }
  while (err == ERR_OK && db_next(&rows))
    part_take(&tables, &rows);
  if (err == ERR_OK)
    db_rewind(&rows);
  while (err == ERR_OK && db_next(&rows))
    part_mark(&tables, &rows, s);
  for (size_t i = 0; i < tables.n; i++)
    if (tables.viewed[i] && !tables.triggered[i])
      sign_add(s, "the table ", tables.names[i], " has no trigger");
  db_rows_free(&rows);
  return err;
}

enum err rows_signs_read(struct db *db, int64_t deadline_us, struct rows_signs *s)
{
  struct seen seen = {0};
  s->n = 0;
  s->made = 0;
  s->incarnation[0] = 0;
  enum err err = relations_read(db, deadline_us, s, &seen);
  if (err == ERR_OK && seen.version)
    err = version_read(db, deadline_us, s);
  bool visible = seen.visible && !seen.visible_empty;
  if (err == ERR_OK && (visible || (seen.schema && !seen.schema_empty)))
    err = parts_read(db, visible, deadline_us, s);
  qsort(s->v, s->n, sizeof s->v[0], sign_compare);
  return err;
}

/* ---- what they follow from */

#define COUNTERS_LEAST 10 /* fewer: the server hides them */

static const char *const counters =
  "'Com_alter_db', 'Com_alter_table', 'Com_alter_user', 'Com_create_db', 'Com_create_function', 'Com_create_index',"
  " 'Com_create_procedure', 'Com_create_table', 'Com_create_trigger', 'Com_create_user', 'Com_create_view', 'Com_drop_db',"
  " 'Com_drop_function', 'Com_drop_index', 'Com_drop_procedure', 'Com_drop_table', 'Com_drop_trigger', 'Com_drop_user',"
  " 'Com_drop_view', 'Com_flush', 'Com_grant', 'Com_grant_role', 'Com_rename_table', 'Com_rename_user', 'Com_revoke',"
  " 'Com_revoke_all', 'Com_revoke_role', 'Com_truncate'";

/* The hash of all cells, or 0 when there are fewer rows. */
static enum err cells_hash(struct db *db, struct buf *sql, int64_t deadline_us, size_t least, uint64_t *hash)
{
  struct db_rows rows;
  enum err err = db_query(db, sql, deadline_us, &rows);
  buf_free(sql);
  *hash = err == ERR_OK && rows.count >= least;
  while (*hash && db_next(&rows))
    for (unsigned i = 0; i < rows.columns; i++)
      *hash = hash_span(*hash, db_text(&rows, i));
  db_rows_free(&rows);
  return err == ERR_INVALID ? ERR_OK : err;
}

enum err rows_signs_source(struct db *db, int64_t deadline_us, uint64_t *source)
{
  struct buf counted = BUF_INIT, state = BUF_INIT;
  uint64_t of_state;
  buf_printf(&counted, "SHOW GLOBAL STATUS WHERE Variable_name IN (%s)", counters);
  enum err err = cells_hash(db, &counted, deadline_us, COUNTERS_LEAST, source);
  if (err != ERR_OK || !*source)
    return err;
  buf_puts(&state, "SELECT CONNECTION_ID(), incarnation FROM site_state WHERE id = 1");
  err = cells_hash(db, &state, deadline_us, 1, &of_state);
  *source = of_state ? hash_mix(*source, of_state) : 0;
  return err;
}
