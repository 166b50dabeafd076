/* Reads what the pool's account sees of the schema: the view site_schema. */
#include "db/db.h"
#include "db/schema.h"

#define FAULTS_MOST 64

/* The newest recorded migration; 0: none, or the database does not show site_schema to this account. */
static enum err version_read(struct db *db, int64_t deadline_us, unsigned *version)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  bool seen = false;
  *version = 0;
  buf_puts(&sql, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN"
                 " ('site_schema', 'schema_version')");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  if (err == ERR_OK)
    seen = db_next(&rows) && db_uint(&rows, 0) == 2;
  db_rows_free(&rows);
  buf_clear(&sql);
  buf_puts(&sql, "SELECT MAX(version) FROM schema_version");
  if (err == ERR_OK && seen) {
    err = db_query(db, &sql, deadline_us, &rows);
    *version = err == ERR_OK && db_next(&rows) ? (unsigned)db_uint(&rows, 0) : 0;
    db_rows_free(&rows);
  }
  buf_free(&sql);
  return err;
}

static enum err rows_read(struct db *db, struct arena *arena, int64_t deadline_us, struct schema_row **out, size_t *n)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SELECT kind, place, name, definer, form FROM site_schema");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  *out = err == ERR_OK ? ARENA_ARRAY(arena, rows.count + 1, struct schema_row) : NULL;
  for (*n = 0; *out && db_next(&rows); ++*n)
    (*out)[*n] = (struct schema_row){arena_copy(arena, db_text(&rows, 0)), arena_copy(arena, db_text(&rows, 1)),
                                     arena_copy(arena, db_text(&rows, 2)), arena_copy(arena, db_text(&rows, 3)),
                                     arena_copy(arena, db_text(&rows, 4))};
  db_rows_free(&rows);
  return err == ERR_OK && !*out ? ERR_NO_MEMORY : err;
}

/* Some servers show an account only its own tables in information_schema, whatever the view's definer may see. */
static bool tables_shown(const struct schema_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (span_eq(rows[i].kind, SPAN("trigger")) || (span_eq(rows[i].kind, SPAN("table")) && span_eq(rows[i].name, SPAN("product"))))
      return true;
  return false;
}

enum err schema_faults(struct db *db, struct arena *arena, int64_t deadline_us, struct schema_fault **out, size_t *n)
{
  struct schema s;
  struct schema_row *rows;
  unsigned version;
  size_t n_rows;
  *n = 0;
  *out = ARENA_ARRAY(arena, FAULTS_MOST, struct schema_fault);
  enum err err = *out ? version_read(db, deadline_us, &version) : ERR_NO_MEMORY;
  if (err != ERR_OK || !version || (err = rows_read(db, arena, deadline_us, &rows, &n_rows)) != ERR_OK)
    return err;
  if (!tables_shown(rows, n_rows))
    return ERR_OK;
  struct schema_part *parts = NULL;
  if (schema_read(&s, arena, db_config(db), version) && (parts = ARENA_ARRAY(arena, s.n + 1, struct schema_part))) {
    memcpy(parts, s.v, s.n * sizeof *parts); /* the faults point to them */
    *n = schema_compare(&(struct schema){.arena = arena, .v = parts, .n = s.n}, rows, n_rows, *out, FAULTS_MOST);
  }
  schema_free(&s);
  return ERR_OK;
}
