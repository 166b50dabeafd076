/* Lists of products: /leaderboard, /products, /sectors/{slug}, /themes/{slug}. */
#include <stdlib.h>

#include "site/letters.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/site.h"
#include "site/sort.h"

#define RELATED_MAX 12
#define TALLY_MAX 256

struct ranking {
  struct listing list;
  struct catalog_term term; /* slug is empty on the leaderboard */
  bool theme;
  struct catalog_term related[RELATED_MAX];
  size_t n_related;
  struct letters letters; /* by name, of all products */
};

struct tally {
  uint64_t id;
  uint32_t count, order;
};

static int tally_cmp(const void *a, const void *b)
{
  const struct tally *x = a, *y = b;
  return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : (x->order > y->order) - (x->order < y->order);
}

static void tally_add(struct tally *v, uint32_t *n, uint64_t id)
{
  uint32_t i = 0;
  while (i < *n && v[i].id != id)
    i++;
  if (i == TALLY_MAX)
    return;
  if (i == *n)
    v[(*n)++] = (struct tally){id, 0, i};
  v[i].count++;
}

/* The other sectors or themes that the shown products have most often. */
static void plan_related(struct page *p, struct ranking *r)
{
  struct tally tallies[TALLY_MAX];
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->list.n; i++) {
    const struct facts *f = &r->list.cards[i].member.facts;
    for (uint32_t k = 0; k < (r->theme ? f->n_themes : f->n_sectors); k++)
      if ((r->theme ? f->themes : f->sectors)[k] != r->term.id)
        tally_add(tallies, &n, (r->theme ? f->themes : f->sectors)[k]);
  }
  qsort(tallies, n, sizeof *tallies, tally_cmp);
  for (uint32_t i = 0; i < n && r->n_related < RELATED_MAX; i++)
    if ((r->theme ? page_theme_id : page_sector_id)(p, tallies[i].id, &r->related[r->n_related]))
      r->n_related++;
}

/* Another order of a sector's or theme's products: the catalog has no list of it. */
static enum plan plan_part(struct page *p, struct ranking *r)
{
  uint32_t ordinals[LISTING_PAGE];
  struct listing *l = &r->list;
  enum plan result = listing_page(p, r->term.ranking.n, l);
  if (result != PLAN_OK)
    return result;
  uint32_t n = catalog_term_ordered(&p->pin, &r->term, r->theme, p->order, (struct catalog_range){l->first, LISTING_PAGE},
                                    p->arena, ordinals);
  for (uint32_t i = 0; i < n; i++)
    listing_add(p, l, ordinals[i], l->first + i + 1);
  return PLAN_OK;
}

static struct ranking *ranking_new(struct page *p)
{
  p->plan = ARENA_NEW(p->arena, struct ranking);
  sort_plan(p);
  return p->plan;
}

/* All products. */
static enum plan plan_all(struct page *p)
{
  struct ranking *r = ranking_new(p);
  if (!r)
    return PLAN_OK;
  enum plan result = listing_plan(p, catalog_ordered(&p->pin, p->order), &r->list);
  if (result == PLAN_OK && p->order == CATALOG_BY_NAME)
    letters_plan(p, &r->list, &r->letters);
  return result;
}

static enum plan plan_term(struct page *p, const struct catalog_term *term, bool theme)
{
  struct ranking *r = ranking_new(p);
  if (!r)
    return PLAN_OK;
  r->term = *term;
  r->theme = theme;
  p->noindex = p->noindex || !term->ranking.n;
  enum plan result = p->order == CATALOG_BY_VELOCITY ? listing_plan(p, term->ranking, &r->list) : plan_part(p, r);
  if (result == PLAN_OK)
    plan_related(p, r);
  return result;
}

enum plan plan_leaderboard(struct page *p, struct span param)
{
  (void)param;
  p->canonical = SPAN("/leaderboard");
  return plan_all(p);
}

