/* /sitemap.xml, an index, and its parts:
 *   /sitemaps/pages-N.xml     home, lists, sectors, themes, static pages
 *   /sitemaps/products-N.xml  trajectory, alternatives and questions of SITEMAP_PRODUCTS products each
 *   /sitemaps/pairs-N.xml     meaningful pairs of SITEMAP_PAIRS products each: a shared sector or theme,
 *                             the top 20 partners of each product, every pair once.  A part without
 *                             pairs would be an invalid sitemap and is left out
 * The view is filled by the plan, from the catalog only.  lastmod follows the rows, even when it goes back. */
#include "site/build.h"
#include "site/pages.h"
#include "site/top_ranked.h"
#include "site/view_machine.h"

#define SITEMAP_URLS 50000
#define SITEMAP_PRODUCTS 15000
#define SITEMAP_PAIRS 1000
#define FIXED 5 /* pages that always exist */

/* Rows of other systems hold times before 1970 and in the future.  Neither can be the time of a change. */
static int64_t lastmod_us(int64_t changed_us)
{
  return changed_us < 0 || changed_us > clock_now_us() ? CLOCK_NEVER : changed_us;
}

static void sitemap_add(struct page *p, struct sitemap_view *v, struct span path, int64_t changed_us)
{
  char iso[CLOCK_ISO_MAX] = "";
  changed_us = lastmod_us(changed_us);
  if (v->urls.n == SITEMAP_URLS || !v->urls.v)
    return;
  if (changed_us != CLOCK_NEVER)
    clock_iso(iso, changed_us, 0);
  struct sitemap_url_view *u = &v->urls.v[v->urls.n++];
  u->loc = page_absolute(p, path);
  u->lastmod = arena_copy(p->arena, span_z(iso));
  page_changed_at(p, changed_us);
  page_digest_span(p, u->loc);
  page_digest_span(p, u->lastmod);
}

static struct sitemap_view *view_new(struct page *p, size_t most)
{
  struct sitemap_view *v = ARENA_NEW(p->arena, struct sitemap_view);
  if (v)
    v->urls.v = ARENA_ARRAY(p->arena, most < SITEMAP_URLS ? most : SITEMAP_URLS, struct sitemap_url_view);
  p->plan = v;
  return v;
}

static uint32_t parts(uint32_t n, uint32_t each)
{
  return (n + each - 1) / each;
}

/* The newest change of the products [from, to), ordered by slug. */
static int64_t latest_change(struct page *p, struct catalog_list all, uint32_t from, uint32_t to)
{
  int64_t us = CLOCK_NEVER;
  struct facts f;
  for (uint32_t i = from; i < to && i < all.n; i++)
    if (catalog_facts(&p->pin, all.ordinals[i], &f) && lastmod_us(f.changed_us) > us)
      us = lastmod_us(f.changed_us);
  return us;
}

/* The number of addresses in all parts pages-N.xml, which number them consecutively. */
static uint32_t pages_count(struct page *p)
{
  return FIXED + catalog_sectors(&p->pin) + catalog_themes(&p->pin) + catalog_pages(&p->pin);
}

static void add_numbered_page(struct page *p, struct sitemap_view *v, uint32_t n)
{
  struct catalog_term t;
  struct page_head e;
  static const char *const fixed[FIXED] = {"/", "/compare", "/leaderboard", "/sectors", "/faq"};
  uint32_t sectors = catalog_sectors(&p->pin), pages = catalog_pages(&p->pin);
  if (n < FIXED)
    sitemap_add(p, v, span_z(fixed[n]), CLOCK_NEVER);
  else if ((n -= FIXED) < pages) {
    if (catalog_page_at(&p->pin, n, &e) && e.status == PRODUCT_PUBLISHED)
      sitemap_add(p, v, build_path(p, "/", e.slug), e.changed_us);
  } else if ((n -= pages) < sectors) {
    if (catalog_sector(&p->pin, n, &t))
      sitemap_add(p, v, build_path(p, "/sectors/", t.slug), CLOCK_NEVER);
  } else if (catalog_theme(&p->pin, n - sectors, &t))
    sitemap_add(p, v, build_path(p, "/themes/", t.slug), CLOCK_NEVER);
}

