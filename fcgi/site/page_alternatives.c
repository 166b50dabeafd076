/* /alternatives/{slug}: picks and products close to a product, then those that share a sector with it, 50 on a page. */
#include "site/alternatives.h"
#include "site/jsonld.h"
#include "site/link_words.h"
#include "site/listing.h"
#include "site/pages.h"

struct alternatives {
  struct planned_product product; /* with a PROFILE want */
  struct listing list;
  struct planned_product top[ALTERNATIVES_TOP]; /* on every page of the list, for the notice */
  size_t n_top, n_picks, n_first; /* n_first: picks and close ones */
};

enum plan plan_alternatives(struct page *p, struct span param)
{
  struct alternatives *a = ARENA_NEW(p->arena, struct alternatives);
  uint32_t ordinals[LISTING_PAGE], n, total, first;
  unsigned number = target_page(p->target, p->arena);
  struct alternatives_list list;
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
  alternatives_find(p, &a->product, &list);
  total = alternatives_take(p, &a->product, &list, first, LISTING_PAGE, ordinals, &n);
  result = listing_page(p, total, &a->list);
  for (uint32_t i = 0; result == PLAN_OK && i < n; i++)
    listing_add(p, &a->list, ordinals[i], first + i + 1);
  a->n_first = list.n;
  a->n_top = alternatives_plan_cards(p, &list, ALTERNATIVES_TOP, false, a->top);
  a->n_picks = list.n_picks;
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

/* "1 alternative to Kafka picked by the editors, then 4 products close to it by shared sectors and themes, closest first." */
static struct span first_of(struct page *p, const struct alternatives *a)
{
  unsigned picks = (unsigned)a->n_picks, close = (unsigned)(a->n_first - a->n_picks);
  struct span name = a->product.member.facts.name, to = picks ? SPAN("it") : name, parts[2];
  size_t n = 0;
  if (picks)
    parts[n++] = arena_printf(p->arena, "%u alternative%s to %.*s picked by the editors", picks, picks == 1 ? "" : "s",
                              SPAN_ARG(name));
  if (close)
    parts[n++] = arena_printf(p->arena, "%u product%s close to %.*s by shared sectors and themes%s", close, close == 1 ? "" : "s",
                              SPAN_ARG(to), close == 1 ? "" : ", closest first");
  if (!n)
    return SPAN("");
  return sentences_stop(p->arena, n == 1 ? parts[0] : ARENA_JOIN(p->arena, parts[0], SPAN(", then "), parts[1]));
}

/* "14 more share only a sector with it (DevOps) and are ranked by velocity, which says …" */
static struct span others_of(struct page *p, const struct alternatives *a)
{
  unsigned others = a->list.total - (unsigned)a->n_first;
  struct span name = a->n_first ? SPAN("it") : a->product.member.facts.name, sectors = sectors_of(p, &a->product);
  struct span count = arena_printf(p->arena, "%u %s", others, a->n_first ? "more" : others == 1 ? "product" : "products");
  if (others < 2)
    return others ? ARENA_JOIN(p->arena, count, a->n_first ? SPAN(" shares only a sector with ") : SPAN(" shares a sector with "),
                               name, SPAN(" ("), sectors, SPAN(")."))
                  : SPAN("");
  return ARENA_JOIN(p->arena, count, a->n_first ? SPAN(" share only a sector with ") : SPAN(" share a sector with "), name,
                    SPAN(" ("), sectors,
                    SPAN(") and are ranked by velocity, which says how often a product ships, not how well it fits."));
}

static struct span intro_of(struct page *p, const struct alternatives *a)
{
  struct span name = a->product.member.facts.name;
  if (!a->product.n_sectors && !a->list.total)
    return ARENA_JOIN(p->arena, name, SPAN(" is in no sector yet, so nothing can be named as its alternative."));
  if (!a->list.total)
    return sentences_stop(p->arena, ARENA_JOIN(p->arena, SPAN("No other product tracked here is in "), sectors_of(p, &a->product)));
  struct span first = first_of(p, a), others = others_of(p, a);
  return ARENA_JOIN(p->arena, first, first.n && others.n ? SPAN(" ") : SPAN(""), others, SPAN(" Scores are as of "),
                    page_hour(p, p->pin.window_us), SPAN("."));
}

/* Divides the cards of this page into picks and close products, and others. */
static void fill_cards(struct page *p, struct alternatives *a, const struct profile *f, struct alternatives_view *v)
{
  struct card_view *cards = listing_cards(p, &a->list);
  struct alternatives_named named = alternatives_name(&a->product, a->top, a->n_top, a->n_picks);
  size_t n = cards ? a->list.n : 0, close = a->n_first > a->list.first ? a->n_first - a->list.first : 0;
  close = close < n ? close : n;
  for (size_t i = 0; i < n; i++) {
    cards[i].reason = alternatives_reason(f, &a->list.cards[i]);
    alternatives_versus(p, &a->product.member.facts, &cards[i]);
  }
  v->products.v = cards;
  v->products.n = close;
  v->others.v = n > close ? cards + close : NULL;
  v->others.n = n - close;
  v->others_title = v->others.n ? ARENA_JOIN(p->arena, SPAN("Also in "), sectors_of(p, &a->product)) : SPAN("");
  for (size_t i = 0; i < v->others.n; i++)
    v->others.v[i].also_in = alternatives_shared(&a->product, 1, &v->others.v[i]);
  v->first_page = a->list.page == 1;
  v->none = a->n_first || !v->first_page ? SPAN("") : alternatives_sentence(p, &named);
  v->sector = alternatives_sector(p, &named);
  v->ended = alternatives_ended(p, &named);
}

static void frame(struct page *p, const struct alternatives *a, struct alternatives_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view);
  struct jsonld j;
  if (!above)
    return;
  *above = link_words_product(p, v->product->name, v->product->href);
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
  if (a->list.page == 1)
    jsonld_cards(&j, v->title, v->products.v, v->products.n < ALTERNATIVES_TOP ? v->products.n : ALTERNATIVES_TOP);
  v->page->json_ld = jsonld_end(&j);
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
  fill_cards(p, a, f, v);
  v->pager = listing_pager(p, &a->list);
  frame(p, a, v);
  p->view = v;
  return ERR_OK;
}
