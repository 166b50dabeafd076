#include "lint/lint_findings.h"

#include "text/utf8.h"

#define NO_SUCH_TABLE 1146

static const char *const names[] = {
#define LINT_NAME(rule, advice) #rule,
    LINT_RULES(LINT_NAME)
#undef LINT_NAME
};

static const char *const advices[] = {
#define LINT_ADVICE(rule, advice) advice,
    LINT_RULES(LINT_ADVICE)
#undef LINT_ADVICE
};

const char *lint_rule_name(enum lint_rule rule)
{
  return names[rule];
}

const char *lint_table_name(const char *table)
{
  size_t prefix = strlen("site_");
  return strncmp(table, "site_", prefix) == 0 ? table + prefix : table;
}

static struct span table_wanted(const struct lint *l)
{
  return span_z(lint_table_name(l->options->table));
}

bool lint_wants(const struct lint *l, struct span table, uint64_t id)
{
  bool here = !l->options->table || span_eq(table, table_wanted(l));
  return here && (!l->options->id || !id || id == l->options->id);
}

enum err lint_ask(struct lint *l, struct db_rows *rows, const char *format, ...)
{
  struct buf sql = BUF_INIT;
  va_list args;
  va_start(args, format);
  buf_vprintf(&sql, format, args);
  va_end(args);
  enum err err = db_query(l->db, &sql, l->deadline_us, rows);
  buf_free(&sql);
  return err;
}

bool lint_is_optional(const struct lint *l, const char *table)
{
  const char *why;
  return db_failure(l->db, &why) == NO_SUCH_TABLE && strcmp(table, "product_source") == 0;
}

static struct span saying_text(struct lint *l, const char *id, const struct lint_saying *s)
{
  struct span args[LINT_ARGS];
  for (size_t i = 0; i < LINT_ARGS; i++)
    args[i] = span_z(s->args[i]);
  return message_fill(l->said, message_of(id), args, LINT_ARGS);
}

static void finding_give(struct lint *l, struct lint_finding *f, const struct lint_saying *s)
{
  if (!lint_wants(l, f->table, f->id))
    return;
  l->counts->found++;
  if (l->counts->of[f->rule]++ >= l->options->most)
    return;
  f->meaning = saying_text(l, s->meaning, s);
  f->advice = saying_text(l, s->advice ? s->advice : advices[f->rule], s);
  if (arena_failed(l->said))
    return;
  l->sink(l->arg, f);
  arena_reset(l->said);
}

void lint_found(struct lint *l, enum lint_rule rule, const struct lint_place *at, struct span words, const struct lint_saying *s)
{
  struct lint_finding f = {.rule = rule, .table = at->table, .id = at->id, .column = at->column, .words = words};
  finding_give(l, &f, s);
}

void lint_found_cell(struct lint *l, enum lint_rule rule, const struct lint_place *at, const struct db_rows *rows, unsigned column,
                     const struct lint_saying *s)
{
  struct lint_finding f = {.rule = rule, .table = at->table, .id = at->id, .column = at->column, .words = db_text(rows, column),
                           .null = db_null(rows, column)};
  finding_give(l, &f, s);
}

static void char_put(struct buf *out, struct span s, size_t n, uint32_t c)
{
  if (!n)
    buf_printf(out, "\\x%02x", (unsigned char)s.p[0]);
  else if (c != ' ' && (utf8_unseen(c) || !utf8_allowed(c) || c < ' '))
    buf_printf(out, "\\u{%x}", (unsigned)c);
  else if (c == '"' || c == '\\')
    buf_printf(out, "\\%c", (char)c);
  else
    buf_put(out, s.p, n);
}

void lint_words_put(struct buf *out, const struct lint_finding *f, size_t chars)
{
  struct span s = f->words;
  if (f->null) {
    buf_puts(out, "NULL");
    return;
  }
  buf_putc(out, '"');
  for (size_t i = 0; i < chars && s.n; i++) {
    uint32_t c = 0;
    size_t n = utf8_next(s, &c);
    char_put(out, s, n, c);
    s = span_from(s, n ? n : 1);
  }
  buf_puts(out, s.n ? "...\"" : "\"");
}
