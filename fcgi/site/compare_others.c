/* The other products of a comparison: up to six cards for the set, and the top three alternatives of each member. */
#include "site/page_compare.h"
#include "site/top_ranked.h"

void compare_plan_cards(struct page *p, struct compare *c)
{
  uint64_t ids[COMPARE_MAX];
  struct top_ranked_list top = {.most = COMPARE_CARDS, .skip = ids, .n_skip = c->n};
  for (size_t i = 0; i < c->n; i++)
    ids[i] = c->set[i].member.facts.id;
  if (c->has_shared)
    top_ranked_add(&p->pin, c->shared.ranking, &top);
  top.fixed = top.n;
  for (size_t i = 0; i < c->n && top.fixed < top.most; i++)
    for (uint32_t s = 0; s < c->set[i].n_sectors; s++)
      top_ranked_add(&p->pin, c->set[i].sectors[s].ranking, &top);
  for (size_t i = 0; i < top.n; i++) {
    struct planned_product *g = &c->cards[c->n_cards];
    if (!planned_product_fill_card(p, top.v[i].ordinal, g))
      continue;
    g->member.want = page_want_product(p, &g->member, FRAGMENT_CARD, 0);
    c->n_cards++;
  }
}

static void plan_alternatives_of(struct page *p, struct compare *c, size_t at)
{
  const struct planned_product *g = &c->set[at];
  struct top_ranked_list top = {.most = COMPARE_ALTERNATIVES, .skip = &g->member.facts.id, .n_skip = 1};
  for (uint32_t s = 0; s < g->n_sectors; s++)
    top_ranked_add(&p->pin, g->sectors[s].ranking, &top);
  for (size_t i = 0; i < top.n; i++) {
    struct facts *f = &c->alternatives[at][i];
    *f = top.v[i].facts;
    page_facts_refresh(p, f);
    page_digest_span(p, f->slug);
    page_digest_span(p, f->name);
  }
  c->n_alternatives[at] = top.n;
}

void compare_plan_alternatives(struct page *p, struct compare *c)
{
  for (size_t i = 0; i < c->n; i++)
    plan_alternatives_of(p, c, i);
}
