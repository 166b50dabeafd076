/* Reads the parts of the schema out of the migrations. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/file.h"
#include "db/migration_files.h"
#include "db/schema.h"
#include "db/sql_script.h"

/* ---- words */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span blanks_skip(struct span s)
{
  while (s.n && is_blank(s.p[0]))
    s = span_from(s, 1);
  return s;
}

/* Removes the next word, name in backticks, or single character from *s. */
static struct span word_take(struct span *s)
{
  size_t n = 0;
  *s = blanks_skip(*s);
  if (s->n && s->p[0] == '`') {
    size_t end = span_find(span_from(*s, 1), '`');
    struct span name = span_head(span_from(*s, 1), end);
    *s = span_from(*s, end + 2);
    return name;
  }
  while (n < s->n && !is_blank(s->p[n]) && s->p[n] != '(' && s->p[n] != ',')
    n++;
  struct span word = span_head(*s, n ? n : 1);
  *s = span_from(*s, word.n);
  return word;
}

/* Removes the words (separated by blanks) when they come next. */
static bool words_take(struct span *s, const char *words)
{
  struct span at = *s, want = span_z(words);
  while (want.n) {
    struct span word = span_split(&want, ' '), next = word_take(&at);
    if (next.n != word.n || strncasecmp(next.p, word.p, word.n) != 0)
      return false;
  }
  *s = at;
  return true;
}

/* Bytes up to the comma or closing bracket that is in no bracket or quote. */
static size_t item_length(struct span s)
{
  int depth = 0;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '\'')
      for (i++; i < s.n && s.p[i] != '\''; i++)
        i += s.p[i] == '\\';
    else if (c == '(')
      depth++;
    else if (c == ')' && depth-- == 0)
      return i;
    else if (c == ',' && depth == 0)
      return i;
  }
  return s.n;
}

/* ---- parts */

static struct schema_part *part_find(const struct schema *s, enum schema_kind kind, struct span table, struct span name)
{
  for (size_t i = s->n; i > 0; i--)
    if (s->v[i - 1].kind == kind && span_eq(s->v[i - 1].table, table) && span_eq(s->v[i - 1].name, name))
      return &s->v[i - 1];
  return NULL;
}

/* The text replaces that of an earlier part of this name. */
static void part_put(struct schema *s, struct schema_part part)
{
  part.mysql = s->mysql;
  struct schema_part *before = part_find(s, part.kind, part.table, part.name);
  if (before) {
    *before = part;
    return;
  }
  if (s->n == s->cap) {
    size_t cap = s->cap ? 2 * s->cap : 256;
    struct schema_part *v = realloc(s->v, cap * sizeof *v);
    s->failed |= !v;
    if (!v)
      return;
    s->v = v;
    s->cap = cap;
  }
  s->v[s->n++] = part;
}

static void part_drop(struct schema *s, enum schema_kind kind, struct span table, struct span name)
{
  struct schema_part *part = part_find(s, kind, table, name);
  if (part)
    part->gone = true;
}

/* One item of CREATE TABLE, or what follows ADD. */
static void item_put(struct schema *s, struct span table, struct span item)
{
  struct span text = span_trim(item), rest = text;
  if (words_take(&rest, "COLUMN IF NOT EXISTS") || words_take(&rest, "COLUMN"))
    text = blanks_skip(rest);
  rest = text;
  if (words_take(&rest, "FOREIGN KEY"))
    return;
  if (words_take(&rest, "PRIMARY KEY"))
    part_put(s, (struct schema_part){PART_INDEX, table, SPAN("PRIMARY"), text, false, false});
  else if (words_take(&rest, "CONSTRAINT"))
    part_put(s, (struct schema_part){PART_CONSTRAINT, table, word_take(&rest), text, false, false});
  else if (words_take(&rest, "UNIQUE KEY") || words_take(&rest, "UNIQUE INDEX") || words_take(&rest, "KEY") ||
           words_take(&rest, "INDEX"))
    part_put(s, (struct schema_part){PART_INDEX, table, word_take(&rest), text, false, false});
  else
    part_put(s, (struct schema_part){PART_COLUMN, table, word_take(&rest), text, false, false});
}

/* "UNIQUE KEY old (slug)" -> "UNIQUE KEY new (slug)" */
static void index_rename(struct schema *s, struct span table, struct span from, struct span to)
{
  struct schema_part *part = part_find(s, PART_INDEX, table, from);
  if (!part)
    return;
  size_t at = span_find_span(part->text, from);
  part->text = ARENA_JOIN(s->arena, span_head(part->text, at), to, span_from(part->text, at + from.n));
  part->name = to;
}

static void clause_take(struct schema *s, struct span table, struct span clause)
{
  struct span rest = span_trim(clause);
  if (words_take(&rest, "ADD"))
    item_put(s, table, rest);
  else if (words_take(&rest, "MODIFY COLUMN") || words_take(&rest, "MODIFY"))
    item_put(s, table, rest);
  else if (words_take(&rest, "DROP CONSTRAINT") || words_take(&rest, "DROP CHECK") || words_take(&rest, "DROP FOREIGN KEY"))
    part_drop(s, PART_CONSTRAINT, table, word_take(&rest));
  else if (words_take(&rest, "DROP INDEX") || words_take(&rest, "DROP KEY"))
    part_drop(s, PART_INDEX, table, word_take(&rest));
  else if (words_take(&rest, "DROP COLUMN"))
    part_drop(s, PART_COLUMN, table, word_take(&rest));
  else if (words_take(&rest, "RENAME INDEX") || words_take(&rest, "RENAME KEY")) {
    struct span from = word_take(&rest);
    if (words_take(&rest, "TO"))
      index_rename(s, table, from, word_take(&rest));
  }
}

