/* When the catalog changes during a search, the search has read records of two publications.  Each record is
 * consistent, so each result had the matching name at some time during the request. */
#include "site/search_memo.h"

#include "base/metrics.h"
#include "site/site.h"

struct search_memo { /* the results of one search */
  struct search_memo *next;
  struct search_request request;
  size_t n;
  struct catalog_match *matches; /* their ordinals belong to the pin that was searched */
  uint64_t *ids;
};

static bool request_same(const struct search_request *a, const struct search_request *b)
{
  return a->what == b->what && a->max == b->max && span_eq(a->needle, b->needle);
}

static const struct search_memo *memo_find(const struct page *p, const struct search_request *request)
{
  const struct search_memo *k = *p->searches;
  while (k && !request_same(&k->request, request))
    k = k->next;
  return k;
}

/* When memory runs out, the next plan searches again. */
static void memo_put(struct page *p, const struct search_request *request, const struct catalog_match *found, size_t n)
{
  struct search_memo *k = ARENA_NEW(p->arena, struct search_memo);
  struct catalog_match *matches = ARENA_ARRAY(p->arena, n + 1, struct catalog_match);
  uint64_t *ids = ARENA_ARRAY(p->arena, n + 1, uint64_t);
  struct facts f;
  if (!k || !matches || !ids)
    return;
  *k = (struct search_memo){.next = *p->searches, .request = *request, .matches = matches, .ids = ids};
  for (size_t i = 0; i < n; i++)
    if (catalog_facts(&p->pin, found[i].ordinal, &f)) {
      matches[k->n] = found[i];
      ids[k->n++] = f.id;
    }
  *p->searches = k;
}

static size_t memo_take(const struct page *p, const struct search_memo *k, struct catalog_match *out)
{
  size_t n = 0;
  struct facts f;
  for (size_t i = 0; i < k->n; i++) {
    uint32_t ordinal = catalog_find_id(&p->pin, k->ids[i]);
    if (ordinal != CATALOG_NONE && catalog_facts(&p->pin, ordinal, &f) && f.status == PRODUCT_PUBLISHED)
      out[n++] = (struct catalog_match){ordinal, k->matches[i].cost};
  }
  return n;
}

size_t search_memo_find(struct page *p, const struct search_request *request, struct catalog_match *out)
{
  const struct search_memo *k = memo_find(p, request);
  if (k)
    return memo_take(p, k, out);
  METRICS_ADD(site_resources_of(p->site)->metrics, searches, 1);
  size_t n = catalog_search(&p->pin, request->what, request->needle, p->arena, out, request->max);
  memo_put(p, request, out, n);
  return n;
}
