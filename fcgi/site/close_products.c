#include "site/close_products.h"

#include <stdlib.h>

#define RANKINGS_MAX (PRODUCT_SECTORS_MAX + PRODUCT_THEMES_MAX)

struct rankings {
  struct catalog_list v[RANKINGS_MAX];
  size_t n;
  uint64_t products;
};

typedef bool term_getter(const struct catalog_pin *, uint64_t, struct catalog_term *);

static uint32_t terms_read(const struct catalog_pin *pin, const uint64_t *ids, uint32_t n, struct closeness_term *out,
                           struct catalog_list *rankings, term_getter *get)
{
  struct catalog_term t;
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!get(pin, ids[i], &t))
      continue;
    out[found] = (struct closeness_term){t.id, t.ranking.n};
    rankings[found++] = t.ranking;
  }
  return found;
}

static void terms_of(const struct catalog_pin *pin, const struct facts *f, struct closeness_terms *out,
                     struct close_rankings *rankings)
{
  uint32_t sectors = f->n_sectors < PRODUCT_SECTORS_MAX ? f->n_sectors : PRODUCT_SECTORS_MAX;
  uint32_t themes = f->n_themes < PRODUCT_THEMES_MAX ? f->n_themes : PRODUCT_THEMES_MAX;
  out->n_sectors = terms_read(pin, f->sectors, sectors, out->sectors, rankings->sectors, catalog_sector_id);
  out->n_themes = terms_read(pin, f->themes, themes, out->themes, rankings->themes, catalog_theme_id);
}

void close_products_add(struct close_set *set, const struct facts *member)
{
  if (set->n == CLOSE_PRODUCTS_SET)
    return;
  set->ids[set->n] = member->id;
  terms_of(set->pin, member, &set->terms[set->n], &set->rankings[set->n]);
  set->n++;
}

/* ---- lists */

static bool is_before(const struct close_product *a, const struct close_product *b)
{
  if (a->closeness != b->closeness)
    return a->closeness > b->closeness;
  return a->tenths != b->tenths ? a->tenths > b->tenths : span_cmp(a->facts.slug, b->facts.slug) < 0;
}

static void insert(struct close_list *list, const struct close_product *one)
{
  size_t at = list->n;
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].ordinal == one->ordinal)
      return;
  while (at > 0 && is_before(one, &list->v[at - 1]))
    at--;
  if (at == list->most)
    return;
  size_t last = list->n < list->most ? list->n : list->most - 1;
  memmove(&list->v[at + 1], &list->v[at], (last - at) * sizeof *one);
  list->v[at] = *one;
  list->n = last + 1;
}

/* ---- rankings to read */

static void ranking_add(struct rankings *to, struct catalog_list ranking)
{
  if (to->n == RANKINGS_MAX)
    return;
  to->v[to->n++] = ranking;
  to->products += ranking.n;
}

static int shorter_first(const void *a, const void *b)
{
  uint32_t n = ((const struct catalog_list *)a)->n, m = ((const struct catalog_list *)b)->n;
  return (n > m) - (n < m);
}

static void rankings_choose(const struct closeness_terms *terms, const struct close_rankings *of, struct rankings *out)
{
  struct rankings sectors, few, all;
  sectors.n = few.n = all.n = 0;
  sectors.products = few.products = all.products = 0;
  for (uint32_t i = 0; i < terms->n_sectors; i++) {
    ranking_add(&sectors, of->sectors[i]);
    ranking_add(&all, of->sectors[i]);
    if (of->sectors[i].n <= CLOSENESS_SMALL)
      ranking_add(&few, of->sectors[i]);
  }
  for (uint32_t i = 0; i < terms->n_themes; i++) {
    ranking_add(&few, of->themes[i]);
    ranking_add(&all, of->themes[i]);
  }
  *out = few.products <= sectors.products ? few : sectors;
  if (out->products > CLOSE_PRODUCTS_READ)
    *out = all;
  qsort(out->v, out->n, sizeof *out->v, shorter_first);
}

/* ---- search */

static void consider(const struct close_set *set, struct close_product *one, struct close_list *each,
                     struct close_list *together)
{
  bool is_member = false, close = false;
  uint64_t sum = 0;
  for (size_t i = 0; i < set->n; i++) {
    if (set->ids[i] == one->facts.id) {
      is_member = true;
      continue;
    }
    struct closeness c = closeness_to(&set->terms[i], &one->facts);
    close = close || c.close;
    sum += c.sum;
    one->closeness = c.sum;
    if (c.close)
      insert(&each[i], one);
  }
  one->closeness = sum;
  if (together && close && !is_member)
    insert(together, one);
}

static void search_member(const struct close_set *set, size_t at, struct close_list *each, struct close_list *together)
{
  struct rankings rankings;
  uint32_t left = CLOSE_PRODUCTS_READ;
  rankings_choose(&set->terms[at], &set->rankings[at], &rankings);
  for (size_t i = 0; i < rankings.n; i++)
    for (uint32_t k = 0; k < rankings.v[i].n && left; k++, left--) {
      struct close_product one = {.ordinal = rankings.v[i].ordinals[k]};
      if (!catalog_facts(set->pin, one.ordinal, &one.facts) || one.facts.status != PRODUCT_PUBLISHED)
        continue;
      one.tenths = catalog_score(set->pin, one.ordinal);
      consider(set, &one, each, together);
    }
}

void close_products_find(const struct close_set *set, struct close_list *each, struct close_list *together)
{
  for (size_t i = 0; i < set->n; i++)
    search_member(set, i, each, together);
}

void close_products_of(const struct catalog_pin *pin, const struct facts *f, size_t most, struct close_list *out)
{
  struct close_set set;
  set.pin = pin;
  set.n = 0;
  out->n = 0;
  out->most = most < CLOSE_PRODUCTS_MAX ? most : CLOSE_PRODUCTS_MAX;
  close_products_add(&set, f);
  close_products_find(&set, out, NULL);
}

bool close_products_pair(const struct catalog_pin *pin, const struct facts *a, const struct facts *b)
{
  struct closeness_terms terms;
  struct close_rankings rankings;
  terms_of(pin, a, &terms, &rankings);
  return closeness_to(&terms, b).close;
}
