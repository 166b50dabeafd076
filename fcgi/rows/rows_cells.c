#include "rows/rows_cells.h"

#include "text/address.h"
#include "text/bidi.h"
#include "text/utf8.h"

struct span rows_cell(struct arena *arena, const struct db_rows *rows, unsigned column)
{
  return utf8_clean(arena, arena_copy(arena, db_text(rows, column)));
}

/* Bytes of the line end or tab at the beginning of s: LF, tab, U+2028, U+2029. */
static size_t separator_bytes(struct span s)
{
  if (s.n && (s.p[0] == '\n' || s.p[0] == '\t'))
    return 1;
  return span_starts(s, SPAN("\xE2\x80\xA8")) || span_starts(s, SPAN("\xE2\x80\xA9")) ? 3 : 0;
}

static size_t line_bytes(struct span s)
{
  size_t n = 0;
  while (n < s.n && !separator_bytes(span_from(s, n)))
    n++;
  return n;
}

/* A separator in a line becomes a blank: it would end the isolate of the value. */
static struct span on_one_line(struct arena *arena, struct span s)
{
  struct buf out = BUF_INIT;
  if (line_bytes(s) == s.n)
    return s;
  while (s.n) {
    size_t n = line_bytes(s);
    buf_put(&out, s.p, n);
    s = span_from(s, n);
    if (s.n)
      buf_putc(&out, ' ');
    s = span_from(s, separator_bytes(s));
  }
  return arena_take(arena, &out);
}

static struct span line_of(struct arena *arena, struct span clean)
{
  struct span line = utf8_trim(clean);
  return utf8_is_blank(line) ? SPAN("") : on_one_line(arena, line);
}

struct span rows_line(struct arena *arena, const struct db_rows *rows, unsigned column)
{
  return bidi_isolated(arena, line_of(arena, rows_cell(arena, rows, column)));
}

struct span rows_line_cut(struct arena *arena, const struct db_rows *rows, unsigned column, size_t chars)
{
  return bidi_isolated(arena, utf8_cut(line_of(arena, rows_cell(arena, rows, column)), chars));
}

struct span rows_text(struct arena *arena, struct span clean, size_t chars)
{
  struct span line = utf8_trim(clean);
  bool longer = clean.n > chars && utf8_count(clean) > chars;
  return utf8_is_blank(line) ? SPAN("") : bidi_isolated(arena, longer ? bidi_shortened(arena, clean, chars) : line);
}

struct span rows_address(struct arena *arena, const struct db_rows *rows, unsigned column)
{
  struct span typed = rows_cell(arena, rows, column);
  return address_is_web(typed) ? address_completed(arena, typed) : bidi_isolated(arena, line_of(arena, typed));
}

struct span rows_name(struct arena *arena, const struct db_rows *rows, unsigned column, struct span slug)
{
  struct span name = rows_line(arena, rows, column);
  return name.n ? name : slug;
}