static void add_pages(struct page *p, struct sitemap_view *v, uint32_t from)
{
  uint32_t all = pages_count(p);
  for (uint32_t n = from; n < all && n < from + SITEMAP_URLS; n++)
    add_numbered_page(p, v, n);
}

static void add_product(struct page *p, struct sitemap_view *v, const struct facts *f, uint32_t ordinal)
{
  (void)ordinal;
  sitemap_add(p, v, build_path(p, "/products/", f->slug), f->changed_us);
  sitemap_add(p, v, build_path(p, "/alternatives/", f->slug), CLOCK_NEVER);
  sitemap_add(p, v, build_path(p, "/faq/", f->slug), f->changed_us);
}

/* The partners of f: the top ranked products that share a sector or a theme with it. */
static void partners_of(struct page *p, const struct facts *f, struct top_ranked_list *k)
{
  struct catalog_term t;
  k->n = k->fixed = 0;
  k->most = TOP_RANKED_MAX;
  k->skip = &f->id;
  k->n_skip = 1;
  for (uint32_t i = 0; i < f->n_sectors; i++)
    if (catalog_sector_id(&p->pin, f->sectors[i], &t))
      top_ranked_add(&p->pin, t.ranking, k);
  for (uint32_t i = 0; i < f->n_themes; i++)
    if (catalog_theme_id(&p->pin, f->themes[i], &t))
      top_ranked_add(&p->pin, t.ranking, k);
}

static bool has_product(const struct top_ranked_list *k, uint64_t id)
{
  for (size_t i = 0; i < k->n; i++)
    if (k->v[i].facts.id == id)
      return true;
  return false;
}

static bool ranks_high(struct catalog_list ranking, uint32_t ordinal)
{
  for (uint32_t i = 0; i < ranking.n && i <= TOP_RANKED_MAX; i++)
    if (ranking.ordinals[i] == ordinal)
      return true;
  return false;
}

/* Can f be a partner of another product?  Only if f is near the top of one of its sectors or themes.  Most products of
 * a large site are not; for them lists_pair needs no partners of other products. */
static bool may_be_partner(struct page *p, const struct facts *f, uint32_t ordinal)
{
  struct catalog_term t;
  for (uint32_t i = 0; i < f->n_sectors; i++)
    if (catalog_sector_id(&p->pin, f->sectors[i], &t) && ranks_high(t.ranking, ordinal))
      return true;
  for (uint32_t i = 0; i < f->n_themes; i++)
    if (catalog_theme_id(&p->pin, f->themes[i], &t) && ranks_high(t.ranking, ordinal))
      return true;
  return false;
}

/* Each pair is listed once.  Called when o is a partner of f.  The pair is listed with f if f has the lower slug, or
 * if f is not a partner of o. */
static bool lists_pair(struct page *p, const struct facts *f, const struct facts *o, bool partner)
{
  struct top_ranked_list partners;
  if (!partner || span_cmp(f->slug, o->slug) < 0)
    return true;
  partners_of(p, o, &partners);
  return !has_product(&partners, f->id);
}

static void add_pairs(struct page *p, struct sitemap_view *v, const struct facts *f, uint32_t ordinal)
{
  struct top_ranked_list partners;
  bool partner = may_be_partner(p, f, ordinal);
  partners_of(p, f, &partners);
  for (size_t i = 0; i < partners.n; i++) {
    const struct facts *o = &partners.v[i].facts;
    int64_t a_us = lastmod_us(f->changed_us), b_us = lastmod_us(o->changed_us);
    if (lists_pair(p, f, o, partner))
      sitemap_add(p, v, build_pair_path(p, f->slug, o->slug), a_us > b_us ? a_us : b_us);
  }
}

/* Has this part any pair?  Nearly always the first product has one. */
static bool any_pairs(struct page *p, struct catalog_list all, uint32_t from)
{
  struct facts f;
  struct top_ranked_list partners;
  for (uint32_t i = from; i < all.n && i < from + SITEMAP_PAIRS; i++) {
    if (!catalog_facts(&p->pin, all.ordinals[i], &f))
      continue;
    bool partner = may_be_partner(p, &f, all.ordinals[i]);
    partners_of(p, &f, &partners);
    for (size_t k = 0; k < partners.n; k++)
      if (lists_pair(p, &f, &partners.v[k].facts, partner))
        return true;
  }
  return false;
}

