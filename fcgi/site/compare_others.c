/* The other products of a comparison: up to six cards for the set, and the first three alternatives of each member.
 * Cards of the editors' picks come first.  Cards of products that are close to a member follow, by the sum of their
 * closeness to all members.  Products that share only a sector fill the rest, by velocity. */
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

static bool has_card(const struct compare *c, uint32_t ordinal)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->set[i].member.ordinal == ordinal)
      return true;
  for (size_t i = 0; i < c->n_cards; i++)
    if (c->cards[i].member.ordinal == ordinal)
      return true;
  return false;
}

static void plan_cards(struct page *p, struct compare *c, const struct alternatives_list *lists, const struct close_list *close)
{
  for (size_t i = 0; i < c->n; i++)
    for (size_t k = 0; k < lists[i].n_picks; k++)
      if (!has_card(c, lists[i].ordinals[k]))
        card_add(p, c, lists[i].ordinals[k]);
  c->n_picks = c->n_cards;
  for (size_t i = 0; i < close->n; i++)
    if (!has_card(c, close->v[i].ordinal))
      card_add(p, c, close->v[i].ordinal);
  c->n_first = c->n_cards;
  page_digest(p, &c->n_picks, sizeof c->n_picks);
  page_digest(p, &c->n_first, sizeof c->n_first);
  if (c->n_cards < COMPARE_CARDS)
    plan_cards_of_sectors(p, c);
}

static void plan_alternatives_of(struct page *p, struct compare *c, size_t at, const struct alternatives_list *list)
{
  size_t n = 0;
  for (size_t i = 0; i < list->n && n < ALTERNATIVES_TOP; i++) {
    struct facts *f = &c->alternatives[at][n];
    if (!catalog_facts(&p->pin, list->ordinals[i], f))
      continue; /* the catalog changed; the plan is repeated */
    page_facts_refresh(p, f);
    page_digest_span(p, f->slug);
    page_digest_span(p, f->name);
    n++;
  }
  c->n_alternatives[at] = n;
  c->n_picked[at] = list->n_picks < n ? list->n_picks : n;
  page_digest(p, &c->n_picked[at], sizeof c->n_picked[at]);
}

void compare_plan_others(struct page *p, struct compare *c, bool cards)
{
  struct close_list close[COMPARE_MAX + 1], *together = &close[COMPARE_MAX]; /* 32 KB, of which a list uses what it has */
  struct alternatives_list lists[COMPARE_MAX];
  struct close_set set;
  set.pin = &p->pin;
  set.n = 0;
  for (size_t i = 0; i <= COMPARE_MAX; i++) {
    close[i].n = 0;
    close[i].most = CLOSE_PRODUCTS_MAX;
  }
  for (size_t i = 0; i < c->n; i++)
    close_products_add(&set, &c->set[i].member.facts);
  close_products_find(&set, close, cards ? together : NULL);
  for (size_t i = 0; i < c->n; i++) {
    alternatives_merge(&p->pin, &c->set[i].member.facts, &close[i], &lists[i]);
    plan_alternatives_of(p, c, i, &lists[i]);
  }
  if (cards)
    plan_cards(p, c, lists, together);
}
