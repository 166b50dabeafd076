#include <utf8proc.h>

#include "text/utf8.h"

#define CLUSTER_BYTES 64 /* the flag of a country's part has 28; who stacks more marks on a letter loses them */

/* The length of the character at s[at]; 0: there is none, or it is malformed. */
static size_t next_at(struct span s, size_t at, utf8proc_int32_t *c)
{
  utf8proc_ssize_t n = at < s.n ? utf8proc_iterate((const utf8proc_uint8_t *)s.p + at, (utf8proc_ssize_t)(s.n - at), c) : 0;
  return n > 0 ? (size_t)n : 0;
}

struct span utf8_cluster(struct span s)
{
  utf8proc_int32_t before, c, state = 0;
  size_t first = next_at(s, 0, &before), n = first, next;
  if (!first)
    return span_head(s, s.n ? 1 : 0);
  while (n < s.n && ((unsigned char)s.p[n] & 0x80) && (next = next_at(s, n, &c)) > 0) {
    if (utf8proc_grapheme_break_stateful(before, c, &state))
      return span_head(s, n);
    n += next;
    if (n > CLUSTER_BYTES)
      return span_head(s, first);
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
