#include "text/pack.h"

void pack_uint(struct buf *b, uint64_t v)
{
  for (; v >= 0x80; v >>= 7)
    buf_putc(b, (char)(v | 0x80));
  buf_putc(b, (char)v);
}

void pack_int(struct buf *b, int64_t v)
{
  pack_uint(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

void pack_fixed(struct buf *b, uint64_t v)
{
  v = htole64(v);
  buf_put(b, &v, sizeof v);
}

void pack_span(struct buf *b, struct span s)
{
  pack_uint(b, s.n);
  buf_span(b, s);
}

uint64_t unpack_uint_long(struct unpack *u)
{
  const unsigned char *at = (const unsigned char *)u->rest.p, *end = at + u->rest.n;
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
    v |= (uint64_t)(*at & 0x7f) << shift;
    if (!(*at++ & 0x80)) {
      u->rest = span_of((const char *)at, (size_t)(end - at));
      return v;
    }
  }
  u->failed = true;
  u->rest.n = 0;
  return 0;
}

int64_t unpack_int(struct unpack *u)
{
  uint64_t v = unpack_uint(u);
  return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

struct span unpack_span(struct unpack *u)
{
  uint64_t n = unpack_uint(u);
  if (n > u->rest.n) {
    u->failed = true;
    u->rest.n = 0;
    return span_of(NULL, 0);
  }
  struct span s = span_head(u->rest, (size_t)n);
  u->rest = span_from(u->rest, (size_t)n);
  return s;
}

size_t unpack_count(struct unpack *u, size_t least)
{
  uint64_t n = unpack_uint(u);
  if (least && n > u->rest.n / least) {
    u->failed = true;
    return 0;
  }
  return (size_t)n;
}
