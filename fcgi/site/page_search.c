/* /search?q=: products, sectors and themes, from the catalog only.  "kafka vs kubernetes" shows a link to the
 * comparison. */
#include <string.h>

#include "catalog/catalog_match.h"
#include "site/jsonld.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/picker.h"
#include "site/search_memo.h"
#include "site/view_search.h"
#include "text/url.h"
#include "text/utf8.h"

#define QUERY_CHARS 200
#define RESULTS_MAX 500
#define TERMS_MAX 12
#define SUGGEST 4

struct search {
  struct span query;
  bool too_long, inexact;
  struct listing list;
  struct catalog_term sectors[TERMS_MAX], themes[TERMS_MAX];
  size_t n_sectors, n_themes;
  struct member suggest[SUGGEST];
  size_t n_suggest;
  struct member set[PICKER_FIELDS]; /* the products of "a vs b", in canonical order */
  size_t n_set;
};

static size_t find_terms(struct page *p, bool themes, struct span needle, struct catalog_term *out)
{
  struct catalog_match m[TERMS_MAX];
  size_t found = catalog_search_terms(&p->pin, themes, needle, p->arena, m, TERMS_MAX), n = 0;
  for (size_t i = 0; i < found; i++)
    n += themes ? catalog_theme(&p->pin, m[i].ordinal, &out[n]) : catalog_sector(&p->pin, m[i].ordinal, &out[n]);
  return n;
}

static size_t match_put_first(struct catalog_match *m, size_t n, uint32_t ordinal)
{
  size_t at = 0;
  while (at < n && m[at].ordinal != ordinal)
    at++;
  if (at == n)
    n < RESULTS_MAX ? n++ : at--;
  memmove(m + 1, m, at * sizeof *m);
  m[0] = (struct catalog_match){ordinal, 0};
  return n;
}

/* A product whose slug or alias ("k8s") is the needle comes first. */
static enum plan find_products(struct page *p, struct span needle, struct search *s)
{
  struct catalog_match *m = ARENA_ARRAY(p->arena, RESULTS_MAX, struct catalog_match);
  struct member named;
  size_t n = m ? search_memo_find(p, needle, m, RESULTS_MAX) : 0;
  if (m && page_product(p, needle, &named) == PLAN_OK)
    n = match_put_first(m, n, named.ordinal);
  enum plan result = listing_page(p, (uint32_t)n, &s->list);
  s->inexact = n && m[0].cost >= MATCH_ONE_ERROR && !s->n_sectors && !s->n_themes;
  for (size_t i = s->list.first; result == PLAN_OK && i < n && i < s->list.first + LISTING_PAGE; i++)
    listing_add(p, &s->list, m[i].ordinal, 0);
  return result;
}

/* Removes the text before the next "vs" from *rest and returns it. */
static struct span name_take(struct span *rest)
{
  static const struct span marks[] = {{" vs ", 4}, {" vs. ", 5}, {" versus ", 8}, {"-vs-", 4}};
  size_t at = rest->n, skip = 0;
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t found = span_find_span(*rest, marks[i]);
    if (found < at)
      at = found, skip = marks[i].n;
  }
  struct span side = span_trim(span_head(*rest, at));
  *rest = span_from(*rest, at + skip);
  return side;
}

static bool set_add(struct search *s, const struct member *m)
{
  size_t at = s->n_set;
  for (size_t i = 0; i < s->n_set; i++)
    if (s->set[i].ordinal == m->ordinal)
      return true;
  if (s->n_set == PICKER_FIELDS)
    return false;
  for (; at && span_cmp(s->set[at - 1].facts.slug, m->facts.slug) > 0; at--)
    s->set[at] = s->set[at - 1];
  s->set[at] = *m;
  s->n_set++;
  return true;
}

/* "kafka vs kubernetes": two to four products, each named exactly or nearly.  False: a normal search. */
static bool find_set(struct page *p, struct span needle, struct search *s)
{
  struct span others = needle;
  name_take(&others);
  if (!others.n) /* a single name is searched only once, by find_products */
    return false;
  for (struct span rest = needle; rest.n;) {
    struct pick k = {.value = name_take(&rest)};
    picker_find(p, &k);
    if ((!k.known && !k.n_near) || !set_add(s, k.known ? &k.member : &k.near[0])) {
      s->n_set = 0;
      break;
    }
    s->inexact = s->inexact || !k.known;
  }
  s->n_set = s->n_set < 2 ? 0 : s->n_set;
  s->inexact = s->inexact && s->n_set;
  return s->n_set;
}

static enum plan list_set(struct page *p, struct search *s)
{
  enum plan result = listing_page(p, (uint32_t)s->n_set, &s->list);
  for (size_t i = 0; result == PLAN_OK && i < s->n_set; i++)
    listing_add(p, &s->list, s->set[i].ordinal, 0);
  return result;
}

static void suggest(struct page *p, struct search *s)
{
  struct catalog_list ranking = catalog_ranking(&p->pin);
  for (uint32_t i = 0; i < ranking.n && s->n_suggest < SUGGEST; i++)
    s->n_suggest += page_member(p, ranking.ordinals[i], &s->suggest[s->n_suggest]);
}

