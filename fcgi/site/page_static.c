/* Static pages, which the editors write: /about and any other /{slug} of table `page`; and /methodology, which adds the
 * bands and the current medians.  The template of /methodology contains the rules, so that page exists without a
 * published row too. */
#include "site/attribute_list.h"
#include "site/jsonld.h"
#include "site/pages.h"
#include "site/sectors.h"
#include "text/utf8.h"

#define SECTORS_MOST 200
#define EXAMPLE_TRIES 50

struct static_page {
  struct page_head row; /* id 0: none */
  size_t want;             /* SIZE_MAX: none */
};

struct methodology {
  struct static_page static_page;
  uint32_t bands[BAND_COUNT], unscored;
  struct sector_row *sectors;
  uint32_t n_sectors;
  struct planned_product example;
  bool has_example;
  struct attribute_list list;
};

/* ---- plan */

static enum plan plan_page_row(struct page *p, struct span slug, struct static_page *w)
{
  w->want = SIZE_MAX;
  if (!catalog_page_slug(&p->pin, slug, &w->row))
    return PLAN_NOT_FOUND;
  if (w->row.status != PRODUCT_PUBLISHED)
    return w->row.status == PRODUCT_ARCHIVED ? PLAN_GONE : PLAN_NOT_FOUND;
  w->want = page_want(p, (struct want){.kind = FRAGMENT_PAGE,
                                       .id = w->row.id,
                                       .version = catalog_newest_page_version(p->pin.catalog, w->row.id, w->row.version),
                                       .ordinal = CATALOG_NONE});
  return PLAN_OK;
}

enum plan plan_static_page(struct page *p, struct span param)
{
  struct static_page *w = ARENA_NEW(p->arena, struct static_page);
  p->plan = w;
  p->canonical = build_path(p, "/", param);
  return w ? plan_page_row(p, param, w) : PLAN_OK;
}

