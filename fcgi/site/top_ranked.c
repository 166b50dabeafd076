#include "site/top_ranked.h"

static bool left_out(const struct top_ranked_list *k, uint64_t id)
{
  for (size_t i = 0; i < k->n_skip; i++)
    if (k->skip[i] == id)
      return true;
  for (size_t i = 0; i < k->n; i++)
    if (k->v[i].facts.id == id)
      return true;
  return false;
}

static bool ranks_before(const struct top_ranked *a, const struct top_ranked *b)
{
  return a->tenths != b->tenths ? a->tenths > b->tenths : span_cmp(a->facts.slug, b->facts.slug) < 0;
}

/* False: the list is full and the product ranks after all of it, as do all that follow in its ranking. */
static bool insert(struct top_ranked_list *k, const struct top_ranked *one)
{
  size_t at = k->n;
  while (at > k->fixed && ranks_before(one, &k->v[at - 1]))
    at--;
  if (at == k->most)
    return false;
  size_t last = k->n < k->most ? k->n : k->most - 1;
  for (size_t i = last; i > at; i--)
    k->v[i] = k->v[i - 1];
  k->v[at] = *one;
  k->n = last + 1;
  return true;
}

void top_ranked_add(const struct catalog_pin *pin, struct catalog_list ranking, struct top_ranked_list *k)
{
  for (uint32_t i = 0; i < ranking.n; i++) {
    struct top_ranked one = {.ordinal = ranking.ordinals[i]};
    if (!catalog_facts(pin, one.ordinal, &one.facts) || one.facts.status != PRODUCT_PUBLISHED ||
        left_out(k, one.facts.id))
      continue;
    one.tenths = catalog_score(pin, one.ordinal);
    if (!insert(k, &one))
      return;
  }
}
