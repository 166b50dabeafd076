#include <utf8proc.h>

#include "text/utf8.h"

#define CLUSTER_BYTES 64 /* the flag of a country's part has 28; who stacks more marks on a letter loses them */

struct span utf8_cluster(struct span s)
{
  uint32_t before, c;
  utf8proc_int32_t state = 0;
  size_t n = utf8_next(s, &before), whole = n, next;
  if (!n)
    return span_head(s, s.n ? 1 : 0);
  while (n < s.n && ((unsigned char)s.p[n] & 0x80) && (next = utf8_next(span_from(s, n), &c)) > 0) {
    if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
      return span_head(s, n);
    n += next;
    if (n > CLUSTER_BYTES)
      return span_head(s, whole);
    before = c;
  }
  return span_head(s, n);
}

size_t utf8_cluster_begin(struct span s, size_t at)
{
  size_t from = at, begin;
  if (at >= s.n || !((unsigned char)s.p[at] & 0x80))
    return at;
  while (from && ((unsigned char)s.p[from] & 0x80))
    from--;
  for (begin = from; from <= at; from += utf8_cluster(span_from(s, from)).n)
    begin = from;
  return begin;
}
