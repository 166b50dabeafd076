#include "site/since.h"

#include "text/url.h"

#define DAY_BYTES 10 /* "2026-06-01" */

struct span since_iso(struct arena *a, int64_t us)
{
  char text[CLOCK_ISO_MAX];
  clock_iso(text, us, 0);
  return arena_copy(a, span_of(text, DAY_BYTES));
}

struct since_parameter since_read(const struct target *t, const struct route *r, int64_t now_us, struct arena *a)
{
  struct since_parameter s = {SINCE_NONE, CLOCK_NEVER};
  struct span value;
  if (!(r->forms & ROUTE_SINCE) || !url_query_find(t->query, SPAN("since"), &value))
    return s;
  value = target_query(t, "since", a);
  bool day = value.n == DAY_BYTES && clock_parse(value, &s.us) && s.us <= now_us;
  s.state = day ? SINCE_DAY : SINCE_REFUSED;
  return s;
}

struct span since_key(const struct since_parameter *s, struct arena *a)
{
  if (s->state == SINCE_DAY)
    return ARENA_JOIN(a, SPAN("&since="), since_iso(a, s->us));
  return s->state == SINCE_REFUSED ? SPAN("&since=") : SPAN("");
}

bool since_query_respell(const struct since_parameter *s, const struct route *r, struct span in, struct arena *a,
                         struct span *query)
{
  struct span value, page;
  if (s->state != SINCE_DAY || !url_query_find(in, SPAN("since"), &value))
    return false;
  struct span day = since_iso(a, s->us);
  bool late = (r->forms & ROUTE_PAGED) && url_query_find(in, SPAN("page"), &page) && page.p < value.p;
  if (span_eq(value, day) && !late)
    return false;
  struct span out = ARENA_JOIN(a, SPAN("since="), day);
  while (in.p) {
    struct span pair = span_split(&in, '&'), rest = pair, key = span_split(&rest, '=');
    if (!span_eq(key, SPAN("since")))
      out = ARENA_JOIN(a, out, SPAN("&"), pair);
  }
  *query = out;
  return true;
}

void since_plan(struct page *p)
{
  if (p->since.state == SINCE_NONE)
    return;
  p->noindex = true;
  if (p->since.state != SINCE_DAY)
    return;
  p->parameters = ARENA_JOIN(p->arena, p->parameters, p->parameters.n ? SPAN("&since=") : SPAN("?since="),
                             since_iso(p->arena, p->since.us));
  page_changed_at(p, p->since.us); /* until this day began, the same address was refused */
}

bool since_new(const struct page *p, int64_t us)
{
  return p->since.state == SINCE_DAY && us != CLOCK_NEVER && us >= p->since.us;
}

struct span since_day(struct page *p)
{
  return p->since.state == SINCE_DAY ? page_day(p, p->since.us) : SPAN("");
}