enum plan plan_search(struct page *p, struct span param)
{
  struct search *s = ARENA_NEW(p->arena, struct search);
  (void)param;
  p->canonical = SPAN("/search");
  p->noindex = p->uncacheable = true;
  p->plan = s;
  if (!s)
    return PLAN_OK;
  page_parameter_add(p, "q");
  struct span typed = span_trim(target_query(p->target, "q", p->arena));
  s->query = utf8_cut(typed, QUERY_CHARS);
  s->too_long = s->query.n < typed.n;
  struct span needle = span_trim(utf8_fold(p->arena, s->query));
  if (!needle.n)
    return PLAN_OK;
  if (find_set(p, needle, s))
    return list_set(p, s);
  s->n_sectors = find_terms(p, false, needle, s->sectors);
  s->n_themes = find_terms(p, true, needle, s->themes);
  enum plan result = find_products(p, needle, s);
  if (!s->list.total && !s->n_sectors && !s->n_themes)
    suggest(p, s);
  return result;
}

static struct span count_text(struct page *p, size_t n, const char *one, const char *many)
{
  return arena_printf(p->arena, "%zu %s", n, n == 1 ? one : many);
}

static struct span found(struct page *p, const struct search *s)
{
  struct span parts[3];
  size_t n = 0;
  if (s->list.total)
    parts[n++] = count_text(p, s->list.total, "product", "products");
  if (s->n_sectors)
    parts[n++] = count_text(p, s->n_sectors, "sector", "sectors");
  if (s->n_themes)
    parts[n++] = count_text(p, s->n_themes, "theme", "themes");
  if (!n)
    return arena_printf(p->arena, "Nothing matches “%.*s”.%s", SPAN_ARG(s->query),
                        s->n_suggest ? " These move fastest at the moment:" : "");
  return arena_printf(p->arena, "%.*s for “%.*s”.", SPAN_ARG(sentences_join(p->arena, parts, n, "and ")),
                      SPAN_ARG(s->query));
}

static struct span summary(struct page *p, const struct search *s)
{
  if (!s->too_long)
    return found(p, s);
  return arena_printf(p->arena, "Only the first %d characters were looked for. %.*s", QUERY_CHARS,
                      SPAN_ARG(found(p, s)));
}

/* The link to the comparison of the set. */
static void comparison(struct page *p, const struct search *s, struct search_view *v)
{
  struct span slugs[PICKER_FIELDS], names[PICKER_FIELDS];
  v->comparisons.v = s->n_set ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (!v->comparisons.v)
    return;
  for (size_t i = 0; i < s->n_set; i++)
    slugs[i] = s->set[i].facts.slug, names[i] = s->set[i].facts.name;
  v->comparisons.v[0] = (struct link_view){sentences_versus(p->arena, names, s->n_set), build_set_path(p, slugs, s->n_set)};
  v->comparisons.n = 1;
}

static struct chip_view *term_chips(struct page *p, const struct catalog_term *t, size_t n, bool sector)
{
  struct chip_view *v = ARENA_ARRAY(p->arena, n, struct chip_view);
  for (size_t i = 0; i < n && v; i++)
    v[i] = (struct chip_view){.slug = t[i].slug,
                              .label = sector ? t[i].name : t[i].slug,
                              .href = build_path(p, sector ? "/sectors/" : "/themes/", t[i].slug)};
  return v;
}

static struct span page_href(struct page *p, const struct search *s, unsigned number)
{
  struct buf out = BUF_INIT;
  buf_puts(&out, "/search?q=");
  url_percent_encode(&out, s->query);
  if (number > 1)
    buf_printf(&out, "&page=%u", number);
  return arena_take(p->arena, &out);
}

static struct pager_view *pager(struct page *p, const struct search *s)
{
  struct pager_view *v = listing_pager(p, &s->list);
  if (v && v->prev.n)
    v->prev = page_href(p, s, s->list.page - 1);
  if (v && v->next.n)
    v->next = page_href(p, s, s->list.page + 1);
  return v;
}

static void frame(struct page *p, const struct search *s, struct search_view *v)
{
  struct jsonld j;
  v->page = build_frame(p, &(struct page_frame){.title = v->title, .description = SPAN("Search products, sectors and themes.")});
  if (!v->page)
    return;
  v->page->query = s->query;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "SearchResultsPage");
  jsonld_breadcrumb(&j);
  jsonld_cards(&j, v->title, v->products.v, v->products.n);
  v->page->json_ld = jsonld_end(&j);
}

enum err build_search(struct page *p)
{
  struct search *s = p->plan;
  struct search_view *v = ARENA_NEW(p->arena, struct search_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = SPAN("Search");
  v->asked = s->query.n > 0;
  v->summary = v->asked ? summary(p, s) : SPAN("");
  v->inexact = s->inexact;
  comparison(p, s, v);
  v->products.v = listing_cards(p, &s->list);
  v->products.n = v->products.v ? s->list.n : 0;
  v->sectors.v = term_chips(p, s->sectors, s->n_sectors, true);
  v->sectors.n = v->sectors.v ? s->n_sectors : 0;
  v->themes.v = term_chips(p, s->themes, s->n_themes, false);
  v->themes.n = v->themes.v ? s->n_themes : 0;
  v->suggest.v = ARENA_ARRAY(p->arena, s->n_suggest, struct link_view);
  for (size_t i = 0; i < s->n_suggest && v->suggest.v; i++)
    v->suggest.v[v->suggest.n++] =
        (struct link_view){s->suggest[i].facts.name, build_path(p, "/products/", s->suggest[i].facts.slug)};
  v->pager = pager(p, s);
  frame(p, s, v);
  listing_frame(v->page, v->pager);
  p->view = v;
  return ERR_OK;
}
