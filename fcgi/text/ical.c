#include "text/ical.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct line {
  struct buf *out;
  size_t n; /* bytes since the last line break */
};

/* Writes bytes that must stay on one line: a character, or an escape sequence. */
static void put(struct line *l, const char *p, size_t n)
{
  if (l->n + n > ICAL_LINE) {
    buf_puts(l->out, "\r\n ");
    l->n = 1;
  }
  buf_put(l->out, p, n);
  l->n += n;
}

/* The bytes of the character that begins at `at`. */
static size_t char_bytes(struct span s, size_t at)
{
  size_t n = 1;
  while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xC0) == 0x80 && n < 4)
    n++;
  return n;
}

static bool is_control(char c)
{
  return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7F;
}

static const char *escape_of(char c)
{
  return c == '\\' ? "\\\\" : c == ';' ? "\\;" : c == ',' ? "\\," : c == '\n' ? "\\n" : NULL;
}

static void write(struct buf *out, const char *name, struct span value, bool text)
{
  struct line l = {out, 0};
  put(&l, name, strlen(name));
  put(&l, ":", 1);
  for (size_t i = 0, n; i < value.n; i += n) {
    const char *escape = text ? escape_of(value.p[i]) : NULL;
    n = char_bytes(value, i);
    if (escape)
      put(&l, escape, 2);
    else if (!is_control(value.p[i]))
      put(&l, value.p + i, n);
  }
  buf_puts(out, "\r\n");
}

void ical_line(struct buf *out, const char *name, struct span value)
{
  write(out, name, value, false);
}

void ical_text(struct buf *out, const char *name, struct span value)
{
  write(out, name, value, true);
}

void ical_date(struct buf *out, const char *name, int64_t us)
{
  struct clock_civil c = clock_split(us);
  char text[32];
  int n = snprintf(text, sizeof text, "%04d%02d%02d", c.year % 10000, c.month, c.day);
  write(out, name, span_of(text, (size_t)n), false);
}

void ical_time(struct buf *out, const char *name, int64_t us)
{
  struct clock_civil c = clock_split(us);
  char text[48];
  int n = snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", c.year % 10000, c.month, c.day, c.hour, c.minute, c.second);
  write(out, name, span_of(text, (size_t)n), false);
}