enum plan plan_sitemap_index(struct page *p, struct span param)
{
  struct catalog_list all = catalog_by_slug(&p->pin);
  uint32_t products = parts(all.n, SITEMAP_PRODUCTS), pairs = parts(all.n, SITEMAP_PAIRS);
  uint32_t pages = parts(pages_count(p), SITEMAP_URLS);
  struct sitemap_view *v = view_new(p, products + pairs + pages);
  (void)param;
  p->canonical = SPAN("/sitemap.xml");
  for (uint32_t i = 0; i < pages && v; i++)
    sitemap_add(p, v, arena_printf(p->arena, "/sitemaps/pages-%u.xml", i + 1), CLOCK_NEVER);
  for (uint32_t i = 0; i < products && v; i++)
    sitemap_add(p, v, arena_printf(p->arena, "/sitemaps/products-%u.xml", i + 1),
                latest_change(p, all, i * SITEMAP_PRODUCTS, (i + 1) * SITEMAP_PRODUCTS));
  for (uint32_t i = 0; i < pairs && v; i++)
    if (any_pairs(p, all, i * SITEMAP_PAIRS))
      sitemap_add(p, v, arena_printf(p->arena, "/sitemaps/pairs-%u.xml", i + 1), CLOCK_NEVER);
  return PLAN_OK;
}

/* "products-3" -> 3; 0: another prefix or not a number. */
static uint32_t part_number(struct span param, struct span prefix)
{
  uint32_t n = 0;
  if (!span_starts(param, prefix) || param.n == prefix.n || param.n > prefix.n + 6 || param.p[prefix.n] == '0')
    return 0;
  for (size_t i = prefix.n; i < param.n; i++) {
    if (param.p[i] < '0' || param.p[i] > '9')
      return 0;
    n = n * 10 + (uint32_t)(param.p[i] - '0');
  }
  return n;
}

static void add_range(struct page *p, struct sitemap_view *v, uint32_t from, uint32_t most,
                      void (*each)(struct page *, struct sitemap_view *, const struct facts *, uint32_t))
{
  struct catalog_list all = catalog_by_slug(&p->pin);
  struct facts f;
  for (uint32_t i = from; i < all.n && i < from + most; i++)
    if (catalog_facts(&p->pin, all.ordinals[i], &f))
      each(p, v, &f, all.ordinals[i]);
}

enum plan plan_sitemap(struct page *p, struct span param)
{
  uint32_t products = part_number(param, SPAN("products-")), pairs = part_number(param, SPAN("pairs-"));
  uint32_t pages = part_number(param, SPAN("pages-")), all = catalog_by_slug(&p->pin).n;
  if (pages > parts(pages_count(p), SITEMAP_URLS) || products > parts(all, SITEMAP_PRODUCTS) || pairs > parts(all, SITEMAP_PAIRS) ||
      !(pages || products || pairs))
    return PLAN_NOT_FOUND;
  p->canonical = arena_printf(p->arena, "/sitemaps/%.*s.xml", SPAN_ARG(param));
  struct sitemap_view *v = view_new(p, SITEMAP_URLS);
  if (!v)
    return PLAN_OK;
  if (pages)
    add_pages(p, v, (pages - 1) * SITEMAP_URLS);
  else if (products)
    add_range(p, v, (products - 1) * SITEMAP_PRODUCTS, SITEMAP_PRODUCTS, add_product);
  else
    add_range(p, v, (pairs - 1) * SITEMAP_PAIRS, SITEMAP_PAIRS, add_pairs);
  return v->urls.n ? PLAN_OK : PLAN_NOT_FOUND;
}

enum err build_sitemap_index(struct page *p)
{
  p->view = p->plan;
  return p->view ? ERR_OK : ERR_NO_MEMORY;
}

enum err build_sitemap(struct page *p)
{
  return build_sitemap_index(p);
}
