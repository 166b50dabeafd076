#include "db/schema_repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FAULTS_MOST 400
#define LACKS_SHOWN 10

struct repair {
  const struct schema *s;
  const struct repair_session *db;
  bool dry;
  FILE *out;
  size_t mended, refused;
};

static bool contains(struct span s, const char *what)
{
  return span_find_span(s, span_z(what)) < s.n;
}

/* ---- what may be lost */

static uint64_t count_read(struct repair *r, struct span sql)
{
  struct span *cells;
  size_t rows;
  bool ok = r->db->query(r->db->context, sql, r->s->arena, &cells, &rows, 1) && rows == 1;
  return ok ? strtoull(arena_z(r->s->arena, cells[0]), NULL, 10) : UINT64_MAX;
}

static struct span words_of_form(struct span form, char until)
{
  return span_head(form, span_find(form, until));
}

/* A condition for rows whose value may have been cut when the column became what it is. */
static struct span cut_condition(const struct schema_fault *f, struct arena *a)
{
  struct span column = f->part->name, form = f->row->form, type = words_of_form(form, '(');
  struct span size = span_from(form, type.n + 1);
  size = words_of_form(size, ')');
  if (contains(f->words, "characters"))
    return arena_printf(a, "LOCATE('?', `%.*s`) > 0", SPAN_ARG(column));
  if (span_eq(type, SPAN("varchar")) || span_eq(type, SPAN("char")))
    return arena_printf(a, "CHAR_LENGTH(`%.*s`) >= %.*s", SPAN_ARG(column), SPAN_ARG(size));
  if (span_starts(form, SPAN("tinytext")))
    return arena_printf(a, "LENGTH(`%.*s`) >= 252", SPAN_ARG(column));
  if (span_starts(form, SPAN("text")))
    return arena_printf(a, "LENGTH(`%.*s`) >= 65532", SPAN_ARG(column));
  if (span_starts(form, SPAN("tinyint")))
    return arena_printf(a, "`%.*s` IN (-128, 127, 255)", SPAN_ARG(column));
  if (span_starts(form, SPAN("smallint")))
    return arena_printf(a, "`%.*s` IN (-32768, 32767, 65535)", SPAN_ARG(column));
  if (span_starts(form, SPAN("mediumint")))
    return arena_printf(a, "`%.*s` IN (-8388608, 8388607, 16777215)", SPAN_ARG(column));
  if (span_starts(form, SPAN("int")))
    return arena_printf(a, "`%.*s` IN (-2147483648, 2147483647, 4294967295)", SPAN_ARG(column));
  return arena_printf(a, "`%.*s` IS NOT NULL", SPAN_ARG(column)); /* any value may have had more digits */
}

/* ---- one fault */

static void refuse(struct repair *r, const struct schema_fault *f, struct span why)
{
  fprintf(r->out, "not mended: %.*s: %.*s\n", SPAN_ARG(f->words), SPAN_ARG(why));
  r->refused++;
}

/* Runs the statements.  An empty one is left out. */
static void mend(struct repair *r, const struct schema_fault *f, struct span first, struct span second)
{
  struct span statements[] = {first, second};
  if (r->dry)
    fprintf(r->out, "%.*s; would run:\n", SPAN_ARG(f->words));
  for (int i = 0; i < 2; i++) {
    if (!statements[i].n)
      continue;
    if (r->dry)
      fprintf(r->out, "  %.*s\n", SPAN_ARG(statements[i]));
    else if (!r->db->run(r->db->context, statements[i])) {
      refuse(r, f, arena_printf(r->s->arena, "%s", r->db->error(r->db->context)));
      return;
    }
  }
  r->mended++;
  if (!r->dry)
    fprintf(r->out, "mended: %.*s\n", SPAN_ARG(f->words));
}

static void table_mend(struct repair *r, const struct schema_fault *f)
{
  struct buf sql = BUF_INIT;
  const struct schema *s = r->s;
  buf_printf(&sql, "CREATE TABLE `%.*s` (", SPAN_ARG(f->part->name));
  const char *comma = "\n  ";
  for (enum schema_kind kind = PART_COLUMN; kind <= PART_CONSTRAINT; kind++)
    for (size_t i = 0; i < s->n; i++)
      if (s->v[i].kind == kind && !s->v[i].gone && span_eq(s->v[i].table, f->part->name)) {
        buf_puts(&sql, comma);
        buf_span(&sql, s->v[i].text);
        comma = ",\n  ";
      }
  buf_puts(&sql, "\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci");
  mend(r, f, arena_take(s->arena, &sql), SPAN(""));
  fprintf(r->out, "  its rows can come from a backup only\n");
}

static bool has_value_by_itself(const struct schema_part *part)
{
  return !contains(part->text, "NOT NULL") || contains(part->text, "DEFAULT") || contains(part->text, "GENERATED");
}

static void column_add(struct repair *r, const struct schema_fault *f)
{
  struct arena *a = r->s->arena;
  struct span table = f->part->table;
  uint64_t rows = count_read(r, arena_printf(a, "SELECT COUNT(*) FROM `%.*s`", SPAN_ARG(table)));
  if (rows && !has_value_by_itself(f->part)) {
    refuse(r, f, arena_printf(a, "its %llu rows need a value, which a backup only has", (unsigned long long)rows));
    return;
  }
  mend(r, f, arena_printf(a, "ALTER TABLE `%.*s` ADD COLUMN %.*s", SPAN_ARG(table), SPAN_ARG(f->part->text)), SPAN(""));
  if (rows && !contains(f->part->text, "GENERATED"))
    fprintf(r->out, "  the values that it had in %llu rows can come from a backup only\n", (unsigned long long)rows);
}

