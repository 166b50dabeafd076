/* Who else: the six cards of a set, and the three best alternatives of each member. */
#include "site/best.h"
#include "site/page_compare.h"

void compare_gather_cards(struct page *p, struct compare *c)
{
  uint64_t ids[COMPARE_MAX];
  struct best_list k = {.most = COMPARE_CARDS, .skip = ids, .n_skip = c->n};
  for (size_t i = 0; i < c->n; i++)
    ids[i] = c->set[i].member.facts.id;
  if (c->has_shared)
    best_take(&p->pin, c->shared.ranking, &k);
  k.fixed = k.n;
  for (size_t i = 0; i < c->n && k.fixed < k.most; i++)
    for (uint32_t s = 0; s < c->set[i].n_sectors; s++)
      best_take(&p->pin, c->set[i].sectors[s].ranking, &k);
  for (size_t i = 0; i < k.n; i++) {
    struct gathered *g = &c->cards[c->n_cards];
    if (!gather_card(p, k.v[i].ordinal, g))
      continue;
    g->member.want = page_want_product(p, &g->member, FRAGMENT_CARD, 0);
    c->n_cards++;
  }
}

static void gather_best(struct page *p, struct compare *c, size_t at)
{
  const struct gathered *g = &c->set[at];
  struct best_list k = {.most = COMPARE_BEST, .skip = &g->member.facts.id, .n_skip = 1};
  for (uint32_t s = 0; s < g->n_sectors; s++)
    best_take(&p->pin, g->sectors[s].ranking, &k);
  for (size_t i = 0; i < k.n; i++) {
    struct facts *f = &c->best[at][i];
    *f = k.v[i].facts;
    page_facts_newest(p, f);
    page_digest_span(p, f->slug);
    page_digest_span(p, f->name);
  }
  c->n_best[at] = k.n;
}

void compare_gather_best(struct page *p, struct compare *c)
{
  for (size_t i = 0; i < c->n; i++)
    gather_best(p, c, i);
}
