/* One page of all alternatives: picks and close products, then those that share only a sector.
 *
 * A bitmap marks the products that share a sector and were not taken yet.  They come from a merge of the rankings
 * of the product's sectors.  These are sorted already (velocity descending, then slug), so nothing is sorted here,
 * and a slug is read only when two rankings continue with the same score.  For pages far down the list it is cheaper
 * to walk the ranking of all products, which has the same order, and to take the marked ones. */
#include "site/alternatives.h"

#define FAR_FIRST 1000

struct lane { /* the ranking of one sector, and the position in it */
  struct catalog_list list;
  uint32_t at;
  int tenths;
  struct span slug; /* of list.ordinals[at]; slug.p is NULL until it is read */
};

struct merge {
  struct page *page;
  struct lane lanes[PRODUCT_SECTORS_MAX];
  size_t n;
  uint8_t *marked;
};

/* An ordinal beyond the pin's products is a torn read.  The plan is repeated then (catalog_still). */
static bool is_marked(const struct merge *m, uint32_t ordinal)
{
  return ordinal < m->page->pin.products && (m->marked[ordinal >> 3] >> (ordinal & 7) & 1);
}

static void toggle(struct merge *m, uint32_t ordinal)
{
  m->marked[ordinal >> 3] ^= (uint8_t)(1u << (ordinal & 7));
}

/* Marks the products of all rankings; returns their number. */
static uint32_t mark_all(struct merge *m, uint32_t except)
{
  uint32_t total = 0;
  for (size_t i = 0; i < m->n; i++)
    for (uint32_t k = 0; k < m->lanes[i].list.n; k++) {
      uint32_t ordinal = m->lanes[i].list.ordinals[k];
      if (ordinal == except || ordinal >= m->page->pin.products || is_marked(m, ordinal))
        continue;
      toggle(m, ordinal);
      total++;
    }
  return total;
}

static struct span head_slug(struct merge *m, struct lane *l)
{
  struct facts f;
  if (!l->slug.p)
    l->slug = catalog_facts(&m->page->pin, l->list.ordinals[l->at], &f) ? f.slug : SPAN("");
  return l->slug;
}

static bool ranks_before(struct merge *m, struct lane *a, struct lane *b)
{
  return a->tenths != b->tenths ? a->tenths > b->tenths : span_cmp(head_slug(m, a), head_slug(m, b)) < 0;
}

/* Advances a lane to its next marked product; false: it has none left. */
static bool lane_skip_taken(struct merge *m, struct lane *l)
{
  while (l->at < l->list.n && !is_marked(m, l->list.ordinals[l->at])) {
    l->at++;
    l->slug.p = NULL;
    if (l->at < l->list.n)
      l->tenths = catalog_score(&m->page->pin, l->list.ordinals[l->at]);
  }
  return l->at < l->list.n;
}

/* Takes the alternative that ranks next and clears its mark; CATALOG_NONE: none is left. */
static uint32_t next(struct merge *m)
{
  struct lane *top = NULL;
  for (size_t i = 0; i < m->n; i++)
    if (lane_skip_taken(m, &m->lanes[i]) && (!top || ranks_before(m, &m->lanes[i], top)))
      top = &m->lanes[i];
  if (!top)
    return CATALOG_NONE;
  uint32_t ordinal = top->list.ordinals[top->at];
  toggle(m, ordinal);
  return ordinal;
}

static uint32_t take_near(struct merge *m, uint32_t first, uint32_t max, uint32_t *ordinals)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < first + max; i++) {
    uint32_t ordinal = next(m);
    if (ordinal == CATALOG_NONE)
      break;
    if (i >= first)
      ordinals[n++] = ordinal;
  }
  return n;
}

static uint32_t take_far(const struct merge *m, uint32_t first, uint32_t max, uint32_t *ordinals)
{
  struct catalog_list all = catalog_ranking(&m->page->pin);
  uint32_t n = 0, met = 0;
  for (uint32_t i = 0; i < all.n && n < max; i++)
    if (is_marked(m, all.ordinals[i]) && met++ >= first)
      ordinals[n++] = all.ordinals[i];
  return n;
}

/* The part of the list behind picks and close products; `first` counts from its beginning.  Returns its length. */
static uint32_t take_others(struct page *p, const struct planned_product *g, const struct alternatives_list *list, uint32_t first,
                            uint32_t max, uint32_t *ordinals, uint32_t *n)
{
  struct merge m = {.page = p, .marked = arena_alloc(p->arena, p->pin.products / 8 + 1)};
  *n = 0;
  if (!m.marked)
    return 0;
  for (uint32_t i = 0; i < g->n_sectors && m.n < PRODUCT_SECTORS_MAX; i++) {
    struct catalog_list ranking = g->sectors[i].ranking;
    if (ranking.n)
      m.lanes[m.n++] = (struct lane){.list = ranking, .tenths = catalog_score(&p->pin, ranking.ordinals[0])};
  }
  uint32_t total = mark_all(&m, g->member.ordinal);
  for (size_t i = 0; i < list->n; i++)
    if (is_marked(&m, list->ordinals[i])) {
      toggle(&m, list->ordinals[i]);
      total--;
    }
  if (first < total)
    *n = (first < FAR_FIRST ? take_near(&m, first, max, ordinals) : take_far(&m, first, max, ordinals));
  return total;
}

uint32_t alternatives_take(struct page *p, const struct planned_product *g, const struct alternatives_list *list, uint32_t first,
                           uint32_t max, uint32_t *ordinals, uint32_t *n)
{
  uint32_t taken = 0, others, n_first = (uint32_t)list->n;
  for (uint32_t i = first; i < n_first && taken < max; i++)
    ordinals[taken++] = list->ordinals[i];
  uint32_t from = first > n_first ? first - n_first : 0;
  uint32_t total = n_first + take_others(p, g, list, from, max - taken, ordinals + taken, &others);
  *n = taken + others;
  page_digest(p, &total, sizeof total);
  return total;
}
