/* `diptych lint`: writes findings as lines or as JSON, and stores them for a CMS.  What a finding says is in the language of the
 * site; the lines around it are for who runs the command, in English.
 *
 * The pool's account reads, and may write nothing.  The account of `diptych migrate` stores: it owns the table.  A store is
 * one run: its findings are written first, then its number, then older runs go.  The view lint_report shows the newest run
 * that is complete, so a reader never sees half of one. */
#include <string.h>

#include "app/standalone.h"
#include "app/output.h"
#include "base/clock.h"
#include "db/db_fault.h"
#include "lint/lint.h"
#include "text/json.h"
#include "text/utf8.h"

#define LINT_MS 600000
#define LINES_MOST 20     /* for one rule, as lines; the rest is only counted */
#define FINDINGS_MOST 1000 /* for one rule, as JSON and in the table */
#define WORDS_LINE 80     /* characters */
#define WORDS_MOST 300
#define ROWS_AT_ONCE 100

/* ---- lines */

static void line_write(void *arg, const struct lint_finding *f)
{
  struct buf words = BUF_INIT;
  lint_words_put(&words, f, WORDS_LINE);
  fprintf(arg, "site_%.*s id %llu, %s: %s: %.*s; %.*s\n", SPAN_ARG(f->table), (unsigned long long)f->id, f->column,
          buf_z(&words), SPAN_ARG(f->meaning), SPAN_ARG(f->advice));
  buf_free(&words);
}

static void more_write(FILE *out, const struct lint_counts *counts)
{
  for (size_t i = 0; i < LINT_RULE_COUNT; i++)
    if (counts->of[i] > LINES_MOST)
      fprintf(out, "  and %zu more like it: %s\n", counts->of[i] - LINES_MOST, lint_rule_name((enum lint_rule)i));
}

/* ---- JSON */

struct json_lines {
  struct buf out;
  size_t n;
};

static void member_put(struct buf *out, const char *name, struct span text, bool null)
{
  buf_printf(out, ",\"%s\":", name);
  if (null)
    buf_puts(out, "null");
  else
    json_write_string(out, text);
}

/* The words as they are, cut. */
static struct span words_of(const struct lint_finding *f)
{
  return utf8_cut(f->words, WORDS_MOST);
}

static void json_write(void *arg, const struct lint_finding *f)
{
  struct json_lines *j = arg;
  buf_printf(&j->out, "%s\n{\"rule\":\"%s\"", j->n++ ? "," : "", lint_rule_name(f->rule));
  member_put(&j->out, "table", f->table, false);
  buf_printf(&j->out, ",\"id\":%llu", (unsigned long long)f->id);
  member_put(&j->out, "column", span_z(f->column), false);
  member_put(&j->out, "words", words_of(f), f->null);
  member_put(&j->out, "meaning", f->meaning, false);
  member_put(&j->out, "advice", f->advice, false);
  buf_putc(&j->out, '}');
}

/* ---- the table */

struct store {
  struct db *db;
  int64_t deadline_us;
  unsigned long long run;
  struct buf sql;
  size_t n;
  enum err err;
};

static void hex_put(struct buf *out, struct span s)
{
  buf_puts(out, ", _utf8mb4 0x");
  for (size_t i = 0; i < s.n; i++)
    buf_printf(out, "%02x", (unsigned char)s.p[i]);
  if (!s.n)
    buf_puts(out, "20");
}

static enum err statement(struct store *s, struct buf *sql)
{
  struct db_rows rows;
  enum err err = db_query(s->db, sql, s->deadline_us, &rows);
  db_rows_free(&rows);
  buf_clear(sql);
  return err;
}

static void store_flush(struct store *s)
{
  if (s->err == ERR_OK && s->n)
    s->err = statement(s, &s->sql);
  buf_clear(&s->sql);
  s->n = 0;
}

static void store_write(void *arg, const struct lint_finding *f)
{
  struct store *s = arg;
  struct buf words = BUF_INIT;
  lint_words_put(&words, f, WORDS_MOST);
  buf_printf(&s->sql, s->n++ ? ", (%llu, %llu" : "INSERT INTO lint_finding (run, row_id, table_name, column_name, rule, words,"
                                                 " meaning, advice) VALUES (%llu, %llu", s->run, (unsigned long long)f->id);
  hex_put(&s->sql, f->table);
  hex_put(&s->sql, span_z(f->column));
  hex_put(&s->sql, span_z(lint_rule_name(f->rule)));
  hex_put(&s->sql, buf_view(&words));
  hex_put(&s->sql, f->meaning);
  hex_put(&s->sql, f->advice);
  buf_putc(&s->sql, ')');
  buf_free(&words);
  if (s->n == ROWS_AT_ONCE)
    store_flush(s);
}

