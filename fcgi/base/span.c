#include "base/span.h"

size_t span_find_span(struct span s, struct span what)
{
  if (what.n == 0)
    return 0;
  for (size_t i = 0; i + what.n <= s.n; i++) {
    const char *at = memchr(s.p + i, what.p[0], s.n - i - what.n + 1);
    if (!at)
      return s.n;
    i = (size_t)(at - s.p);
    if (memcmp(at, what.p, what.n) == 0)
      return i;
  }
  return s.n;
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
  while (s.n && is_space(s.p[0]))
    s.p++, s.n--;
  while (s.n && is_space(s.p[s.n - 1]))
    s.n--;
  return s;
}

struct span span_split(struct span *rest, char sep)
{
  size_t at = span_find(*rest, sep);
  struct span head = {rest->p, at};
  *rest = at < rest->n ? (struct span){rest->p + at + 1, rest->n - at - 1} : (struct span){NULL, 0};
  return head;
}
