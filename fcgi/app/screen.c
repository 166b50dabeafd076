#include "app/screen.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const styles[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31;1m"};

void screen_begin(struct screen *s)
{
  s->row = s->column = 0;
  if (s->filling)
    buf_puts(s->out, "\x1b[H");
}

static bool visible(const struct screen *s)
{
  return !s->rows || s->row < s->rows;
}

static bool is_continuation(char c)
{
  return ((unsigned char)c & 0xC0) == 0x80;
}

/* Writes at most the columns that are left. */
static void put(struct screen *s, enum screen_style style, struct span text)
{
  size_t n = 0;
  while (n < text.n && (is_continuation(text.p[n]) || s->column < s->columns)) {
    s->column += !is_continuation(text.p[n]);
    n++;
  }
  if (!n || !visible(s))
    return;
  bool styled = s->colour && style != SCREEN_PLAIN;
  if (styled)
    buf_puts(s->out, styles[style]);
  buf_put(s->out, text.p, n);
  if (styled)
    buf_puts(s->out, "\x1b[0m");
}

void screen_text(struct screen *s, enum screen_style style, const char *format, ...)
{
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  put(s, style, span_z(text));
}

void screen_foreign_cut(struct screen *s, enum screen_style style, struct span text, int columns)
{
  char shown[512];
  size_t n = 0;
  for (size_t i = 0; i < text.n && n + 4 < sizeof shown; i++) {
    unsigned char c = (unsigned char)text.p[i];
    if (c >= 0x20 && c < 0x7f)
      shown[n++] = (char)c;
    else
      n += (size_t)snprintf(shown + n, sizeof shown - n, "%%%02X", c);
  }
  put(s, style, span_head(span_of(shown, n), columns > 0 ? (size_t)columns : 0));
}

void screen_foreign(struct screen *s, enum screen_style style, struct span text)
{
  screen_foreign_cut(s, style, text, s->columns);
}

void screen_to(struct screen *s, int column)
{
  while (s->column < column && s->column < s->columns)
    put(s, SCREEN_PLAIN, SPAN(" "));
}

/* Without a newline after the last row, which would scroll the screen. */
void screen_line(struct screen *s)
{
  if (visible(s)) {
    if (s->filling)
      buf_puts(s->out, "\x1b[K");
    if (!s->filling)
      buf_putc(s->out, '\n');
    else if (s->row + 1 < s->rows)
      buf_puts(s->out, "\r\n");
  }
  s->row++;
  s->column = 0;
}

int screen_rows_left(const struct screen *s)
{
  return s->rows ? s->rows - s->row : INT_MAX;
}

void screen_end(struct screen *s)
{
  if (s->filling && screen_rows_left(s) > 0)
    buf_puts(s->out, "\x1b[J");
}

static void repeat(struct buf *out, const char *mark, int n)
{
  while (n-- > 0)
    buf_puts(out, mark);
}

static void put_buf(struct screen *s, enum screen_style style, struct buf *text)
{
  put(s, style, buf_view(text));
  buf_free(text);
}

void screen_bar(struct screen *s, enum screen_style style, double share, int width)
{
  struct buf full = BUF_INIT, rest = BUF_INIT;
  int filled = (int)(share * width + 0.5);
  repeat(&full, s->unicode ? "█" : "#", filled);
  repeat(&rest, s->unicode ? "░" : ".", width - filled);
  put_buf(s, style, &full);
  put_buf(s, SCREEN_DIM, &rest);
}

void screen_chart(struct screen *s, enum screen_style style, const double *v, int n, int width)
{
  static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const char *const marks[] = {"_", ".", "-", "=", "+", "*", "%", "#"};
  struct buf text = BUF_INIT;
  double most = 0;
  int from = n > width ? n - width : 0;
  for (int i = from; i < n; i++)
    most = v[i] > most ? v[i] : most;
  repeat(&text, " ", width - (n - from));
  for (int i = from; i < n; i++)
    buf_puts(&text, (s->unicode ? blocks : marks)[most > 0 ? (int)(v[i] / most * 7 + 0.5) : 0]);
  put_buf(s, style, &text);
}
