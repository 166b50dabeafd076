#include "site/top_ranked.h"

static bool is_skipped(const struct top_ranked_list *list, uint64_t id)
{
  for (size_t i = 0; i < list->n_skip; i++)
    if (list->skip[i] == id)
      return true;
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].facts.id == id)
      return true;
  return false;
}

static bool ranks_before(const struct top_ranked *a, const struct top_ranked *b)
{
  return a->tenths != b->tenths ? a->tenths > b->tenths : span_cmp(a->facts.slug, b->facts.slug) < 0;
}

/* False: the list is full and the product ranks after all of it, as do all that follow in its ranking. */
static bool insert(struct top_ranked_list *list, const struct top_ranked *one)
{
  size_t at = list->n;
  while (at > list->fixed && ranks_before(one, &list->v[at - 1]))
    at--;
  if (at == list->most)
    return false;
  size_t last = list->n < list->most ? list->n : list->most - 1;
  for (size_t i = last; i > at; i--)
    list->v[i] = list->v[i - 1];
  list->v[at] = *one;
  list->n = last + 1;
  return true;
}

void top_ranked_add(const struct catalog_pin *pin, struct catalog_list ranking, struct top_ranked_list *list)
{
  for (uint32_t i = 0; i < ranking.n; i++) {
    struct top_ranked one = {.ordinal = ranking.ordinals[i]};
    if (!catalog_facts(pin, one.ordinal, &one.facts) || one.facts.status != PRODUCT_PUBLISHED ||
        is_skipped(list, one.facts.id))
      continue;
    one.tenths = catalog_score(pin, one.ordinal);
    if (!insert(list, &one))
      return;
  }
}
