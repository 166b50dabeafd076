/* /sectors: all sectors in their order, each with its number of products, its median and its leader. */
#include "site/link_words.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/sectors.h"

struct sectors {
  struct listing list;
  struct sector_row *rows;
  uint32_t n;
};

/* Sectors without a published product say nothing, so no list has them. */
static uint32_t shown_count(const struct page *p)
{
  struct catalog_term t;
  uint32_t all = catalog_sectors(&p->pin), n = 0;
  for (uint32_t i = 0; i < all; i++)
    n += catalog_sector(&p->pin, i, &t) && t.ranking.n;
  return n;
}

uint32_t sectors_plan_rows(struct page *p, uint32_t first, uint32_t most, struct sector_row **out)
{
  uint32_t all = catalog_sectors(&p->pin), n = 0;
  struct sector_row *rows = ARENA_ARRAY(p->arena, most, struct sector_row);
  for (uint32_t i = 0, shown = 0; rows && i < all && n < most; i++) {
    struct sector_row *row = &rows[n];
    if (!catalog_sector(&p->pin, i, &row->term) || !row->term.ranking.n || shown++ < first)
      continue;
    page_digest_term(p, &row->term);
    page_digest(p, &row->term.ranking.n, sizeof row->term.ranking.n);
    row->leader.ordinal = CATALOG_NONE;
    if (!page_member(p, row->term.ranking.ordinals[0], &row->leader))
      row->leader.ordinal = CATALOG_NONE;
    n++;
  }
  *out = rows;
  return n;
}

struct sector_view *sectors_build(struct page *p, const struct sector_row *rows, uint32_t n)
{
  struct sector_view *v = ARENA_ARRAY(p->arena, n, struct sector_view);
  for (uint32_t i = 0; i < n && v; i++) {
    const struct catalog_term *t = &rows[i].term;
    v[i] = (struct sector_view){.slug = t->slug,
                                .name = t->name,
                                .href = build_path(p, "/sectors/", t->slug),
                                .products = t->ranking.n,
                                .median = t->firsts ? build_median(p, t->median2) : SPAN(""),
                                .firsts = t->firsts,
                                .mixed = t->firsts != t->ranking.n};
    if (rows[i].leader.ordinal == CATALOG_NONE || rows[i].leader.tenths == SCORE_NONE)
      continue;
    v[i].leader = rows[i].leader.facts.name;
    v[i].leader_href = build_path(p, "/products/", rows[i].leader.facts.slug);
    v[i].leader_kind = link_words(p, v[i].leader, N_("trajectory"));
    v[i].leader_score = sentences_score(p->arena, rows[i].leader.tenths);
  }
  return v;
}

enum plan plan_sectors(struct page *p, struct span param)
{
  struct sectors *s = ARENA_NEW(p->arena, struct sectors);
  (void)param;
  p->canonical = SPAN("/sectors");
  p->plan = s;
  if (!s)
    return PLAN_OK;
  enum plan result = listing_page(p, shown_count(p), &s->list);
  if (result == PLAN_OK)
    s->n = sectors_plan_rows(p, s->list.first, LISTING_PAGE, &s->rows);
  return result;
}

enum err build_sectors(struct page *p)
{
  struct sectors *s = p->plan;
  struct sectors_view *v = ARENA_NEW(p->arena, struct sectors_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("Sectors");
  v->intro = s->list.total ? _("The fields that products are compared within, each with the one that ships fastest.")
                           : _("No published product is in a sector yet.");
  v->as_of = page_hour(p, p->pin.window_us);
  v->sectors.v = sectors_build(p, s->rows, s->n);
  v->sectors.n = v->sectors.v ? s->n : 0;
  v->pager = listing_pager(p, &s->list);
  v->page = listing_collection(p, &(struct page_frame){.title = v->title, .description = v->intro, .representations = true},
                               v->pager, NULL, 0);
  p->view = v;
  return ERR_OK;
}
