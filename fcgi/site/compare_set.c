/* Finds the products that a path names and plans the page of their comparison.  Plan only.
 *
 * A slug never contains "-vs-", begins with "vs-" or ends with "-vs" (text/slug.h), so the first "-vs-" of a path ends its
 * first slug.  The first name that is not a product ends the search, so a long path is not expensive. */
#include "site/page_compare.h"

#include <stdlib.h>

#define SLUGS_MAX 16 /* a path may name a product twice */
#define JOINT SPAN("-vs-")

static bool set_has(const struct compare *c, const struct member *m)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->set[i].member.facts.id == m->facts.id)
      return true;
  return false;
}

static enum plan worse(enum plan a, enum plan b)
{
  return a == PLAN_NOT_FOUND || b == PLAN_NOT_FOUND ? PLAN_NOT_FOUND : a == PLAN_GONE ? a : b;
}

/* Adds the product with this slug to the set. */
static enum plan parse_slug(struct page *p, struct span slug, struct compare *c)
{
  struct member m;
  enum plan result = page_product(p, slug, &m);
  if (result != PLAN_OK || set_has(c, &m))
    return result;
  if (c->n == COMPARE_MAX)
    return PLAN_NOT_FOUND;
  c->set[c->n++].member = m;
  return PLAN_OK;
}

static int member_cmp(const void *a, const void *b)
{
  return span_cmp(((const struct planned_product *)a)->member.facts.slug, ((const struct planned_product *)b)->member.facts.slug);
}

enum plan compare_parse(struct page *p, struct span slugs, struct compare *c)
{
  enum plan result = PLAN_OK;
  size_t n = 0;
  for (bool more = true; more && result != PLAN_NOT_FOUND; n++) {
    size_t joint = span_find_span(slugs, JOINT);
    more = joint < slugs.n;
    result = n < SLUGS_MAX ? worse(result, parse_slug(p, span_head(slugs, joint), c)) : PLAN_NOT_FOUND;
    slugs = span_from(slugs, joint + JOINT.n);
  }
  if (result == PLAN_OK)
    qsort(c->set, c->n, sizeof *c->set, member_cmp);
  return result;
}

struct span compare_path(struct page *p, const struct compare *c)
{
  struct span slugs[COMPARE_MAX];
  for (size_t i = 0; i < c->n; i++)
    slugs[i] = c->set[i].member.facts.slug;
  return build_set_path(p, slugs, c->n);
}

static bool has_id(const uint64_t *ids, uint32_t n, uint64_t id)
{
  for (uint32_t i = 0; i < n; i++)
    if (ids[i] == id)
      return true;
  return false;
}

static void find_shared(struct compare *c)
{
  const struct planned_product *a = &c->set[0];
  for (uint32_t s = 0; s < a->n_sectors && !c->has_shared; s++) {
    size_t k = 1;
    while (k < c->n &&
           has_id(c->set[k].member.facts.sectors, c->set[k].member.facts.n_sectors, a->sectors[s].id))
      k++;
    if (k == c->n) {
      c->shared = a->sectors[s];
      c->has_shared = true;
    }
  }
}

/* Search engines may index the pairs that mean something: those that the editors wrote about, their picks, close ones, and
 * those that share a sector and both have an editorial. */
static bool meaningful(struct page *p, const struct compare *c)
{
  const struct facts *a = &c->set[0].member.facts, *b = &c->set[1].member.facts;
  return catalog_pair(&p->pin, a->id, b->id) || has_id(a->picks, a->n_picks, b->id) || has_id(b->picks, b->n_picks, a->id) ||
         (c->has_shared && a->has_editorial && b->has_editorial) || close_products_pair(&p->pin, a, b);
}

static void want_pair(struct page *p, struct compare *c)
{
  const struct member *a = &c->set[0].member, *b = &c->set[1].member;
  c->pair_want = SIZE_MAX;
  if (c->n != 2 || !catalog_pair(&p->pin, a->facts.id, b->facts.id))
    return;
  if (a->facts.id > b->facts.id) {
    const struct member *swap = a;
    a = b;
    b = swap;
  }
  c->pair_want = page_want(p, (struct want){.kind = FRAGMENT_PAIR,
                                            .id = a->facts.id,
                                            .other_id = b->facts.id,
                                            .version = catalog_newest_version(&p->pin, a->ordinal),
                                            .other_version = catalog_newest_version(&p->pin, b->ordinal),
                                            .ordinal = a->ordinal});
}

bool compare_plan_members(struct page *p, struct compare *c)
{
  for (size_t i = 0; i < c->n; i++) {
    struct planned_product *g = &c->set[i];
    struct member m = g->member;
    if (!planned_product_fill(p, &m, g))
      return false;
    g->member.want = page_want_product(p, &g->member, FRAGMENT_PROFILE, 0);
    c->sources[i] = p->target->form == FORM_HTML ? SIZE_MAX : page_want_product(p, &g->member, FRAGMENT_SOURCE, 0);
  }
  find_shared(c);
  p->noindex = c->n > 2 || !meaningful(p, c);
  page_digest(p, &p->noindex, sizeof p->noindex);
  want_pair(p, c);
  return true;
}
