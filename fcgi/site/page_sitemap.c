/* /sitemap.xml, an index, and its parts:
 *   /sitemaps/pages-N.xml     home, lists, sectors and themes with published products, static pages
 *   /sitemaps/products-N.xml  trajectory, alternatives and questions of SITEMAP_PRODUCTS products each
 *   /sitemaps/pairs-N.xml     meaningful pairs of SITEMAP_PAIRS products each: of each product the 20 that are
 *                             closest to it, the editors' picks and those that they compared it with, every pair once.  A part
 *                             without pairs would be an invalid sitemap and is left out
 * The view is filled by the plan, from the catalog only.  lastmod follows the rows, even when it goes back. */
#include "site/build.h"
#include "site/close_products.h"
#include "site/pages.h"
#include "site/view_machine.h"

#define SITEMAP_URLS 50000
#define SITEMAP_PRODUCTS 15000
#define SITEMAP_PAIRS 1000
#define SITEMAP_CLOSE 20
#define FIXED 8 /* pages that always exist */

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
  struct catalog_label label;
  for (uint32_t i = from; i < to && i < all.n; i++)
    if (catalog_label_read(&p->pin, all.ordinals[i], &label) && label.changed_us > us)
      us = lastmod_us(label.changed_us) > us ? label.changed_us : us;
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
  static const char *const fixed[FIXED] = {"/", "/compare", "/products", "/leaderboard", "/sectors", "/themes", "/faq",
                                           "/predictions"};
  uint32_t sectors = catalog_sectors(&p->pin), pages = catalog_pages(&p->pin);
  if (n < FIXED)
    sitemap_add(p, v, span_z(fixed[n]), CLOCK_NEVER);
  else if ((n -= FIXED) < pages) {
    if (catalog_page_at(&p->pin, n, &e) && e.status == PRODUCT_PUBLISHED)
      sitemap_add(p, v, build_path(p, "/", e.slug), e.changed_us);
  } else if ((n -= pages) < sectors) {
    if (catalog_sector(&p->pin, n, &t) && t.ranking.n)
      sitemap_add(p, v, build_path(p, "/sectors/", t.slug), CLOCK_NEVER);
  } else if (catalog_theme(&p->pin, n - sectors, &t) && t.ranking.n)
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

static bool has_product(const struct close_list *list, uint32_t ordinal)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].ordinal == ordinal)
      return true;
  return false;
}

/* Does this product list its pair with `other`, one of the products closest to it?  The one with the lower slug does, or
 * the one that has the other among its closest when that does not hold the other way round. */
static bool lists_close(struct page *p, const struct facts *f, uint32_t ordinal, const struct facts *other)
{
  struct close_list back;
  if (span_cmp(f->slug, other->slug) < 0)
    return true;
  close_products_of(&p->pin, other, SITEMAP_CLOSE, &back);
  return !has_product(&back, ordinal);
}

/* Is this pair, which the editors named, not listed as a close one?  close: of f. */
static bool lists_edited(struct page *p, const struct close_list *close, uint32_t ordinal, const struct facts *o, uint32_t other)
{
  struct close_list back;
  if (has_product(close, other))
    return false;
  close_products_of(&p->pin, o, SITEMAP_CLOSE, &back);
  return !has_product(&back, ordinal);
}

#define PAIRS_MAX (SITEMAP_URLS / SITEMAP_PAIRS) /* pairs that one product lists */

struct pairs {
  size_t n, most;
  uint32_t v[PAIRS_MAX]; /* ordinals of the other products */
};

static void close_pairs(struct page *p, const struct close_list *close, const struct facts *f, uint32_t ordinal, struct pairs *out)
{
  for (size_t i = 0; i < close->n && out->n < out->most; i++)
    if (lists_close(p, f, ordinal, &close->v[i].facts))
      out->v[out->n++] = close->v[i].ordinal;
}

/* The first pair of the editors whose lower id is at least this. */
static uint32_t first_pair(struct page *p, uint64_t id)
{
  uint32_t low = 0, high = catalog_pairs(&p->pin);
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    uint64_t a, b;
    if (catalog_pair_at(&p->pin, mid, &a, &b) && a < id)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

/* The pairs that the editors wrote about are listed by the product with the lower id. */
static void edited_pairs(struct page *p, const struct close_list *close, const struct facts *f, uint32_t ordinal, struct pairs *out)
{
  uint64_t a, b;
  struct facts o;
  for (uint32_t i = first_pair(p, f->id); out->n < out->most && catalog_pair_at(&p->pin, i, &a, &b) && a == f->id; i++) {
    uint32_t other = catalog_find_id(&p->pin, b);
    if (other != CATALOG_NONE && catalog_facts(&p->pin, other, &o) && o.status == PRODUCT_PUBLISHED &&
        lists_edited(p, close, ordinal, &o, other))
      out->v[out->n++] = other;
  }
}

static bool picks(const struct facts *f, uint64_t id)
{
  for (uint32_t i = 0; i < f->n_picks; i++)
    if (f->picks[i] == id)
      return true;
  return false;
}

/* A pick is listed by the product that has it, or by the one with the lower slug when each picks the other. */
static void picked_pairs(struct page *p, const struct close_list *close, const struct facts *f, uint32_t ordinal, struct pairs *out)
{
  struct facts o;
  for (uint32_t i = 0; i < f->n_picks && out->n < out->most; i++) {
    uint32_t other = catalog_find_id(&p->pin, f->picks[i]);
    if (other == CATALOG_NONE || !catalog_facts(&p->pin, other, &o) || o.status != PRODUCT_PUBLISHED ||
        catalog_pair(&p->pin, f->id, o.id) || (picks(&o, f->id) && span_cmp(o.slug, f->slug) < 0))
      continue;
    if (lists_edited(p, close, ordinal, &o, other))
      out->v[out->n++] = other;
  }
}

static void pairs_of(struct page *p, const struct facts *f, uint32_t ordinal, size_t most, struct pairs *out)
{
  struct close_list close;
  out->n = 0;
  out->most = most;
  close_products_of(&p->pin, f, SITEMAP_CLOSE, &close);
  close_pairs(p, &close, f, ordinal, out);
  edited_pairs(p, &close, f, ordinal, out);
  picked_pairs(p, &close, f, ordinal, out);
}

static void add_pairs(struct page *p, struct sitemap_view *v, const struct facts *f, uint32_t ordinal)
{
  struct pairs pairs;
  struct facts o;
  pairs_of(p, f, ordinal, PAIRS_MAX, &pairs);
  for (size_t i = 0; i < pairs.n; i++)
    if (catalog_facts(&p->pin, pairs.v[i], &o)) {
      int64_t a_us = lastmod_us(f->changed_us), b_us = lastmod_us(o.changed_us);
      sitemap_add(p, v, build_pair_path(p, f->slug, o.slug), a_us > b_us ? a_us : b_us);
    }
}

/* Has this part any pair?  On most sites its first product has one. */
static bool any_pairs(struct page *p, struct catalog_list all, uint32_t from)
{
  struct facts f;
  struct pairs found;
  for (uint32_t i = from; i < all.n && i < from + SITEMAP_PAIRS; i++)
    if (catalog_facts(&p->pin, all.ordinals[i], &f)) {
      pairs_of(p, &f, all.ordinals[i], 1, &found);
      if (found.n)
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