enum plan plan_all_products(struct page *p, struct span param)
{
  (void)param;
  p->canonical = SPAN("/products");
  return plan_all(p);
}

enum plan plan_sector(struct page *p, struct span param)
{
  struct catalog_term t;
  if (!catalog_sector_slug(&p->pin, param, &t))
    return PLAN_NOT_FOUND;
  page_digest_term(p, &t);
  p->canonical = build_path(p, "/sectors/", t.slug);
  return plan_term(p, &t, false);
}

enum plan plan_theme(struct page *p, struct span param)
{
  struct catalog_term t;
  if (!catalog_theme_slug(&p->pin, param, &t))
    return PLAN_NOT_FOUND;
  page_digest_term(p, &t);
  p->canonical = build_path(p, "/themes/", t.slug);
  return plan_term(p, &t, true);
}

/* ---- build */

static struct span median_text(struct page *p, uint32_t median2)
{
  if (median2 == 2 || median2 == 4)
    return median2 == 2 ? _("once") : _("twice");
  /* TRANSLATORS: a median, such as 8.5 */
  return SAY(p->arena, _("%1$s times"), decimal_text(p->arena, build_median(p, median2)));
}

/* "The 8 that have it as their first sector shipped 10.5 times in 90 days at the median."  Empty: there are none. */
static struct span firsts_text(struct page *p, const struct catalog_term *t)
{
  if (!t->firsts)
    return SPAN("");
  if (t->firsts == 1)
    return ARENA_JOIN(p->arena, SPAN(" "), SAY(p->arena, _("The one that has it as its first sector shipped %1$s in 90 days."),
                                               median_text(p, t->median2)));
  /* TRANSLATORS: "10.5 times", their median; the number of products */
  return ARENA_JOIN(p->arena, SPAN(" "),
                    SAY(p->arena, PLURAL("The %2$s that has it as its first sector shipped %1$s in 90 days at the median.",
                                         "The %2$s that have it as their first sector shipped %1$s in 90 days at the median.",
                                         t->firsts),
                        median_text(p, t->median2), arena_uint(p->arena, t->firsts, 1)));
}

/* Of a sector or theme: "7 products, fastest first. The sector’s median product shipped 8.5 times in 90 days."  The median is of
 * the products whose first sector it is. */
static struct span term_intro(struct page *p, const struct ranking *r)
{
  struct span sorted = sort_sentence(p->order);
  if (!r->list.total)
    return r->theme ? _("No published product has this theme yet.") : _("No published product is in this sector yet.");
  if (r->list.total == 1) /* no order among one */
    return r->theme ? SAY(p->arena, _("One product with the theme %1$s."), r->term.slug)
                    : ARENA_JOIN(p->arena, _("One product."), firsts_text(p, &r->term));
  if (r->theme)
    return SAY(p->arena, PLURAL("%1$s product with the theme %2$s, %3$s.", "%1$s products with the theme %2$s, %3$s.",
                                r->list.total),
               arena_uint(p->arena, r->list.total, 1), r->term.slug, sorted);
  if (r->term.firsts != r->list.total)
    return ARENA_JOIN(p->arena, SAY(p->arena, PLURAL("%1$s product, %2$s.", "%1$s products, %2$s.", r->list.total),
                                    arena_uint(p->arena, r->list.total, 1), sorted),
                      firsts_text(p, &r->term));
  return SAY(p->arena, PLURAL("%1$s product, %2$s. The sector’s median product shipped %3$s in 90 days.",
                              "%1$s products, %2$s. The sector’s median product shipped %3$s in 90 days.", r->list.total),
             arena_uint(p->arena, r->list.total, 1), sorted, median_text(p, r->term.median2));
}

static struct span intro_of(struct page *p, const struct ranking *r)
{
  if (r->term.slug.n)
    return term_intro(p, r);
  if (!r->list.total)
    return _("No product is published here yet.");
  return r->list.total == 1 ? _("The only product tracked so far.")
                            : SAY(p->arena, _("All %1$s products, %2$s."), arena_uint(p->arena, r->list.total, 1),
                                  sort_sentence(p->order));
}

