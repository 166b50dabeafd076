/* Reads what the account sees of the schema: the view site_schema, or what MySQL shows it through site_visible_schema. */
#include "db/db.h"
#include "db/schema.h"

#define FAULTS_MOST 64

struct schema_seen {
  bool schema, visible, versions; /* site_schema, site_visible_schema and schema_version */
  bool mysql;
  unsigned version; /* the newest recorded migration; 0: none, or the account does not see schema_version */
};

static enum err seen_read(struct db *db, int64_t deadline_us, struct schema_seen *seen)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  *seen = (struct schema_seen){0};
  buf_puts(&sql, "SELECT TABLE_NAME, VERSION() NOT LIKE '%MariaDB%' FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
                 " AND TABLE_NAME IN ('site_schema', 'site_visible_schema', 'schema_version')");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  while (err == ERR_OK && db_next(&rows)) {
    struct span name = db_text(&rows, 0);
    seen->schema |= span_eq(name, SPAN("site_schema"));
    seen->visible |= span_eq(name, SPAN("site_visible_schema"));
    seen->versions |= span_eq(name, SPAN("schema_version"));
    seen->mysql = db_uint(&rows, 1) != 0;
  }
  db_rows_free(&rows);
  buf_clear(&sql);
  buf_puts(&sql, "SELECT MAX(version) FROM schema_version");
  if (err == ERR_OK && seen->schema && seen->versions) {
    err = db_query(db, &sql, deadline_us, &rows);
    seen->version = err == ERR_OK && db_next(&rows) ? (unsigned)db_uint(&rows, 0) : 0;
    db_rows_free(&rows);
  }
  buf_free(&sql);
  return err;
}

struct part_rows {
  struct schema_row *v; /* in the arena */
  size_t n;
};

static enum err rows_read(struct db *db, const char *view, struct arena *arena, int64_t deadline_us, struct part_rows *out)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "SELECT kind, place, name, definer, form FROM %s", view);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  out->v = err == ERR_OK ? ARENA_ARRAY(arena, rows.count + 1, struct schema_row) : NULL;
  for (out->n = 0; out->v && db_next(&rows); out->n++)
    out->v[out->n] = (struct schema_row){arena_copy(arena, db_text(&rows, 0)), arena_copy(arena, db_text(&rows, 1)),
                                         arena_copy(arena, db_text(&rows, 2)), arena_copy(arena, db_text(&rows, 3)),
                                         arena_copy(arena, db_text(&rows, 4))};
  db_rows_free(&rows);
  return err == ERR_OK && !out->v ? ERR_NO_MEMORY : err;
}

static bool tables_shown(const struct part_rows *parts)
{
  for (size_t i = 0; i < parts->n; i++)
    if (span_eq(parts->v[i].kind, SPAN("trigger")) ||
        (span_eq(parts->v[i].kind, SPAN("table")) && span_eq(parts->v[i].name, SPAN("product"))))
      return true;
  return false;
}

/* A view over a function that is missing, or of an account that is gone, is itself a fault. */
static enum err parts_read(struct db *db, const struct schema_seen *seen, struct arena *arena, int64_t deadline_us,
                           struct part_rows *parts, struct schema_faults *out)
{
  enum err err = rows_read(db, "site_schema", arena, deadline_us, parts);
  if (err == ERR_OK && !tables_shown(parts) && seen->mysql && seen->visible) {
    err = rows_read(db, "site_visible_schema", arena, deadline_us, parts);
    if (err == ERR_INVALID) {
      out->v[0].words = SPAN("the view site_visible_schema, through which MySQL shows the schema, cannot be read");
      out->n = 1;
      parts->n = 0;
      err = ERR_OK;
    }
  }
  out->hidden = err == ERR_OK && !tables_shown(parts);
  return err;
}

enum err schema_faults_read(struct db *db, struct arena *arena, int64_t deadline_us, struct schema_faults *out)
{
  struct schema s;
  struct schema_seen seen;
  struct part_rows has;
  *out = (struct schema_faults){.v = ARENA_ARRAY(arena, FAULTS_MOST, struct schema_fault)};
  enum err err = out->v ? seen_read(db, deadline_us, &seen) : ERR_NO_MEMORY;
  if (err != ERR_OK || !seen.version || (err = parts_read(db, &seen, arena, deadline_us, &has, out)) != ERR_OK || out->hidden)
    return err;
  struct schema_part *parts = NULL;
  if (schema_read(&s, arena, db_config(db), seen.version) && (parts = ARENA_ARRAY(arena, s.n + 1, struct schema_part))) {
    memcpy(parts, s.v, s.n * sizeof *parts); /* the faults point to them */
    out->n = schema_compare(&(struct schema){.arena = arena, .v = parts, .n = s.n, .mysql = seen.mysql}, has.v, has.n, out->v,
                            FAULTS_MOST);
  }
  schema_free(&s);
  return ERR_OK;
}