static enum err store_end(struct store *s)
{
  store_flush(s);
  if (s->err == ERR_OK) {
    buf_printf(&s->sql, "INSERT INTO lint_run (id) VALUES (%llu)", s->run);
    s->err = statement(s, &s->sql);
  }
  if (s->err == ERR_OK) {
    buf_printf(&s->sql, "DELETE FROM lint_run WHERE id < %llu", s->run);
    s->err = statement(s, &s->sql);
  }
  if (s->err == ERR_OK) {
    buf_printf(&s->sql, "DELETE FROM lint_finding WHERE run < %llu", s->run);
    s->err = statement(s, &s->sql);
  }
  return s->err;
}

/* ---- the command */

static void failure_write(struct db *db, FILE *out)
{
  const char *sentence = "out of memory";
  unsigned number = db ? db_failure(db, &sentence) : 0;
  fprintf(out, "rows       could not be read: error %u: %s\n", number, sentence);
}

static struct db *reader_new(const struct config *c, struct metrics *m, struct breaker *b)
{
  struct db *db = db_new(c, m, b);
  if (db) {
    db_persist(db, LINT_MS);
    db_quiet(db); /* failure_write reports it */
  }
  return db;
}

static int64_t deadline(void)
{
  return clock_mono_us() + (int64_t)LINT_MS * 1000;
}

/* True: the row that was asked for is not there, so it is not in order.  *e: of lint_run before, and of this question. */
static bool row_missing(struct db *db, const struct lint_options *o, const struct lint_counts *counts, enum err *e)
{
  bool found = true;
  if (*e == ERR_OK && o->id && !counts->found)
    *e = lint_row_find(db, o, deadline(), &found);
  return *e == ERR_OK && !found;
}

static void missing_write(const struct lint_options *o, FILE *out)
{
  fprintf(out, "rows       site_%s has no row with the id %llu\n", lint_table_name(o->table), (unsigned long long)o->id);
}

int standalone_lint_lines(const struct config *c, const struct lint_options *o, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  struct lint_counts counts;
  struct lint_options options = *o;
  struct db *db = reader_new(c, &m, &b);
  options.most = LINES_MOST;
  enum err e = db ? lint_run(db, &options, deadline(), line_write, out, &counts) : ERR_NO_MEMORY;
  bool missing = row_missing(db, o, &counts, &e);
  if (missing)
    missing_write(o, out);
  else if (e == ERR_OK) {
    more_write(out, &counts);
    fprintf(out, counts.found ? "rows       %zu need attention\n" : "rows       all in order\n", counts.found);
  } else
    failure_write(db, out);
  output_note(out);
  db_free(&db);
  return e != ERR_OK || missing || counts.found;
}

int standalone_lint_json(const struct config *c, const struct lint_options *o, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  struct lint_counts counts;
  struct json_lines j = {.out = BUF_INIT};
  struct lint_options options = *o;
  struct db *db = reader_new(c, &m, &b);
  options.most = FINDINGS_MOST;
  enum err e = db ? lint_run(db, &options, deadline(), json_write, &j, &counts) : ERR_NO_MEMORY;
  bool missing = row_missing(db, o, &counts, &e);
  if (missing)
    missing_write(o, stderr);
  else if (e == ERR_OK && !j.out.failed)
    fprintf(out, "{\"found\":%zu,\"findings\":[%s]}\n", counts.found, buf_z(&j.out));
  else
    failure_write(db, stderr);
  buf_free(&j.out);
  output_note(out);
  db_free(&db);
  return e != ERR_OK || missing || j.out.failed || counts.found;
}

int standalone_lint_store(const struct config *c, const struct lint_options *o, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0}, b_admin = {0};
  struct lint_counts counts = {0};
  struct lint_options options = *o;
  struct config admin = *c;
  admin.mysql_user = c->mysql_admin_user;
  admin.mysql_password = c->mysql_admin_password;
  struct db *db = reader_new(c, &m, &b);
  struct store s = {.db = reader_new(&admin, &m, &b_admin), .deadline_us = deadline(), .run = (unsigned long long)clock_now_us(),
                    .sql = BUF_INIT};
  options.most = FINDINGS_MOST;
  enum err e = db && s.db ? lint_run(db, &options, s.deadline_us, store_write, &s, &counts) : ERR_NO_MEMORY;
  if (e != ERR_OK)
    failure_write(db, out);
  else if (store_end(&s) == ERR_OK)
    fprintf(out, "rows       %zu need attention; the view lint_report has them\n", counts.found);
  else {
    const char *sentence;
    unsigned number = db_failure(s.db, &sentence);
    fprintf(out, "rows       %zu need attention; they could not be stored: error %u: ", counts.found, number);
    db_fault_write(sentence, "admin", out);
    fputs("; see mysql_admin_user\n", out);
  }
  buf_free(&s.sql);
  db_free(&s.db);
  output_note(out);
  db_free(&db);
  return e != ERR_OK || s.err != ERR_OK || counts.found;
}
