/* The rankings of a product's sectors are merged up to the last one that is wanted: they come sorted
 * from the catalog (velocity descending, then slug), so no candidate is ever sorted here, and a slug
 * is only read where two rankings stand at the same score.  What is beyond the end is only counted,
 * each product once, by a bit for every ordinal. */
#include "site/alternatives.h"

struct lane { /* one sector's ranking, and how far it has been read */
  struct catalog_list list;
  uint32_t at;
  int tenths;
  struct span slug; /* of list.ordinals[at]; null pointer: not read yet */
};

struct merge {
  struct page *page;
  struct lane lanes[PRODUCT_SECTORS_MAX];
  size_t n;
  uint8_t *seen;
  uint32_t total; /* of different ordinals met */
};

/* First meeting?  Ordinals past the pin's are a torn read, which the plan notices later. */
static bool meet(struct merge *m, uint32_t ordinal)
{
  uint8_t bit = (uint8_t)(1u << (ordinal & 7));
  if (ordinal >= m->page->pin.products || (m->seen[ordinal >> 3] & bit))
    return false;
  m->seen[ordinal >> 3] |= bit;
  return true;
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

/* Sets a lane on its next product that was not met yet; false: it is at its end. */
static bool settle(struct merge *m, struct lane *l)
{
  while (l->at < l->list.n) {
    uint32_t o = l->list.ordinals[l->at];
    if (o < m->page->pin.products && !(m->seen[o >> 3] & 1u << (o & 7)))
      return true;
    l->at++;
    l->slug.p = NULL;
    if (l->at < l->list.n)
      l->tenths = catalog_score(&m->page->pin, l->list.ordinals[l->at]);
  }
  return false;
}

/* The ordinal that ranks next, each once; CATALOG_NONE: there is no more. */
static uint32_t next(struct merge *m)
{
  struct lane *best = NULL;
  for (size_t i = 0; i < m->n; i++)
    if (settle(m, &m->lanes[i]) && (!best || ranks_before(m, &m->lanes[i], best)))
      best = &m->lanes[i];
  if (!best)
    return CATALOG_NONE;
  uint32_t ordinal = best->list.ordinals[best->at];
  m->total += meet(m, ordinal);
  return ordinal;
}

static void count_rest(struct merge *m)
{
  for (size_t i = 0; i < m->n; i++)
    for (uint32_t k = m->lanes[i].at; k < m->lanes[i].list.n; k++)
      m->total += meet(m, m->lanes[i].list.ordinals[k]);
}

uint32_t alternatives_take(struct page *p, const struct gathered *g, uint32_t first, uint32_t max, uint32_t *ordinals,
                           uint32_t *n)
{
  struct merge m = {.page = p, .seen = arena_alloc(p->arena, p->pin.products / 8 + 1)};
  *n = 0;
  if (!m.seen)
    return 0;
  meet(&m, g->member.ordinal);
  for (uint32_t i = 0; i < g->n_sectors && m.n < PRODUCT_SECTORS_MAX; i++) {
    struct catalog_list list = g->sectors[i].ranking;
    if (list.n)
      m.lanes[m.n++] = (struct lane){.list = list, .tenths = catalog_score(&p->pin, list.ordinals[0])};
  }
  while (m.total < first + max) {
    uint32_t ordinal = next(&m);
    if (ordinal == CATALOG_NONE)
      break;
    if (m.total > first)
      ordinals[(*n)++] = ordinal;
  }
  count_rest(&m);
  page_digest(p, &m.total, sizeof m.total);
  return m.total;
}

struct ended_view *alternatives_ended(struct page *p, const struct facts *f, const struct gathered *others, size_t n)
{
  struct ended_view *v = f->lifecycle == LIFECYCLE_DISCONTINUED ? ARENA_NEW(p->arena, struct ended_view) : NULL;
  if (!v)
    return NULL;
  v->name = f->name;
  v->position = build_position(0);
  v->all_href = build_path(p, "/alternatives/", f->slug);
  v->best.v = ARENA_ARRAY(p->arena, ALTERNATIVES_BEST, struct link_view);
  for (size_t i = 0; i < n && i < ALTERNATIVES_BEST && v->best.v; i++)
    v->best.v[v->best.n++] = (struct link_view){others[i].member.facts.name,
                                                build_path(p, "/products/", others[i].member.facts.slug)};
  return v;
}

void alternatives_versus(struct page *p, const struct facts *with, struct card_view *card)
{
  card->versus.v = ARENA_NEW(p->arena, struct versus_view);
  if (!card->versus.v)
    return;
  card->versus.v[0] = (struct versus_view){.with = with->name,
                                           .text = arena_printf(p->arena, "%.*s vs %.*s", SPAN_ARG(card->name),
                                                                SPAN_ARG(with->name)),
                                           .position = build_position(0),
                                           .href = build_pair_path(p, card->slug, with->slug)};
  card->versus.n = 1;
}

struct span alternatives_sentence(struct page *p, struct span name, const struct gathered *others, size_t n)
{
  struct span names[ALTERNATIVES_BEST];
  n = n < ALTERNATIVES_BEST ? n : ALTERNATIVES_BEST;
  if (!n)
    return arena_printf(p->arena, "No other product tracked here shares a sector with %.*s.", SPAN_ARG(name));
  for (size_t i = 0; i < n; i++)
    names[i] = others[i].member.facts.name;
  return arena_printf(p->arena, "Products that share a sector with %.*s are ranked by velocity. At the top now: %.*s.",
                      SPAN_ARG(name), SPAN_ARG(words_join(p->arena, names, n, "and ")));
}

void alternatives_member(struct page *p, const struct facts *f, size_t position, struct member_view *out)
{
  *out = (struct member_view){.slug = f->slug,
                              .name = f->name,
                              .href = build_path(p, "/products/", f->slug),
                              .position = build_position(position),
                              .sign = build_sign(position),
                              .discontinued = f->lifecycle == LIFECYCLE_DISCONTINUED,
                              .separator = position ? SPAN(" vs ") : SPAN(""),
                              .alternatives_href = build_path(p, "/alternatives/", f->slug),
                              .atom_href = arena_printf(p->arena, "/products/%.*s.atom", SPAN_ARG(f->slug))};
}
