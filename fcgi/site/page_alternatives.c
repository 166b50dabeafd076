/* /alternatives/{slug}: picks and products close to a product, then those that share a sector with it, 50 on a page. */
#include "site/alternatives.h"
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
  struct span name = a->product.member.facts.name, picked = SPAN(""), near = SPAN("");
  if (picks)
    picked = SAY(p->arena, PLURAL("%1$s alternative to %2$s picked by the editors",
                                  "%1$s alternatives to %2$s picked by the editors", picks), arena_uint(p->arena, picks, 1), name);
  if (close)
    near = SAY(p->arena, picks ? PLURAL("%1$s product close to it by shared sectors and themes",
                                        "%1$s products close to it by shared sectors and themes, closest first", close)
                               : PLURAL("%1$s product close to %2$s by shared sectors and themes",
                                        "%1$s products close to %2$s by shared sectors and themes, closest first", close),
               arena_uint(p->arena, close, 1), name);
  if (!picks && !close)
    return SPAN("");
  return sentences_stop(p->arena, picks && close ? SAY(p->arena, _("%1$s, then %2$s"), picked, near) : picks ? picked : near);
}

/* "14 more share only a sector with it (DevOps) and are ranked by velocity, which says …" */
static struct span others_of(struct page *p, const struct alternatives *a)
{
  unsigned others = a->list.total - (unsigned)a->n_first;
  if (!others)
    return SPAN("");
  return SAY(p->arena,
             a->n_first ? PLURAL("%1$s more shares only a sector with it (%2$s).",
                                 "%1$s more share only a sector with it (%2$s) and are ranked by velocity, which says how often a "
                                 "product ships, not how well it fits.", others)
                        : PLURAL("%1$s product shares a sector with %3$s (%2$s).",
                                 "%1$s products share a sector with %3$s (%2$s) and are ranked by velocity, which says how often a "
                                 "product ships, not how well it fits.", others),
             arena_uint(p->arena, others, 1), sectors_of(p, &a->product), a->product.member.facts.name);
}

static struct span intro_of(struct page *p, const struct alternatives *a)
{
  struct span name = a->product.member.facts.name;
  if (!a->product.n_sectors && !a->list.total)
    return SAY(p->arena, _("%1$s is in no sector yet, so nothing can be named as its alternative."), name);
  if (!a->list.total)
    return sentences_stop(p->arena, SAY(p->arena, _("No other product tracked here is in %1$s"), sectors_of(p, &a->product)));
  struct span first = first_of(p, a), others = others_of(p, a);
  return ARENA_JOIN(p->arena, first, first.n && others.n ? SPAN(" ") : SPAN(""), others, SPAN(" "),
                    SAY(p->arena, _("Scores are as of %1$s."), page_hour(p, p->pin.window_us)));
}

/* The page itself has what the notice leads to. */
static void notice_shorten(struct ended_view *v)
{
  v->lead = SPAN("");
  v->best.n = 0;
  v->sector = NULL;
  v->all_href = SPAN("");
}

/* Divides the cards of this page into picks and close products, and others. */
static void fill_cards(struct page *p, struct alternatives *a, const struct profile *f, struct alternatives_view *v)
{
  struct card_view *cards = listing_cards(p, &a->list);
  struct alternatives_named named = alternatives_name(&a->product, a->top, a->n_top, a->n_picks);
  size_t n = cards ? a->list.n : 0, close = a->n_first > a->list.first ? a->n_first - a->list.first : 0;
  close = close < n ? close : n;
  for (size_t i = 0; i < n; i++) {
    alternatives_reason(p, f, &a->list.cards[i], &cards[i]);
    alternatives_versus(p, &a->product.member.facts, &cards[i]);
  }
  v->products.v = cards;
  v->products.n = close;
  v->others.v = n > close ? cards + close : NULL;
  v->others.n = n - close;
  v->others_title = v->others.n ? SAY(p->arena, _("Also in %1$s"), sectors_of(p, &a->product)) : SPAN("");
  for (size_t i = 0; i < v->others.n; i++)
    v->others.v[i].also_in = alternatives_shared(&a->product, 1, &v->others.v[i]);
  v->first_page = a->list.page == 1;
  v->none = a->n_first || !v->first_page ? SPAN("") : alternatives_sentence(p, &named);
  v->sector = alternatives_sector(p, &named);
  if ((v->ended = alternatives_ended(p, &named)) && v->first_page)
    notice_shorten(v->ended);
}

static void frame(struct page *p, const struct alternatives *a, struct alternatives_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view);
  if (!above)
    return;
  *above = link_words_product(p, v->product->name, v->product->href);
  size_t n = a->list.page > 1 ? 0 : v->products.n < ALTERNATIVES_TOP ? v->products.n : ALTERNATIVES_TOP;
  v->page = listing_collection(p, &(struct page_frame){.title = v->title,
                                                       .description = v->intro,
                                                       .crumbs = above,
                                                       .n_crumbs = 1,
                                                       .crumb = _("Alternatives"),
                                                       .representations = true},
                               v->pager, v->products.v, n);
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
  v->title = SAY(p->arena, _("%1$s alternatives"), facts->name);
  v->intro = intro_of(p, a);
  fill_cards(p, a, f, v);
  v->pager = listing_pager(p, &a->list);
  frame(p, a, v);
  p->view = v;
  return ERR_OK;
}