/* The number of products that score `tenths` or more.  Rankings are sorted by score, products without one last. */
static uint32_t count_from_score(struct page *p, struct catalog_list list, int tenths)
{
  uint32_t low = 0, high = list.n;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (catalog_score(&p->pin, list.ordinals[mid]) >= tenths)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

#define BAND_FROM(name, label, from, to) from,
#define BAND_TO(name, label, from, to) to,
static const int band_from[] = {BAND_LIST(BAND_FROM)}, band_to[] = {BAND_LIST(BAND_TO)};

static void plan_bands(struct page *p, struct methodology *m)
{
  struct catalog_list all = catalog_ranking(&p->pin);
  for (int b = 0; b < BAND_COUNT; b++)
    m->bands[b] = count_from_score(p, all, band_from[b]) - count_from_score(p, all, band_to[b]);
  m->unscored = all.n - count_from_score(p, all, 0);
  page_digest(p, m->bands, sizeof m->bands);
  page_digest(p, &m->unscored, sizeof m->unscored);
}

/* The highest ranked product whose score was not set by the editors. */
static void plan_example(struct page *p, struct methodology *m)
{
  struct catalog_list all = catalog_ranking(&p->pin);
  for (uint32_t i = 0; i < all.n && i < EXAMPLE_TRIES; i++) {
    struct facts f;
    struct member member;
    if (!catalog_facts(&p->pin, all.ordinals[i], &f) || f.override_tenths >= 0 || !f.activities)
      continue;
    m->has_example = page_member(p, all.ordinals[i], &member) && planned_product_fill(p, &member, &m->example);
    return;
  }
}

enum plan plan_methodology(struct page *p, struct span param)
{
  struct methodology *m = ARENA_NEW(p->arena, struct methodology);
  (void)param;
  p->plan = m;
  p->canonical = SPAN("/methodology");
  if (!m)
    return PLAN_OK;
  if (plan_page_row(p, SPAN("methodology"), &m->static_page) != PLAN_OK)
    m->static_page.row.id = 0;
  plan_bands(p, m);
  plan_example(p, m);
  m->n_sectors = sectors_plan_rows(p, 0, SECTORS_MOST, &m->sectors);
  attribute_list_plan(p, &m->list);
  return PLAN_OK;
}

/* ---- build */

static void entity_decode(struct buf *out, struct span *html)
{
  static const struct {
    struct span entity;
    char c;
  } known[] = {{{"&amp;", 5}, '&'}, {{"&lt;", 4}, '<'}, {{"&gt;", 4}, '>'}, {{"&quot;", 6}, '"'}, {{"&#39;", 5}, '\''}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (span_starts(*html, known[i].entity)) {
      buf_putc(out, known[i].c);
      *html = span_from(*html, known[i].entity.n);
      return;
    }
  buf_putc(out, html->p[0]);
  *html = span_from(*html, 1);
}

/* The beginning of a rendered body as plain text. */
static struct span plain_text(struct page *p, struct span html)
{
  struct buf out = BUF_INIT;
  while (html.n && out.n < BUILD_CUT_CHARS * 4) {
    if (html.p[0] == '<')
      html = span_from(html, span_find(html, '>') + 1);
    else if (html.p[0] == '&')
      entity_decode(&out, &html);
    else {
      buf_putc(&out, html.p[0] == '\n' ? ' ' : html.p[0]);
      html = span_from(html, 1);
    }
  }
  struct span plain = utf8_clean(p->arena, arena_take(p->arena, &out));
  return build_cut(p, span_trim(plain));
}

static struct span json_ld(struct page *p, struct page_view *frame, const char *type)
{
  struct jsonld j;
  jsonld_begin(&j, p, frame);
  jsonld_web_page(&j, type);
  jsonld_breadcrumb(&j);
  return jsonld_end(&j);
}

static struct page_view *frame(struct page *p, struct span title, struct span description)
{
  struct page_view *v = build_frame(p, &(struct page_frame){.title = title,
                                                            .description = description.n ? description : title,
                                                            .og_type = SPAN("article"),
                                                            .representations = true});
  if (v && page_is_html(p))
    v->json_ld = json_ld(p, v, v->on_about ? "AboutPage" : "WebPage");
  return v;
}

enum err build_static_page(struct page *p)
{
  struct static_page *w = p->plan;
  const struct page_text *t = page_value(p, w->want);
  struct static_view *v = ARENA_NEW(p->arena, struct static_view);
  if (!t)
    return ERR_NOT_FOUND;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = t->title;
  v->body = build_body(p, t->body, t->md);
  v->updated = page_time(p, t->updated_us);
  page_changed_at(p, t->updated_us);
  v->page = frame(p, v->title, plain_text(p, t->body.html));
  p->view = v;
  return ERR_OK;
}

static void bands(struct page *p, const struct methodology *m, struct methodology_view *v)
{
  v->bands.v = ARENA_ARRAY(p->arena, BAND_COUNT, struct band_view);
  for (int b = 0; b < BAND_COUNT && v->bands.v; b++) {
    bool last = b == BAND_COUNT - 1;
    int below = last ? band_to[b] - 1 : band_to[b];
    v->bands.v[v->bands.n++] =
        (struct band_view){.name = band_name((enum band)b),
                           .from = arena_printf(p->arena, "%d.%d", band_from[b] / 10, band_from[b] % 10),
                           .below = arena_printf(p->arena, "%d.%d", below / 10, below % 10),
                           .last = last,
                           .step = arena_printf(p->arena, "%d", b + 1),
                           .products = m->bands[b]};
  }
}

enum err build_methodology(struct page *p)
{
  struct methodology *m = p->plan;
  const struct page_text *t = page_value(p, m->static_page.want);
  struct methodology_view *v = ARENA_NEW(p->arena, struct methodology_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = t ? t->title : _("Methodology");
  if (t) {
    v->body = build_body(p, t->body, t->md);
    v->updated = page_time(p, t->updated_us);
    page_changed_at(p, t->updated_us);
  }
  page_changed_at(p, p->pin.window_us);
  v->as_of = page_hour(p, p->pin.window_us);
  bands(p, m, v);
  v->unscored = m->unscored;
  v->sectors.v = sectors_build(p, m->sectors, m->n_sectors);
  v->sectors.n = v->sectors.v ? m->n_sectors : 0;
  if (m->has_example && (v->example = ARENA_NEW(p->arena, struct product_view)))
    build_product(p, &m->example, NULL, NULL, 0, v->example);
  v->attributes.v = ARENA_ARRAY(p->arena, m->list.attributes.n, struct attribute_view);
  v->attributes.n = v->attributes.v ? attribute_list_build(p, &m->list, v->attributes.v) : 0;
  v->facts = v->attributes.n > 0;
  v->page = frame(p, v->title, t ? plain_text(p, t->body.html)
                                 : _("How velocity is computed: the formula, the bands and today’s medians."));
  p->view = v;
  return ERR_OK;
}
