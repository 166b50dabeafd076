/* /compare?a=&b=&c=&d=: the picker.  With two or more known products it redirects to their comparison. */
#include <stdlib.h>

#include "site/alternatives.h"
#include "site/jsonld.h"
#include "site/page_compare.h"
#include "site/page_request.h"
#include "site/pages.h"
#include "site/picker.h"

#define POPULAR PAGE_POPULAR
#define POPULAR_SCAN 50 /* ranked products for which a close one is searched */

struct pick_plan {
  struct picker picker;
  size_t given, known;
  struct facts popular[POPULAR][2]; /* leaders, each with its first alternative */
  uint32_t popular_ordinals[2 * POPULAR];
  size_t n_popular;
};

static int slug_cmp(const void *a, const void *b)
{
  return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static struct span set_path(struct page *p, const struct picker *k)
{
  struct span slugs[PICKER_FIELDS];
  size_t n = 0;
  for (size_t i = 0; i < k->n_fields; i++) {
    size_t at = 0;
    while (at < n && k->fields[i].known && !span_eq(slugs[at], k->fields[i].member.facts.slug))
      at++;
    if (k->fields[i].known && at == n)
      slugs[n++] = k->fields[i].member.facts.slug;
  }
  if (n == 1)
    return build_path(p, "/products/", slugs[0]);
  qsort(slugs, n, sizeof *slugs, slug_cmp);
  return build_set_path(p, slugs, n);
}

static bool is_popular(const struct pick_plan *c, uint32_t ordinal)
{
  for (size_t i = 0; i < 2 * c->n_popular; i++)
    if (c->popular_ordinals[i] == ordinal)
      return true;
  return false;
}

static void popular_add(struct page *p, struct pick_plan *c, uint32_t ordinal, uint32_t other)
{
  struct member a, b;
  if (!page_member(p, ordinal, &a) || !page_member(p, other, &b))
    return;
  bool swap = span_cmp(a.facts.slug, b.facts.slug) > 0;
  c->popular_ordinals[2 * c->n_popular] = ordinal;
  c->popular_ordinals[2 * c->n_popular + 1] = other;
  c->popular[c->n_popular][swap] = a.facts;
  c->popular[c->n_popular++][!swap] = b.facts;
}

/* The pairs depend on nothing but the publication.  Without the last ones the lists of several leaders would be searched for each
 * page. */
static bool popular_take(struct page *p, struct pick_plan *c)
{
  const struct page_popular *last = p->site->popular;
  if (p->preview || last->publication != p->pin.publication)
    return false;
  for (size_t i = 0; i < last->n; i++)
    popular_add(p, c, last->ordinals[2 * i], last->ordinals[2 * i + 1]);
  return true;
}

static void popular_keep(struct page *p, const struct pick_plan *c)
{
  if (p->preview)
    return;
  p->site->popular->publication = p->pin.publication;
  p->site->popular->n = c->n_popular;
  memcpy(p->site->popular->ordinals, c->popular_ordinals, sizeof c->popular_ordinals);
}

/* Each product appears once, so that the suggestions differ. */
static void popular_plan(struct page *p, struct pick_plan *c)
{
  if (popular_take(p, c))
    return;
  struct catalog_list ranking = catalog_ranking(&p->pin);
  struct alternatives_list list;
  struct facts f;
  for (uint32_t i = 0; i < ranking.n && i < POPULAR_SCAN && c->n_popular < POPULAR; i++) {
    if (is_popular(c, ranking.ordinals[i]) || !catalog_facts(&p->pin, ranking.ordinals[i], &f))
      continue;
    alternatives_search(&p->pin, &f, &list);
    size_t at = 0;
    while (at < list.n && is_popular(c, list.ordinals[at]))
      at++;
    if (at < list.n)
      popular_add(p, c, ranking.ordinals[i], list.ordinals[at]);
  }
  popular_keep(p, c);
}

/* ?from=kafka-vs-nats: the form that changes a set begins with its products.  They are not counted as given, so the answer
 * is not a redirect back to the set. */
static void set_remember(struct page *p, struct picker *k)
{
  struct compare *set = ARENA_NEW(p->arena, struct compare);
  struct span slugs = target_query(p->target, "from", p->arena);
  if (!slugs.n || !set || compare_parse(p, slugs, set) != PLAN_OK)
    return;
  page_parameter_add(p, "from");
  for (size_t i = 0; i < set->n && i < k->n_fields; i++)
    k->fields[i] = (struct pick){.value = set->set[i].member.facts.slug, .known = true, .member = set->set[i].member};
}

enum plan plan_pick(struct page *p, struct span param)
{
  struct pick_plan *c = ARENA_NEW(p->arena, struct pick_plan);
  (void)param;
  p->canonical = SPAN("/compare");
  p->plan = c;
  if (!c)
    return PLAN_OK;
  picker_plan(p, PICKER_FIELDS, &c->picker);
  picker_fill(p, &c->picker);
  for (size_t i = 0; i < PICKER_FIELDS; i++) {
    c->given += c->picker.fields[i].value.n > 0;
    c->known += c->picker.fields[i].known;
  }
  if (c->known < 2 || c->known < c->given) {
    if (!c->given)
      set_remember(p, &c->picker);
    popular_plan(p, c);
    return PLAN_OK;
  }
  p->location = set_path(p, &c->picker);
  return PLAN_SEE_OTHER;
}

static struct span unknown_names(struct page *p, const struct pick_plan *c)
{
  struct span names[PICKER_FIELDS];
  size_t n = 0;
  for (size_t i = 0; i < PICKER_FIELDS; i++)
    if (c->picker.fields[i].value.n && !c->picker.fields[i].known)
      names[n++] = c->picker.fields[i].value;
  return picker_unknown(p, names, n, c->given);
}

static struct span problem_of(struct page *p, const struct pick_plan *c)
{
  if (c->given == 0)
    return SPAN("");
  if (c->known < c->given)
    return unknown_names(p, c);
  return _("One more product, and they can be compared.");
}

static void popular(struct page *p, const struct pick_plan *c, struct pick_view *v)
{
  v->popular.v = ARENA_ARRAY(p->arena, c->n_popular, struct link_view);
  for (size_t i = 0; i < c->n_popular && v->popular.v; i++) {
    const struct facts *a = &c->popular[i][0], *b = &c->popular[i][1];
    v->popular.v[v->popular.n++] = (struct link_view){.text = SAY(p->arena, _("%1$s vs %2$s"), a->name, b->name),
                                                      .href = build_pair_path(p, a->slug, b->slug)};
  }
}

enum err build_pick(struct page *p)
{
  struct pick_plan *c = p->plan;
  struct pick_view *v = ARENA_NEW(p->arena, struct pick_view);
  struct jsonld j;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("Compare products");
  v->lede = _("Choose two to four products by name.");
  v->problem = problem_of(p, c);
  v->picker = picker_build(p, &c->picker);
  popular(p, c, v);
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = v->lede,
                                                .crumb = _("Compare"),
                                                .representations = true});
  if (v->page && page_is_html(p)) {
    jsonld_begin(&j, p, v->page);
    jsonld_web_page(&j, "WebPage");
    jsonld_breadcrumb(&j);
    v->page->json_ld = jsonld_end(&j);
  }
  p->view = v;
  return ERR_OK;
}