/* MODIFY does not repeat that the column is the key. */
static struct span column_text(struct arena *a, struct span text)
{
  size_t at = span_find_span(text, SPAN(" PRIMARY KEY"));
  return at < text.n ? ARENA_JOIN(a, span_head(text, at), span_from(text, at + 12)) : text;
}

static void column_modify(struct repair *r, const struct schema_fault *f)
{
  struct arena *a = r->s->arena;
  struct span table = f->part->table;
  struct span sql = arena_printf(a, "ALTER TABLE `%.*s` MODIFY COLUMN %.*s", SPAN_ARG(table),
                                 SPAN_ARG(column_text(a, f->part->text)));
  if (f->trouble == TROUBLE_NARROW) {
    struct span condition = cut_condition(f, a);
    uint64_t cut = count_read(r, arena_printf(a, "SELECT COUNT(*) FROM `%.*s` WHERE %.*s", SPAN_ARG(table), SPAN_ARG(condition)));
    if (cut) {
      refuse(r, f, arena_printf(a, "%llu rows may have lost a part of their value (WHERE %.*s): compare them with a backup, "
                                   "then run %.*s", (unsigned long long)cut, SPAN_ARG(condition), SPAN_ARG(sql)));
      return;
    }
  }
  mend(r, f, sql, SPAN(""));
}

static void index_mend(struct repair *r, const struct schema_fault *f)
{
  const struct schema_part *part = f->part;
  struct arena *a = r->s->arena;
  struct span drop = f->row ? arena_printf(a, "DROP INDEX `%.*s`, ", SPAN_ARG(part->name)) : SPAN("");
  mend(r, f, arena_printf(a, "ALTER TABLE `%.*s` %.*sADD %.*s", SPAN_ARG(part->table), SPAN_ARG(drop), SPAN_ARG(part->text)),
       SPAN(""));
}

static void object_mend(struct repair *r, const struct schema_fault *f)
{
  static const char *const kinds[] = {"", "", "", "", "PROCEDURE", "FUNCTION", "TRIGGER", "VIEW", "EVENT"};
  const struct schema_part *part = f->part;
  struct span drop = arena_printf(r->s->arena, "DROP %s IF EXISTS `%.*s`", kinds[part->kind], SPAN_ARG(part->name));
  mend(r, f, f->row && part->kind != PART_VIEW ? drop : SPAN(""), part->text);
  if (part->kind == PART_VIEW)
    fprintf(r->out, "  it reads the tables of this schema: run your adapter again if the site has one\n");
}

static void fault_mend(struct repair *r, const struct schema_fault *f)
{
  switch (f->part->kind) {
  case PART_TABLE:
    table_mend(r, f);
    break;
  case PART_COLUMN:
    if (f->row)
      column_modify(r, f);
    else
      column_add(r, f);
    break;
  case PART_INDEX:
  case PART_CONSTRAINT:
    index_mend(r, f);
    break;
  default:
    object_mend(r, f);
  }
}

/* ---- all faults */

static bool rows_read(struct repair *r, struct schema_row **rows, size_t *n)
{
  struct span *cells, sql = schema_select(r->s);
  *rows = NULL;
  if (!sql.n || !r->db->query(r->db->context, sql, r->s->arena, &cells, n, 5))
    return false;
  *rows = ARENA_ARRAY(r->s->arena, *n + 1, struct schema_row);
  for (size_t i = 0; *rows && i < *n; i++)
    (*rows)[i] = (struct schema_row){cells[5 * i], cells[5 * i + 1], cells[5 * i + 2], cells[5 * i + 3], cells[5 * i + 4]};
  return *rows != NULL;
}

/* The faults, at most FAULTS_MOST, in the arena.  NULL: the schema cannot be read, and `out` says why. */
static struct schema_fault *faults_find(struct repair *r, size_t *n)
{
  struct schema_row *rows;
  size_t n_rows;
  struct schema_fault *faults = ARENA_ARRAY(r->s->arena, FAULTS_MOST, struct schema_fault);
  if (!faults || !rows_read(r, &rows, &n_rows)) {
    fprintf(r->out, "the schema cannot be read: %s\n", r->db->error(r->db->context));
    return NULL;
  }
  *n = schema_compare(r->s, rows, n_rows, faults, FAULTS_MOST);
  return faults;
}

/* A mended table may lack the parts that are not said of a missing one: its triggers. */
static bool round_run(struct repair *r, size_t *found)
{
  const struct schema_fault *faults = faults_find(r, found);
  for (size_t i = 0; faults && i < *found; i++)
    fault_mend(r, &faults[i]);
  return faults != NULL;
}

bool schema_lacks(const struct schema *s, const struct repair_session *db, FILE *out)
{
  struct repair r = {s, db, true, out, 0, 0};
  size_t n = 0;
  const struct schema_fault *faults = faults_find(&r, &n);
  for (size_t i = 0; faults && i < n && i < LACKS_SHOWN; i++)
    fprintf(out, "%.*s\n", SPAN_ARG(faults[i].words));
  if (n > LACKS_SHOWN)
    fprintf(out, "and %zu more\n", n - LACKS_SHOWN);
  return n > 0;
}

bool schema_repair(const struct schema *s, const struct repair_session *db, bool dry, FILE *out)
{
  struct repair r = {s, db, dry, out, 0, 0};
  size_t found = 0, before;
  do {
    before = r.mended;
    r.refused = 0;
    if (!round_run(&r, &found))
      return false;
  } while (!dry && found && r.mended > before && r.refused < found);
  if (!r.mended && !r.refused)
    fputs("the schema is whole: nothing to mend\n", out);
  else
    fprintf(out, "%zu parts %s, %zu not\n", r.mended, dry ? "would be mended" : "mended", r.refused);
  return r.refused == 0;
}