static void alter_take(struct schema *s, struct span statement)
{
  if (!words_take(&statement, "ALTER TABLE"))
    return;
  struct span table = word_take(&statement);
  while (statement.n) {
    size_t n = item_length(statement);
    clause_take(s, table, span_head(statement, n));
    statement = span_from(statement, n + 1);
  }
}

/* ---- statements */

/* The literal that begins with ALTER TABLE, without its quotes, as the server reads it. */
static struct span prepared_alter(struct schema *s, struct span statement)
{
  size_t at = span_find_span(statement, SPAN("'ALTER TABLE"));
  struct buf text = BUF_INIT;
  for (size_t i = at + 1; at < statement.n && i < statement.n; i++) {
    if (statement.p[i] == '\'' && (i + 1 == statement.n || statement.p[++i] != '\''))
      break;
    buf_putc(&text, statement.p[i]);
  }
  s->failed |= text.failed;
  return arena_take(s->arena, &text);
}

static void table_take(struct schema *s, struct span rest, struct span text)
{
  (void)words_take(&rest, "IF NOT EXISTS");
  struct span table = word_take(&rest);
  part_put(s, (struct schema_part){PART_TABLE, table, table, text, false, false});
  rest = span_from(rest, span_find(rest, '(') + 1);
  while (rest.n) {
    size_t n = item_length(rest);
    bool last = n == rest.n || rest.p[n] == ')';
    item_put(s, table, span_head(rest, n));
    rest = last ? SPAN("") : span_from(rest, n + 1);
  }
}

static void trigger_take(struct schema *s, struct span rest, struct span text)
{
  struct span name = word_take(&rest);
  word_take(&rest);
  word_take(&rest);
  if (words_take(&rest, "ON"))
    part_put(s, (struct schema_part){PART_TRIGGER, word_take(&rest), name, text, false, false});
}

static void create_take(struct schema *s, struct span rest, struct span text)
{
  static const struct {
    const char *word;
    enum schema_kind kind;
  } named[] = {{"PROCEDURE", PART_PROCEDURE}, {"FUNCTION", PART_FUNCTION}, {"EVENT", PART_EVENT}, {"VIEW", PART_VIEW}};
  (void)(words_take(&rest, "/*M! OR REPLACE */") || words_take(&rest, "OR REPLACE"));
  (void)words_take(&rest, "ALGORITHM=MERGE");
  (void)words_take(&rest, "SQL SECURITY DEFINER");
  if (words_take(&rest, "TABLE"))
    table_take(s, rest, text);
  else if (words_take(&rest, "TRIGGER"))
    trigger_take(s, rest, text);
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    if (words_take(&rest, named[i].word)) {
      (void)words_take(&rest, "IF NOT EXISTS");
      struct span name = word_take(&rest);
      part_put(s, (struct schema_part){named[i].kind, name, name, text, false, false});
    }
}

static void statement_take(struct schema *s, struct span text)
{
  struct span rest = text;
  s->mysql = words_take(&rest, "/*!50700");
  if (words_take(&rest, "CREATE"))
    create_take(s, rest, text);
  else if (words_take(&rest, "ALTER"))
    alter_take(s, text);
  else if (words_take(&rest, "SET @alteration"))
    alter_take(s, prepared_alter(s, text));
}

static bool file_take(struct schema *s, const struct config *c, const char *name)
{
  struct buf path = BUF_INIT, text = BUF_INIT;
  struct sql_statement statement;
  buf_printf(&path, "%s/%s", c->sql_dir, name);
  bool ok = !path.failed && file_read(&text, buf_z(&path));
  struct sql_script script = sql_script_open(arena_take(s->arena, &text));
  while (ok && sql_script_next(&script, &statement))
    statement_take(s, statement.text);
  buf_free(&path);
  return ok;
}

bool schema_read(struct schema *s, struct arena *arena, const struct config *config, unsigned last)
{
  struct dirent **files;
  *s = (struct schema){.arena = arena};
  int n = migration_files(config, &files);
  bool ok = n > 0;
  for (int i = 0; i < n; i++) {
    if (migration_version(files[i]->d_name) <= last)
      ok = file_take(s, config, files[i]->d_name) && ok;
    free(files[i]);
  }
  if (n >= 0)
    free(files);
  return ok && !s->failed && !arena_failed(arena);
}

void schema_free(struct schema *s)
{
  free(s->v);
  *s = (struct schema){0};
}

struct span schema_select(const struct schema *s)
{
  const struct schema_part *view = part_find(s, PART_VIEW, SPAN("site_schema"), SPAN("site_schema"));
  size_t at = view ? span_find_span(view->text, SPAN("SELECT ")) : 0;
  return view && at < view->text.n ? span_from(view->text, at) : SPAN("");
}
