/* A bitmap marks the products that share a sector and were not taken yet.  They come from a merge of the rankings
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

static bool list_has(const struct alternatives_list *list, uint32_t ordinal)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->ordinals[i] == ordinal)
      return true;
  return false;
}

static bool is_published(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct facts f;
  return ordinal != CATALOG_NONE && catalog_facts(pin, ordinal, &f) && f.status == PRODUCT_PUBLISHED;
}

void alternatives_merge(const struct catalog_pin *pin, const struct facts *f, const struct close_list *close,
                        struct alternatives_list *out)
{
  *out = (struct alternatives_list){0};
  for (uint32_t i = 0; i < f->n_picks && i < PRODUCT_PICKS_MAX; i++) {
    uint32_t ordinal = catalog_find_id(pin, f->picks[i]);
    if (f->picks[i] != f->id && is_published(pin, ordinal) && !list_has(out, ordinal))
      out->ordinals[out->n++] = ordinal;
  }
  out->n_picks = out->n;
  for (size_t i = 0; i < close->n && out->n < out->n_picks + ALTERNATIVES_CLOSE; i++)
    if (!list_has(out, close->v[i].ordinal))
      out->ordinals[out->n++] = close->v[i].ordinal;
}

void alternatives_search(const struct catalog_pin *pin, const struct facts *f, struct alternatives_list *out)
{
  struct close_list close;
  close_products_of(pin, f, CLOSE_PRODUCTS_MAX, &close);
  alternatives_merge(pin, f, &close, out);
}

void alternatives_find(struct page *p, const struct planned_product *g, struct alternatives_list *out)
{
  alternatives_search(&p->pin, &g->member.facts, out);
  page_digest(p, &out->n, sizeof out->n);
  page_digest(p, &out->n_picks, sizeof out->n_picks);
}

size_t alternatives_plan_cards(struct page *p, struct alternatives_list *list, size_t most, bool fetch,
                               struct planned_product *out)
{
  size_t n = 0, picks = list->n_picks;
  for (size_t i = 0; i < list->n && i < most; i++) {
    struct member *m = &out[n].member;
    if (!planned_product_fill_card(p, list->ordinals[i], &out[n])) {
      list->n_picks -= i < picks;
      continue;
    }
    if (fetch)
      m->want = page_want_product(p, m, FRAGMENT_CARD, 0);
    n++;
  }
  return n;
}

/* ---- build */

struct alternatives_named alternatives_name(const struct planned_product *g, const struct planned_product *others, size_t n,
                                            size_t n_picks)
{
  struct alternatives_named a = {.of = &g->member.facts, .sector = g->n_sectors ? g->sectors : NULL};
  while (a.n < n && a.n < ALTERNATIVES_TOP) {
    a.others[a.n] = &others[a.n].member.facts;
    a.n++;
  }
  a.n_picks = n_picks < a.n ? n_picks : a.n;
  return a;
}

struct link_view *alternatives_sector(struct page *p, const struct alternatives_named *a)
{
  struct link_view *v = a->sector ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (v)
    *v = (struct link_view){ARENA_JOIN(p->arena, SPAN("See all products in "), a->sector->name),
                            build_path(p, "/sectors/", a->sector->slug)};
  return v;
}

void alternatives_notice(struct page *p, const struct alternatives_named *a, size_t position, struct ended_view *v)
{
  v->name = a->of->name;
  v->position = build_position(position);
  v->all_href = build_path(p, "/alternatives/", a->of->slug);
  v->best.v = ARENA_ARRAY(p->arena, ALTERNATIVES_TOP, struct link_view);
  for (size_t i = 0; i < a->n && v->best.v; i++)
    v->best.v[v->best.n++] = (struct link_view){a->others[i]->name, build_path(p, "/products/", a->others[i]->slug)};
  v->sector = a->n ? NULL : alternatives_sector(p, a);
}

struct ended_view *alternatives_ended(struct page *p, const struct alternatives_named *a)
{
  struct ended_view *v = a->of->lifecycle == LIFECYCLE_DISCONTINUED ? ARENA_NEW(p->arena, struct ended_view) : NULL;
  if (v)
    alternatives_notice(p, a, 0, v);
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

static bool has_chip(const struct card_view *card, struct span slug)
{
  for (size_t i = 0; i < card->sectors.n; i++)
    if (span_eq(card->sectors.v[i].slug, slug))
      return true;
  return false;
}

struct span alternatives_shared(const struct planned_product *members, size_t n, const struct card_view *card)
{
  for (size_t i = 0; i < n; i++)
    for (uint32_t s = 0; s < members[i].n_sectors; s++)
      if (has_chip(card, members[i].sectors[s].slug))
        return members[i].sectors[s].name;
  return SPAN("");
}

struct span alternatives_reason(const struct profile *f, const struct planned_product *other)
{
  for (uint32_t i = 0; f && i < f->facts.n_picks; i++)
    if (f->picks[i].other_id == other->member.facts.id)
      return f->picks[i].reason;
  return SPAN("");
}

static struct span names_join(struct page *p, const struct facts *const *others, size_t n)
{
  struct span names[ALTERNATIVES_TOP];
  for (size_t i = 0; i < n; i++)
    names[i] = others[i]->name;
  return sentences_join(p->arena, names, n, "and ");
}

struct span alternatives_sentence(struct page *p, const struct alternatives_named *a)
{
  struct span name = a->of->name, picks = names_join(p, a->others, a->n_picks);
  struct span close = names_join(p, a->others + a->n_picks, a->n - a->n_picks);
  if (!a->n)
    return ARENA_JOIN(p->arena, SPAN("No close alternative to "), name, SPAN(" is tracked here."));
  if (!a->n_picks)
    return ARENA_JOIN(p->arena, SPAN("Closest to "), name, SPAN(" by the sectors and themes that both have: "), close, SPAN("."));
  if (a->n == a->n_picks)
    return ARENA_JOIN(p->arena, SPAN("The editors name as alternatives to "), name, SPAN(": "), picks, SPAN("."));
  return ARENA_JOIN(p->arena, SPAN("The editors name as alternatives to "), name, SPAN(": "), picks,
                    SPAN(". Closest besides, by the sectors and themes that both have: "), close, SPAN("."));
}

void alternatives_links(struct page *p, const struct alternatives_named *a, struct qa_view *q)
{
  q->links.v = ARENA_ARRAY(p->arena, 2, struct link_view);
  if (!q->links.v)
    return;
  q->links.v[q->links.n++] = (struct link_view){ARENA_JOIN(p->arena, SPAN("See all "), a->of->name, SPAN(" alternatives")),
                                                build_path(p, "/alternatives/", a->of->slug)};
  const struct link_view *sector = a->n ? NULL : alternatives_sector(p, a);
  if (sector)
    q->links.v[q->links.n++] = *sector;
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
