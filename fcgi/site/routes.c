#include "site/routes.h"

#include "site/pages.h"

#define CONTENT (ROUTE_HTML | ROUTE_JSON | ROUTE_MD)

#define ROUTE_ROW(name, pattern, forms, shape, template, type)                                                         \
  {pattern, template, forms, shape, plan_##name, build_##name, type},
static const struct route routes[] = {PAGES_LIST(ROUTE_ROW)};
#define ROUTES (sizeof routes / sizeof *routes)

static unsigned form_flag(enum form f)
{
  static const unsigned flags[] = {ROUTE_HTML, ROUTE_JSON, ROUTE_MD, ROUTE_ATOM, ROUTE_OTHER};
  return flags[f];
}

/* Is it one segment, or two with `between` in the middle?  between is empty for one. */
static bool segments_match(struct span param, struct span between)
{
  size_t first = span_find(param, '/');
  if (!between.n)
    return first == param.n;
  struct span rest = span_from(param, first);
  struct span second = span_from(rest, between.n);
  return first && span_starts(rest, between) && second.n && span_find(second, '/') == second.n;
}

/* True when the path matches the pattern; *param is what the placeholders matched, from the first to the last. */
static bool pattern_matches(const char *pattern, struct span path, struct span *param)
{
  const char *first = strchr(pattern, '{'), *last = strrchr(pattern, '{');
  *param = span_of(NULL, 0);
  if (!first)
    return span_eq(path, span_z(pattern));
  struct span head = span_of(pattern, (size_t)(first - pattern)), tail = span_z(strchr(last, '}') + 1);
  if (path.n < head.n + tail.n + 1 || !span_starts(path, head) || !span_ends(path, tail))
    return false;
  *param = span_of(path.p + head.n, path.n - head.n - tail.n);
  if (first[1] == '/')
    return true;
  return segments_match(*param, last > first ? span_of(first + 2, (size_t)(last - first) - 2) : SPAN(""));
}

const struct route *route_find(const struct target *t, struct span *param)
{
  struct span path = t->form == FORM_OTHER ? t->path : t->stem;
  for (size_t i = 0; i < ROUTES; i++)
    if ((routes[i].forms & form_flag(t->form)) && pattern_matches(routes[i].pattern, path, param))
      return &routes[i];
  return NULL;
}

unsigned route_number(const struct route *r)
{
  return (unsigned)(r - routes) + 1;
}

size_t route_count(void)
{
  return ROUTES;
}

const struct route *route_at(size_t i)
{
  return &routes[i];
}
