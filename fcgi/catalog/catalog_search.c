/* Searches names in one pass over all products by ordinal, with a cheap test of letters first.  A small sorted list keeps
 * the best matches; equal ones are in the order of the ranking. */
#include "catalog/catalog_layout.h"
#include "catalog/catalog_match.h"
#include "text/utf8.h"

struct results {
  const struct catalog_pin *pin;
  struct catalog_match *out;
  size_t n, max;
};

static struct span slug_of(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  return body ? catalog_record_slug(&r, body) : (struct span){NULL, 0};
}

/* By cost, then by rank. */
static bool before(const struct catalog_pin *pin, const struct catalog_match *a, const struct catalog_match *b)
{
  if (a->cost != b->cost)
    return a->cost < b->cost;
  int x = catalog_score(pin, a->ordinal), y = catalog_score(pin, b->ordinal);
  return x != y ? x > y : span_cmp(slug_of(pin, a->ordinal), slug_of(pin, b->ordinal)) < 0;
}

static void result_put(struct results *r, struct catalog_match m)
{
  if (r->n == r->max && !before(r->pin, &m, &r->out[r->n - 1]))
    return;
  size_t i = r->n < r->max ? r->n++ : r->n - 1;
  for (; i > 0 && before(r->pin, &m, &r->out[i - 1]); i--)
    r->out[i] = r->out[i - 1];
  r->out[i] = m;
}

static uint32_t record_cost(const struct match_search *s, const struct catalog_record *r, const void *body,
                            uint32_t worst)
{
  uint32_t cost = match_text(s, (struct match_candidate){catalog_record_slug(r, body), r->letters}, worst);
  if (r->flags & FLAG_FOLD_IS_SLUG || cost == MATCH_EXACT)
    return cost;
  uint32_t other = match_text(s, (struct match_candidate){catalog_record_fold(r, body), r->letters}, worst);
  return other < cost ? other : cost;
}

size_t catalog_search(const struct catalog_pin *pin, struct span needle, struct catalog_match *out, size_t max)
{
  struct results results = {pin, out, 0, max};
  struct match_search search;
  uint32_t n;
  const uint32_t *records = catalog_table_read(pin, TABLE_RECORDS, sizeof *records, &n);
  match_prepare(&search, needle);
  if (search.whole.text.n == 0 || max == 0)
    return 0;
  for (uint32_t i = 0; i < n; i++) {
    const struct catalog_record *r = catalog_at(pin->catalog, pin->half, records[i], sizeof *r);
    if (!r || !match_possible(&search, r->letters))
      continue;
    struct catalog_record head;
    const void *body = catalog_record_read(pin, i, &head);
    if (!body || catalog_record_status(&head) != PRODUCT_PUBLISHED)
      continue;
    uint32_t worst = results.n == max ? out[max - 1].cost + 1 : MATCH_NONE;
    uint32_t cost = record_cost(&search, &head, body, worst);
    if (cost < MATCH_NONE)
      result_put(&results, (struct catalog_match){i, cost});
  }
  return results.n;
}

size_t catalog_search_terms(const struct catalog_pin *pin, bool themes, struct span needle, struct arena *arena,
                            struct catalog_match *out, size_t max)
{
  uint32_t n = themes ? catalog_themes(pin) : catalog_sectors(pin);
  struct match_search search;
  size_t found = 0;
  match_prepare(&search, needle);
  if (search.whole.text.n == 0 || max == 0)
    return 0;
  for (uint32_t i = 0; i < n; i++) {
    struct catalog_term t;
    if (!(themes ? catalog_theme(pin, i, &t) : catalog_sector(pin, i, &t)))
      continue;
    uint32_t cost = match_text(&search, (struct match_candidate){t.slug, UINT32_MAX}, MATCH_NONE);
    uint32_t other = match_text(&search, (struct match_candidate){utf8_fold(arena, t.name), UINT32_MAX}, MATCH_NONE);
    cost = other < cost ? other : cost;
    if (cost == MATCH_NONE || (found == max && cost >= out[found - 1].cost))
      continue;
    size_t at = found < max ? found++ : found - 1;
    for (; at > 0 && out[at - 1].cost > cost; at--)
      out[at] = out[at - 1];
    out[at] = (struct catalog_match){i, cost};
  }
  return found;
}
