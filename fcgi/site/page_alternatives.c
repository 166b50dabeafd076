/* /alternatives/{slug}: the products that share a sector with a product, ranked, 50 on a page. */
#include "site/alternatives.h"
#include "site/jsonld.h"
#include "site/listing.h"
#include "site/pages.h"

struct alternatives {
  struct planned_product product; /* with a CARD want */
  struct listing list;
  struct planned_product top[ALTERNATIVES_TOP]; /* only for a discontinued product, on every page of the list */
  size_t n_top;
};

static void plan_top(struct page *p, struct alternatives *a)
{
  uint32_t ordinals[ALTERNATIVES_TOP], n;
  if (a->product.member.facts.lifecycle != LIFECYCLE_DISCONTINUED)
    return;
  alternatives_take(p, &a->product, 0, ALTERNATIVES_TOP, ordinals, &n);
  for (uint32_t i = 0; i < n; i++)
    a->n_top += planned_product_fill_card(p, ordinals[i], &a->top[a->n_top]);
}

enum plan plan_alternatives(struct page *p, struct span param)
{
  struct alternatives *a = ARENA_NEW(p->arena, struct alternatives);
  uint32_t ordinals[LISTING_PAGE], n, total, first;
  unsigned number = target_page(p->target, p->arena);
  struct member m;
  enum plan result = page_product(p, param, &m);
  p->plan = a;
  if (result != PLAN_OK || !a)
    return result;
  p->canonical = build_path(p, "/alternatives/", m.facts.slug);
  if (!planned_product_fill(p, &m, &a->product))
    return PLAN_OK; /* memory ran out; the arena remembers it */
  a->product.member.want = page_want_product(p, &m, FRAGMENT_PROFILE, 0);
  first = number ? (number - 1) * LISTING_PAGE : 0;
  total = alternatives_take(p, &a->product, first, LISTING_PAGE, ordinals, &n);
  result = listing_page(p, total, &a->list);
  for (uint32_t i = 0; result == PLAN_OK && i < n; i++)
    listing_add(p, &a->list, ordinals[i], first + i + 1);
  plan_top(p, a);
  return result;
}

/* ---- build */

static struct span sectors_of(struct page *p, const struct planned_product *g)
{
  struct span names[PRODUCT_SECTORS_MAX];
  for (uint32_t i = 0; i < g->n_sectors; i++)
    names[i] = g->sectors[i].name;
  return sentences_join(p->arena, names, g->n_sectors, "or ");
}

static struct span intro_of(struct page *p, const struct alternatives *a)
{
  const struct facts *f = &a->product.member.facts;
  if (!a->product.n_sectors)
    return arena_printf(p->arena, "%.*s stands in no sector yet, so nothing can be named as its alternative.",
                        SPAN_ARG(f->name));
  if (!a->list.total)
    return arena_printf(p->arena, "No other product tracked here is in %.*s.", SPAN_ARG(sectors_of(p, &a->product)));
  return arena_printf(p->arena,
                      "%u other %s a sector with %.*s: %.*s. Ranked by velocity as of %.*s, which says how fast a product "
                      "ships, not how well it fits.",
                      a->list.total, a->list.total == 1 ? "product shares" : "products share", SPAN_ARG(f->name),
                      SPAN_ARG(sectors_of(p, &a->product)), SPAN_ARG(page_hour(p, p->pin.window_us)));
}

static void frame(struct page *p, const struct alternatives *a, struct alternatives_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view);
  struct jsonld j;
  if (!above)
    return;
  *above = (struct link_view){v->product->name, v->product->href};
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = v->intro,
                                                .crumbs = above,
                                                .n_crumbs = 1,
                                                .crumb = SPAN("Alternatives"),
                                                .representations = true});
  if (!v->page)
    return;
  listing_frame(v->page, v->pager);
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "CollectionPage");
  jsonld_breadcrumb(&j);
  jsonld_cards(&j, v->title, v->products.v, v->products.n);
  v->page->json_ld = jsonld_end(&j);
  (void)a;
}

enum err build_alternatives(struct page *p)
{
  struct alternatives *a = p->plan;
  struct alternatives_view *v = ARENA_NEW(p->arena, struct alternatives_view);
  const struct profile *f = page_value(p, a->product.member.want);
  const struct facts *facts = &a->product.member.facts;
  enum err e = build_check_published(f);
  if (e != ERR_OK)
    return e;
  if (!v || !(v->product = ARENA_NEW(p->arena, struct member_view)))
    return ERR_NO_MEMORY;
  page_member_refresh(&a->product.member, &f->facts);
  page_changed_at(p, facts->changed_us);
  alternatives_member(p, facts, 0, v->product);
  v->title = arena_printf(p->arena, "%.*s alternatives", SPAN_ARG(facts->name));
  v->intro = intro_of(p, a);
  v->ended = alternatives_ended(p, facts, a->top, a->n_top);
  v->products.v = listing_cards(p, &a->list);
  v->products.n = v->products.v ? a->list.n : 0;
  for (size_t i = 0; i < v->products.n; i++)
    alternatives_versus(p, facts, &v->products.v[i]);
  v->pager = listing_pager(p, &a->list);
  frame(p, a, v);
  p->view = v;
  return ERR_OK;
}
