#include "site/sort.h"

#include "text/url.h"

static const struct words {
  struct span parameter;
  const char *name, *link, *sentence;
} words[CATALOG_ORDERS] = {
    [CATALOG_BY_VELOCITY] = {{"velocity", 8}, N_("velocity"), N_("Velocity"), N_("fastest first")},
    [CATALOG_BY_MOVES] = {{"moves", 5}, N_("moves"), N_("Moves"), N_("most moves in 90 days first")},
    [CATALOG_BY_LATEST] = {{"latest", 6}, N_("latest release"), N_("Latest release"), N_("latest release first")},
    [CATALOG_BY_NAME] = {{"name", 4}, N_("name"), N_("Name"), N_("by name")}};

enum catalog_order sort_usual(const struct route *r)
{
  return r->forms & ROUTE_BY_NAME ? CATALOG_BY_NAME : CATALOG_BY_VELOCITY;
}

/* false: the query asks for no order that exists. */
static bool order_read(const struct target *t, const struct route *r, struct arena *a, enum catalog_order *out)
{
  if (!t->query.n || !(r->forms & ROUTE_SORTED))
    return false;
  struct span word = target_query(t, "sort", a);
  for (int i = 0; i < CATALOG_ORDERS; i++)
    if (span_eq(word, words[i].parameter)) {
      *out = (enum catalog_order)i;
      return true;
    }
  return false;
}

enum catalog_order sort_order(const struct target *t, const struct route *r, struct arena *a)
{
  enum catalog_order order = sort_usual(r);
  return order_read(t, r, a, &order) ? order : sort_usual(r);
}

struct span sort_key(const struct target *t, const struct route *r, struct arena *a)
{
  enum catalog_order order = sort_order(t, r, a);
  return order == sort_usual(r) ? SPAN("") : ARENA_JOIN(a, SPAN("&"), words[order].parameter);
}

static struct span pair_join(struct arena *a, struct span query, struct span pair)
{
  return query.n ? ARENA_JOIN(a, query, SPAN("&"), pair) : pair;
}

/* The parameters that are none of the given ones. */
static struct span others_join(struct arena *a, struct span query, struct span rest, bool sorts, bool pages)
{
  while (rest.p) {
    struct span pair = span_split(&rest, '&'), value = pair, key = span_split(&value, '=');
    if (!(sorts && span_eq(key, SPAN("sort"))) && !(pages && span_eq(key, SPAN("page"))))
      query = pair_join(a, query, pair);
  }
  return query;
}

bool sort_query_respell(const struct target *t, const struct route *r, struct arena *a, struct span *query)
{
  enum catalog_order order = CATALOG_BY_VELOCITY;
  struct span sort = SPAN(""), page = SPAN("");
  if (!t->query.n || !(r->forms & (ROUTE_SORTED | ROUTE_PAGED)))
    return false;
  bool sorts = order_read(t, r, a, &order) && url_query_find(t->query, SPAN("sort"), &sort);
  bool pages = (r->forms & ROUTE_PAGED) && url_query_find(t->query, SPAN("page"), &page);
  bool usual = sorts && order == sort_usual(r), first = pages && span_eq(target_query(t, "page", a), SPAN("1"));
  bool odd = sorts && !usual && (!span_eq(sort, words[order].parameter) || (pages && page.p < sort.p));
  if (!usual && !first && !odd)
    return false;
  *query = sorts && !usual ? ARENA_JOIN(a, SPAN("sort="), words[order].parameter) : SPAN("");
  if (pages && !first)
    *query = pair_join(a, *query, ARENA_JOIN(a, SPAN("page="), page));
  *query = others_join(a, *query, t->query, sorts, pages);
  return true;
}

bool sort_changed(const struct page *p)
{
  return p->order != p->usual_order;
}

void sort_plan(struct page *p)
{
  if (!sort_changed(p))
    return;
  p->noindex = true;
  page_parameter_add(p, "sort");
}

struct span sort_sentence(enum catalog_order order)
{
  return message_of(words[order].sentence);
}

struct span sort_name(enum catalog_order order)
{
  return message_of(words[order].name);
}

struct order_view *sort_links(struct page *p)
{
  struct order_view *v = ARENA_ARRAY(p->arena, CATALOG_ORDERS, struct order_view);
  for (int i = 0; i < CATALOG_ORDERS && v; i++) {
    struct span other = ARENA_JOIN(p->arena, p->canonical, SPAN("?sort="), words[i].parameter);
    v[i] = (struct order_view){.text = message_of(words[i].link),
                               .href = (enum catalog_order)i == p->usual_order ? p->canonical : other,
                               .current = (enum catalog_order)i == p->order};
  }
  return v;
}
