/* Who else: the six cards of a set, and the three best alternatives of each member.  Rankings come
 * sorted from the catalog (velocity descending, then slug), so the first few of each sector are
 * enough; a heap of candidates is never built. */
#include "site/page_compare.h"

struct candidate {
  uint32_t ordinal;
  int tenths;
  struct facts facts;
};

struct candidates {
  size_t n, max;
  struct candidate v[COMPARE_CARDS];
};

static bool in_set(const struct compare *c, uint64_t id)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->set[i].member.facts.id == id)
      return true;
  return false;
}

static bool held(const struct candidates *k, uint64_t id)
{
  for (size_t i = 0; i < k->n; i++)
    if (k->v[i].facts.id == id)
      return true;
  return false;
}

static bool ranks_before(const struct candidate *a, const struct candidate *b)
{
  return a->tenths != b->tenths ? a->tenths > b->tenths : span_cmp(a->facts.slug, b->facts.slug) < 0;
}

/* Puts it at its place behind the first `fixed`; false: it is worse than all of a full list. */
static bool insert(struct candidates *k, size_t fixed, const struct candidate *one)
{
  size_t at = k->n;
  while (at > fixed && ranks_before(one, &k->v[at - 1]))
    at--;
  if (at == k->max)
    return false;
  size_t last = k->n < k->max ? k->n : k->max - 1;
  for (size_t i = last; i > at; i--)
    k->v[i] = k->v[i - 1];
  k->v[at] = *one;
  k->n = last + 1;
  return true;
}

/* The best of one sector's ranking into k, behind the first `fixed`; `except`: nobody, the set, or one
 * product. */
static void take_sector(struct page *p, const struct catalog_term *t, const struct compare *c, uint64_t except,
                        size_t fixed, struct candidates *k)
{
  for (uint32_t i = 0; i < t->ranking.n; i++) {
    struct candidate one = {.ordinal = t->ranking.ordinals[i]};
    if (!catalog_facts(&p->pin, one.ordinal, &one.facts) || one.facts.status != PRODUCT_PUBLISHED)
      continue;
    if (one.facts.id == except || (c && in_set(c, one.facts.id)) || held(k, one.facts.id))
      continue;
    one.tenths = catalog_score(&p->pin, one.ordinal);
    if (!insert(k, fixed, &one))
      return;
  }
}

static void gather_cards(struct page *p, struct compare *c)
{
  struct candidates k = {.max = COMPARE_CARDS};
  if (c->has_shared)
    take_sector(p, &c->shared, c, 0, 0, &k);
  size_t fixed = k.n;
  for (size_t i = 0; i < c->n && fixed < k.max; i++)
    for (uint32_t s = 0; s < c->set[i].n_sectors; s++)
      take_sector(p, &c->set[i].sectors[s], c, 0, fixed, &k);
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
  struct candidates k = {.max = COMPARE_BEST};
  const struct gathered *g = &c->set[at];
  for (uint32_t s = 0; s < g->n_sectors; s++)
    take_sector(p, &g->sectors[s], NULL, g->member.facts.id, 0, &k);
  for (size_t i = 0; i < k.n; i++) {
    c->best[at][i] = k.v[i].facts;
    page_digest_span(p, k.v[i].facts.slug);
    page_digest_span(p, k.v[i].facts.name);
  }
  c->n_best[at] = k.n;
}

void compare_gather_others(struct page *p, struct compare *c)
{
  gather_cards(p, c);
  for (size_t i = 0; i < c->n; i++)
    gather_best(p, c, i);
}
