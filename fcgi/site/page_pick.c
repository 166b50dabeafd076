/* /compare?a=&b=&c=&d=: the picker.  With two or more known products it redirects to their comparison. */
#include <stdlib.h>

#include "site/jsonld.h"
#include "site/pages.h"
#include "site/picker.h"

#define POPULAR 5

struct pick_plan {
  struct picker picker;
  size_t given, known;
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
  if (c->known < 2 || c->known < c->given)
    return PLAN_OK;
  p->location = set_path(p, &c->picker);
  return PLAN_SEE_OTHER;
}

/* "Two of these names are not on our list: “foo” and “bar”." */
static struct span unknown_names(struct page *p, const struct pick_plan *c)
{
  static const char *const some[] = {"One of these names is not on our list: ", "Two of these names are not on our list: ",
                                     "Three of these names are not on our list: "};
  struct span names[PICKER_FIELDS];
  size_t n = 0;
  for (size_t i = 0; i < PICKER_FIELDS; i++)
    if (c->picker.fields[i].value.n && !c->picker.fields[i].known)
      names[n++] = ARENA_JOIN(p->arena, SPAN("“"), c->picker.fields[i].value, SPAN("”"));
  struct span begin = c->given == 1 ? SPAN("This name is not on our list: ")
                      : c->known    ? span_z(some[n - 1])
                                    : SPAN("None of these names is on our list: ");
  return ARENA_JOIN(p->arena, begin, sentences_join(p->arena, names, n, "and "), SPAN("."));
}

static struct span problem_of(struct page *p, const struct pick_plan *c)
{
  if (c->given == 0)
    return SPAN("");
  if (c->known < c->given)
    return unknown_names(p, c);
  return SPAN("One more product, and they can be compared.");
}

static void popular(struct page *p, const struct picker *k, struct pick_view *v)
{
  size_t n = k->n_options / 2 < POPULAR ? k->n_options / 2 : POPULAR;
  v->popular.v = ARENA_ARRAY(p->arena, n, struct link_view);
  for (size_t i = 0; i < n && v->popular.v; i++) {
    const struct facts *a = &k->options[2 * i].facts, *b = &k->options[2 * i + 1].facts;
    if (span_cmp(a->slug, b->slug) > 0) {
      const struct facts *swap = a;
      a = b;
      b = swap;
    }
    v->popular.v[v->popular.n++] =
        (struct link_view){arena_printf(p->arena, "%.*s vs %.*s", SPAN_ARG(a->name), SPAN_ARG(b->name)),
                           build_pair_path(p, a->slug, b->slug)};
  }
}

enum err build_pick(struct page *p)
{
  struct pick_plan *c = p->plan;
  struct pick_view *v = ARENA_NEW(p->arena, struct pick_view);
  struct jsonld j;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = SPAN("Compare products");
  v->lede = SPAN("Choose two to four products by name.");
  v->problem = problem_of(p, c);
  v->picker = picker_build(p, &c->picker);
  popular(p, &c->picker, v);
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = v->lede,
                                                .crumb = SPAN("Compare"),
                                                .representations = true});
  if (v->page) {
    jsonld_begin(&j, p, v->page);
    jsonld_web_page(&j, "WebPage");
    jsonld_breadcrumb(&j);
    v->page->json_ld = jsonld_end(&j);
  }
  p->view = v;
  return ERR_OK;
}
