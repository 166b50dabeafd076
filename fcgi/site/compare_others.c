/* The other products of a comparison: up to six cards for the set, and the three closest alternatives of each member.
 * Cards of products that are close to a member come first, by the sum of their closeness to all members.  Products that
 * share only a sector fill the rest, by velocity. */
#include "site/page_compare.h"
#include "site/top_ranked.h"

static void card_add(struct page *p, struct compare *c, uint32_t ordinal)
{
  struct planned_product *g = &c->cards[c->n_cards];
  if (c->n_cards == COMPARE_CARDS || !planned_product_fill_card(p, ordinal, g))
    return;
  g->member.want = page_want_product(p, &g->member, FRAGMENT_CARD, 0);
  c->n_cards++;
}

/* Adds the products that share the sector of all members, then those that share a sector of any. */
static void plan_cards_of_sectors(struct page *p, struct compare *c)
{
  uint64_t ids[COMPARE_MAX + COMPARE_CARDS];
  struct top_ranked_list top = {.most = COMPARE_CARDS - c->n_cards, .skip = ids, .n_skip = 0};
  for (size_t i = 0; i < c->n; i++)
    ids[top.n_skip++] = c->set[i].member.facts.id;
  for (size_t i = 0; i < c->n_cards; i++)
    ids[top.n_skip++] = c->cards[i].member.facts.id;
  if (c->has_shared)
    top_ranked_add(&p->pin, c->shared.ranking, &top);
  top.fixed = top.n;
  for (size_t i = 0; i < c->n && top.fixed < top.most; i++)
    for (uint32_t s = 0; s < c->set[i].n_sectors; s++)
      top_ranked_add(&p->pin, c->set[i].sectors[s].ranking, &top);
  for (size_t i = 0; i < top.n; i++)
    card_add(p, c, top.v[i].ordinal);
}

static void plan_cards(struct page *p, struct compare *c, const struct close_list *close)
{
  for (size_t i = 0; i < close->n; i++)
    card_add(p, c, close->v[i].ordinal);
  c->n_close = c->n_cards;
  page_digest(p, &c->n_close, sizeof c->n_close);
  if (c->n_cards < COMPARE_CARDS)
    plan_cards_of_sectors(p, c);
}

static void plan_alternatives_of(struct page *p, struct compare *c, size_t at, const struct close_list *close)
{
  for (size_t i = 0; i < close->n; i++) {
    struct facts *f = &c->alternatives[at][i];
    *f = close->v[i].facts;
    page_facts_refresh(p, f);
    page_digest_span(p, f->slug);
    page_digest_span(p, f->name);
  }
  c->n_alternatives[at] = close->n;
}

void compare_plan_others(struct page *p, struct compare *c, bool cards)
{
  struct close_list *lists = ARENA_ARRAY(p->arena, COMPARE_MAX + 1, struct close_list);
  struct close_list *together = lists ? &lists[COMPARE_MAX] : NULL;
  struct close_set set = {.pin = &p->pin};
  if (!lists)
    return; /* the arena remembers it */
  for (size_t i = 0; i < c->n; i++) {
    close_products_add(&set, &c->set[i].member.facts);
    lists[i].most = ALTERNATIVES_TOP;
  }
  together->most = COMPARE_CARDS;
  close_products_find(&set, lists, cards ? together : NULL);
  for (size_t i = 0; i < c->n; i++)
    plan_alternatives_of(p, c, i, &lists[i]);
  if (cards)
    plan_cards(p, c, together);
}
