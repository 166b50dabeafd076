/* /: the newest editorials, comparisons and releases (home_news.c), the newest sparks, the leaders, the sectors and the
 * picker. */
#include "site/home_news.h"
#include "site/jsonld.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/picker.h"
#include "site/sectors.h"
#include "site/site.h"

#define SPARKS SPARKS_MAX /* a fragment holds this many of its product's newest sparks, so the newest of all are among them */
#define LEADERS 10
#define SECTORS 100

struct home {
  struct home_news news;
  struct listing leaders;
  struct member movers[SPARKS]; /* products with the newest sparks */
  size_t n_movers;
  struct picker picker;
  struct sector_row *sectors;
  uint32_t n_sectors, total;
};

enum plan plan_home(struct page *p, struct span param)
{
  struct home *h = ARENA_NEW(p->arena, struct home);
  struct catalog_list ranking = catalog_ranking(&p->pin), recent = catalog_recent_sparks(&p->pin);
  (void)param;
  p->canonical = SPAN("/");
  p->plan = h;
  if (!h)
    return PLAN_OK;
  h->total = ranking.n;
  home_news_plan(p, &h->news);
  h->leaders.cards = ARENA_ARRAY(p->arena, LEADERS, struct planned_product);
  for (uint32_t i = 0; i < ranking.n && i < LEADERS; i++)
    listing_add(p, &h->leaders, ranking.ordinals[i], i + 1);
  for (uint32_t i = 0; i < recent.n && h->n_movers < SPARKS; i++) {
    struct member *m = &h->movers[h->n_movers];
    if (!page_member(p, recent.ordinals[i], m))
      continue;
    m->want = page_want_product(p, m, FRAGMENT_SPARKS, 0);
    h->n_movers++;
  }
  page_digest(p, &h->total, sizeof h->total);
  picker_plan(p, 2, &h->picker);
  h->n_sectors = sectors_plan_rows(p, 0, SECTORS, &h->sectors);
  return PLAN_OK;
}

struct spark_entry {
  const struct activity *activity;
  const struct facts *facts;
};

static int spark_cmp(const struct spark_entry *x, const struct spark_entry *y)
{
  if (x->activity->occurred_us != y->activity->occurred_us)
    return x->activity->occurred_us < y->activity->occurred_us ? 1 : -1;
  int c = span_cmp(x->facts->slug, y->facts->slug);
  return c ? c : (x->activity->id > y->activity->id) - (x->activity->id < y->activity->id);
}

/* Keeps the SPARKS newest in order.  False: this one is not among them. */
static bool spark_insert(struct spark_entry *v, size_t *n, struct spark_entry one)
{
  size_t at = *n;
  while (at > 0 && spark_cmp(&one, &v[at - 1]) < 0)
    at--;
  if (at == SPARKS)
    return false;
  *n += *n < SPARKS;
  memmove(v + at + 1, v + at, (*n - at - 1) * sizeof *v);
  v[at] = one;
  return true;
}

static void sparks_fill(struct page *p, const struct home *h, struct home_view *v)
{
  struct spark_entry newest[SPARKS];
  size_t n = 0;
  for (size_t i = 0; i < h->n_movers; i++) {
    const struct sparks *of = page_value(p, h->movers[i].want);
    for (size_t k = 0; of && k < of->n; k++) /* newest first */
      if (!spark_insert(newest, &n, (struct spark_entry){&of->v[k], &h->movers[i].facts}))
        break;
  }
  v->sparks.v = ARENA_ARRAY(p->arena, SPARKS, struct activity_view);
  for (size_t i = 0; i < n && v->sparks.v; i++) {
    struct activity_view *a = &v->sparks.v[v->sparks.n++];
    build_activity(p, newest[i].activity, newest[i].facts, 0, a);
    a->position = a->sign = SPAN("");
  }
}

static struct span lede(struct page *p, uint32_t total)
{
  if (!total)
    return _("Products side by side: none is published here yet.");
  return SAY(p->arena,
             PLURAL("%1$s product side by side: what each is, how fast it ships compared with its sector, and what moved lately.",
                    "%1$s products side by side: what each is, how fast it ships compared with its sector, and what moved lately.",
                    total),
             arena_uint(p->arena, total, 1));
}

enum err build_home(struct page *p)
{
  struct home *h = p->plan;
  struct home_view *v = ARENA_NEW(p->arena, struct home_view);
  struct jsonld j;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("What moved lately");
  v->lede = lede(p, h->total);
  v->as_of = page_hour(p, p->pin.window_us);
  v->months = build_months_shown(p);
  v->total = h->total;
  v->any = h->total > 0;
  v->several = h->total > 1;
  home_news_build(p, &h->news, v);
  sparks_fill(p, h, v);
  v->sparked = v->sparks.n > 0;
  v->leaders.v = listing_cards(p, &h->leaders);
  v->leaders.n = v->leaders.v ? h->leaders.n : 0;
  v->sectors.v = sectors_build(p, h->sectors, h->n_sectors);
  v->sectors.n = v->sectors.v ? h->n_sectors : 0;
  v->picker = picker_build(p, &h->picker);
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .head_title = SAY(p->arena, _("%1$s · Products side by side"),
                                                                  span_z(site_config(p->site)->site_name)),
                                                .description = v->lede,
                                                .representations = true});
  if (v->page && page_is_html(p)) {
    jsonld_begin(&j, p, v->page);
    jsonld_web_page(&j, "WebPage");
    jsonld_cards(&j, _("Leaders by velocity"), v->leaders.v, v->leaders.n);
    v->page->json_ld = jsonld_end(&j);
  }
  p->view = v;
  return ERR_OK;
}
