#include "lint/lint_cited.h"
#include "lint/lint_findings.h"
#include "lint/lint_links.h"
#include "lint/lint_texts.h"

static enum err texts_check(struct lint *l, struct arena *pages)
{
  enum err err;
  if (!(l->links = lint_links_read(l, pages, &err)))
    return err;
  if ((err = lint_columns(l)) == ERR_OK && (err = lint_texts_compare(l->texts, l)) == ERR_OK)
    err = lint_cited_judge(l->cited, l);
  return err;
}

enum err lint_run(struct db *db, const struct lint_options *o, int64_t deadline_us, lint_sink *sink, void *arg,
                  struct lint_counts *counts)
{
  struct arena *pages = arena_new(0);
  struct lint l = {.db = db, .options = o, .deadline_us = deadline_us, .arena = arena_new(0), .said = arena_new(0),
                   .sink = sink, .arg = arg, .counts = counts, .texts = lint_texts_new(), .cited = lint_cited_new()};
  *counts = (struct lint_counts){0};
  enum err err = pages && l.arena && l.said && l.texts && l.cited ? lint_statements(&l) : ERR_NO_MEMORY;
  if (err == ERR_OK)
    err = lint_facts(&l);
  if (err == ERR_OK)
    err = lint_questions(&l);
  if (err == ERR_OK && !o->quick)
    err = texts_check(&l, pages);
  if (err == ERR_OK && arena_failed(l.said))
    err = ERR_NO_MEMORY;
  lint_texts_free(&l.texts);
  lint_cited_free(&l.cited);
  arena_free(&l.arena);
  arena_free(&l.said);
  arena_free(&pages);
  return err;
}

enum err lint_row_find(struct db *db, const struct lint_options *o, int64_t deadline_us, bool *found)
{
  struct db_rows rows;
  struct lint l = {.db = db, .options = o, .deadline_us = deadline_us};
  const char *table = lint_table_name(o->table);
  enum err err = lint_ask(&l, &rows, "SELECT 1 FROM site_%s WHERE id = %llu LIMIT 1", table, (unsigned long long)o->id);
  *found = err == ERR_OK && db_next(&rows);
  db_rows_free(&rows);
  return err != ERR_OK && lint_is_optional(&l, table) ? ERR_OK : err;
}
