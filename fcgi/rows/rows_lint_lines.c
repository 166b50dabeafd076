#include "rows/rows_lint_lines.h"

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

/* Control characters and bytes outside ASCII are written as \xNN. */
static void value_print(FILE *out, struct span value)
{
  fputc('"', out);
  for (size_t i = 0; i < value.n && i < 80; i++) {
    unsigned char c = (unsigned char)value.p[i];
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
      fprintf(out, "\\x%02x", c);
    else
      fputc(c, out);
  }
  fputs(value.n > 80 ? "...\"" : "\"", out);
}

void lint_line(struct lint *l, struct span table, uint64_t id, const struct db_rows *rows, unsigned column,
               const char *meaning)
{
  fprintf(l->out, "site_%.*s id %llu: ", SPAN_ARG(table), (unsigned long long)id);
  if (db_null(rows, column))
    fputs("NULL", l->out);
  else
    value_print(l->out, db_text(rows, column));
  fprintf(l->out, ": %s\n", meaning);
}

void lint_more(struct lint *l, size_t n)
{
  if (n > LINT_LINES_MOST)
    fprintf(l->out, "  and %zu more like it\n", n - LINT_LINES_MOST);
}
