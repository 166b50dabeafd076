#include "base/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct sink {
  char *p;
  size_t cap, n; /* n: bytes needed so far, written or not */
};

static void put(struct sink *s, const char *from, size_t n)
{
  if (s->n < s->cap)
    memcpy(s->p + s->n, from, n < s->cap - s->n ? n : s->cap - s->n);
  s->n += n;
}

static void put_number(struct sink *s, uint64_t v, bool negative, int width, unsigned base)
{
  char digits[24];
  size_t at = sizeof digits;
  do
    digits[--at] = "0123456789abcdef"[v % base];
  while (v /= base);
  while ((int)(sizeof digits - at) + negative < width)
    digits[--at] = '0';
  if (negative)
    digits[--at] = '-';
  put(s, digits + at, sizeof digits - at);
}

static uint64_t magnitude(int64_t v)
{
  return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

enum size { SIZE_INT, SIZE_LONG, SIZE_LONG_LONG, SIZE_Z };

static enum size take_size(const char **at)
{
  if (**at == 'z') {
    ++*at;
    return SIZE_Z;
  }
  int longs = 0;
  for (; **at == 'l' && longs < 2; ++*at)
    longs++;
  return longs == 2 ? SIZE_LONG_LONG : longs ? SIZE_LONG : SIZE_INT;
}

/* One directive after its "%".  false: the fast path does not handle it. */
static bool directive(struct sink *s, const char **at, va_list *args)
{
  int width = 0;
  if (strncmp(*at, ".*s", 3) == 0) {
    int n = va_arg(*args, int);
    const char *text = va_arg(*args, const char *);
    put(s, text, n > 0 ? strnlen(text, (size_t)n) : 0);
    *at += 3;
    return true;
  }
  if ((*at)[0] == '0' && (*at)[1] >= '1' && (*at)[1] <= '9') {
    width = (*at)[1] - '0';
    *at += 2;
    if (**at >= '0' && **at <= '9' && width == 1)
      width = 10 + *(*at)++ - '0';
  }
  enum size size = take_size(at);
  char kind = *(*at)++;
  if (kind == 'd') {
    int64_t v = size == SIZE_INT ? va_arg(*args, int) : size == SIZE_LONG ? va_arg(*args, long) : va_arg(*args, long long);
    put_number(s, magnitude(v), v < 0, width, 10);
    return size != SIZE_Z;
  }
  if (kind == 'u' || kind == 'x') {
    uint64_t v = size == SIZE_INT ? va_arg(*args, unsigned)
                 : size == SIZE_LONG ? va_arg(*args, unsigned long)
                 : size == SIZE_Z    ? va_arg(*args, size_t)
                                     : va_arg(*args, unsigned long long);
    put_number(s, v, false, width, kind == 'x' ? 16 : 10);
    return true;
  }
  if (size != SIZE_INT || width)
    return false;
  if (kind == 's') {
    const char *text = va_arg(*args, const char *);
    put(s, text, strlen(text));
    return true;
  }
  char c = kind == 'c' ? (char)va_arg(*args, int) : '%';
  put(s, &c, 1);
  return kind == 'c' || kind == '%';
}

static bool write_fast(struct sink *s, const char *format, va_list *args)
{
  for (const char *at = format; *at;) {
    const char *percent = strchrnul(at, '%');
    put(s, at, (size_t)(percent - at));
    if (!*percent)
      break;
    at = percent + 1;
    if (!directive(s, &at, args))
      return false;
  }
  if (s->cap)
    s->p[s->n < s->cap ? s->n : s->cap - 1] = 0;
  return true;
}

int format_write(char *out, size_t cap, const char *format, va_list args)
{
  struct sink s = {out, cap, 0};
  va_list again;
  va_copy(again, args);
  bool done = write_fast(&s, format, &again);
  va_end(again);
  return done && s.n < INT32_MAX ? (int)s.n : vsnprintf(out, cap, format, args);
}

int format_print(char *out, size_t cap, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int n = format_write(out, cap, format, args);
  va_end(args);
  return n;
}