static struct span title_of(const struct page *p, const struct ranking *r)
{
  if (r->term.slug.n)
    return r->theme ? r->term.slug : r->term.name;
  return p->usual_order == CATALOG_BY_NAME ? _("Products") : _("Leaderboard");
}

static void related(struct page *p, const struct ranking *r, struct ranking_view *v)
{
  v->related.v = ARENA_ARRAY(p->arena, r->n_related, struct link_view);
  for (size_t i = 0; i < r->n_related && v->related.v; i++)
    v->related.v[v->related.n++] =
        (struct link_view){.text = r->theme ? r->related[i].slug : r->related[i].name,
                           .href = build_path(p, r->theme ? "/themes/" : "/sectors/", r->related[i].slug)};
}

static void frame(struct page *p, const struct ranking *r, struct ranking_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view), *feed = ARENA_NEW(p->arena, struct link_view);
  bool term = r->term.slug.n, sector = term && !r->theme;
  /* The introduction of a sector does not name it. */
  struct span description = sector ? ARENA_JOIN(p->arena, v->title, SPAN(": "), v->intro) : v->intro;
  if (!above || !feed)
    return;
  *above = sector ? (struct link_view){.text = _("Sectors"), .href = SPAN("/sectors")}
                  : (struct link_view){.text = _("Themes"), .href = SPAN("/themes")};
  *feed = (struct link_view){.text = SAY(p->arena, _("Ship moves in %1$s"), v->title),
                             .href = arena_printf(p->arena, "%.*s.atom", SPAN_ARG(p->canonical))};
  v->page = listing_collection(p, &(struct page_frame){.title = v->title,
                                                       .description = description,
                                                       .crumbs = above,
                                                       .n_crumbs = term,
                                                       .feeds = feed,
                                                       .n_feeds = sector,
                                                       .representations = true},
                               v->pager, v->products.v, v->products.n);
}

/* By name, a place is no rank, and each letter begins a group. */
static void fill_products(struct page *p, const struct ranking *r, struct ranking_view *v)
{
  v->products.v = listing_cards(p, &r->list);
  v->products.n = v->products.v ? r->list.n : 0;
  v->ranked = p->order != CATALOG_BY_NAME;
  for (size_t i = 0; i < v->products.n; i++)
    v->products.v[i].ranked = v->ranked;
  if (!v->ranked && !r->term.slug.n) {
    letters_mark(&r->letters, v->products.v, v->products.n);
    v->letters.v = letters_links(p, &r->letters);
    v->letters.n = v->letters.v ? r->letters.n : 0;
    v->lettered = v->letters.n > 0;
  }
}

static enum err build_ranking(struct page *p)
{
  struct ranking *r = p->plan;
  struct ranking_view *v = ARENA_NEW(p->arena, struct ranking_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = title_of(p, r);
  v->eyebrow = !r->term.slug.n ? SPAN("") : r->theme ? _("Theme") : _("Sector");
  v->intro = intro_of(p, r);
  v->as_of = page_hour(p, p->pin.window_us);
  v->by = r->list.total ? sort_name(p->order) : SPAN("");
  v->months = build_months_shown(p);
  v->total = r->list.total;
  v->orders.v = r->list.total > 1 ? sort_links(p) : NULL;
  v->orders.n = v->orders.v ? CATALOG_ORDERS : 0;
  v->sortable = v->orders.n > 0;
  fill_products(p, r, v);
  v->pager = listing_pager(p, &r->list);
  related(p, r, v);
  frame(p, r, v);
  p->view = v;
  return ERR_OK;
}

enum err build_leaderboard(struct page *p)
{
  return build_ranking(p);
}

enum err build_all_products(struct page *p)
{
  return build_ranking(p);
}

enum err build_sector(struct page *p)
{
  return build_ranking(p);
}

enum err build_theme(struct page *p)
{
  return build_ranking(p);
}
