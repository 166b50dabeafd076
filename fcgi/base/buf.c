#include "base/buf.h"

#include <stdlib.h>

#include "base/format.h"

void buf_free(struct buf *b)
{
  free(b->p);
  *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
  b->n = 0;
  b->failed = false;
}

bool buf_reserve(struct buf *b, size_t more)
{
  if (b->failed)
    return false;
  if (more > SIZE_MAX / 2 - b->n || (b->max && b->n + more > b->max)) {
    b->failed = true;
    return false;
  }
  if (b->n + more <= b->cap)
    return true;
  size_t cap = b->cap ? b->cap * 2 : 256;
  if (cap < b->n + more)
    cap = b->n + more;
  if (b->max && cap > b->max) /* writers compare with cap, so cap must not exceed max */
    cap = b->max;
  char *p = realloc(b->p, cap);
  if (!p) {
    b->failed = true;
    return false;
  }
  b->p = p;
  b->cap = cap;
  return true;
}

void buf_put_slow(struct buf *b, const void *p, size_t n)
{
  if (!buf_reserve(b, n))
    return;
  memcpy(b->p + b->n, p, n);
  b->n += n;
}

void buf_span(struct buf *b, struct span s)
{
  buf_put(b, s.p, s.n);
}

void buf_puts(struct buf *b, const char *z)
{
  buf_put(b, z, strlen(z));
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
  va_list again;
  va_copy(again, args);
  int n = b->failed ? 0 : format_write(b->p ? b->p + b->n : NULL, b->cap - b->n, format, args);
  bool fits = (size_t)n < b->cap - b->n;
  if (n < 0)
    b->failed = true;
  else if (buf_reserve(b, (size_t)n + 1)) {
    if (!fits)
      format_write(b->p + b->n, (size_t)n + 1, format, again);
    b->n += (size_t)n;
  }
  va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  buf_vprintf(b, format, args);
  va_end(args);
}

void buf_uint(struct buf *b, uint64_t v)
{
  char digits[20];
  size_t at = sizeof digits;
  do
    digits[--at] = (char)('0' + v % 10);
  while (v /= 10);
  buf_put(b, digits + at, sizeof digits - at);
}

void buf_int(struct buf *b, int64_t v)
{
  if (v < 0)
    buf_putc(b, '-');
  buf_uint(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_truncate(struct buf *b, size_t n)
{
  if (n < b->n)
    b->n = n;
}

const char *buf_z(struct buf *b)
{
  if (b->failed || !buf_reserve(b, 1))
    return "";
  b->p[b->n] = 0;
  return b->p;
}
