/* /search?q=: products, sectors and themes, from the catalog only.  A query of several names ("kafka vs kubernetes", "kafka
 * nats") shows a link to their comparison first.  Names come before sectors and themes, and these before products that have
 * the words in their summaries or facts.  Only when nothing matches, names with few errors are shown. */
#include <string.h>

#include "catalog/catalog_match.h"
#include "site/jsonld.h"
#include "site/link_words.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/picker.h"
#include "site/search_lines.h"
#include "site/search_memo.h"
#include "site/search_set.h"
#include "site/view_search.h"
#include "text/bidi.h"
#include "text/url.h"
#include "text/utf8.h"

#define QUERY_CHARS 200
#define RESULTS_MAX 500
#define TERMS_MAX 12
#define SUGGEST 4
#define NEAR_MAX 6  /* products with a similar name */
#define MEANT_MAX 6 /* names in one sentence */

struct search {
  struct span query, shown, needle; /* shown: isolated; needle: folded */
  bool too_long, inexact;
  struct listing list;       /* products found by name, then by their texts */
  size_t n_named, mentions;  /* of the shown page; of all pages */
  struct found_view **found; /* of the shown cards, why; NULL: by name */
  struct catalog_term sectors[TERMS_MAX], themes[TERMS_MAX];
  size_t n_sectors, n_themes;
  struct member suggest[SUGGEST];
  size_t n_suggest;
  struct search_set set;
};

static size_t terms_find(struct page *p, const struct catalog_terms_search *search, struct catalog_term *out)
{
  struct catalog_match m[TERMS_MAX];
  size_t found = catalog_search_terms(&p->pin, search, p->arena, m, TERMS_MAX), n = 0;
  for (size_t i = 0; i < found; i++)
    n += (search->themes ? catalog_theme : catalog_sector)(&p->pin, m[i].ordinal, &out[n]) && out[n].ranking.n;
  return n;
}

static void sectors_and_themes_find(struct page *p, struct search *s, struct span needle, bool near)
{
  s->n_sectors = terms_find(p, &(struct catalog_terms_search){false, near, needle}, s->sectors);
  s->n_themes = terms_find(p, &(struct catalog_terms_search){true, near, needle}, s->themes);
}

static size_t match_put_first(struct catalog_match *m, size_t n, uint32_t ordinal)
{
  size_t at = 0;
  while (at < n && m[at].ordinal != ordinal)
    at++;
  if (at == n)
    n < RESULTS_MAX ? n++ : at--;
  memmove(m + 1, m, at * sizeof *m);
  m[0] = (struct catalog_match){ordinal, MATCH_EXACT};
  return n;
}

static bool is_mention(const struct catalog_match *m)
{
  return m->cost >= MATCH_PHRASE && m->cost <= MATCH_LABEL;
}

/* The cards of the shown page, and why the search found them. */
static enum plan products_list(struct page *p, struct search *s, const struct catalog_match *m, size_t n)
{
  struct search_words *words = ARENA_NEW(p->arena, struct search_words);
  enum plan result = listing_page(p, (uint32_t)n, &s->list);
  s->found = ARENA_ARRAY(p->arena, LISTING_PAGE, struct found_view *);
  if (result != PLAN_OK || !words || !s->found)
    return result;
  struct facts f;
  match_prepare(&words->needle, s->needle);
  if (s->mentions)
    fact_attributes_plan(p, &words->attributes);
  for (size_t i = s->list.first; i < n && i < s->list.first + LISTING_PAGE; i++) {
    uint32_t at = s->list.n;
    bool mention = is_mention(&m[i]);
    listing_add(p, &s->list, m[i].ordinal, 0);
    if (s->list.n == at)
      continue;
    if (mention && catalog_facts(&p->pin, m[i].ordinal, &f))
      s->found[at] = search_line_find(p, &f, words);
    s->n_named += !mention;
  }
  return result;
}

/* A product whose slug, alias ("k8s") or name is the needle comes first. */
static enum plan products_find(struct page *p, struct search *s, bool near)
{
  struct catalog_match *m = ARENA_ARRAY(p->arena, RESULTS_MAX, struct catalog_match);
  struct search_request request = {near ? SEARCH_NEAR : SEARCH_ALL, s->needle, near ? NEAR_MAX : RESULTS_MAX};
  struct member named;
  size_t n = m ? search_memo_find(p, &request, m) : 0;
  if (m && !near && picker_find_exact(p, s->needle, &named))
    n = match_put_first(m, n, named.ordinal);
  for (size_t i = 0; i < n; i++)
    s->mentions += is_mention(&m[i]);
  return products_list(p, s, m, n);
}

static enum plan set_list(struct page *p, struct search *s)
{
  enum plan result = listing_page(p, (uint32_t)s->set.n, &s->list);
  for (size_t i = 0; result == PLAN_OK && i < s->set.n; i++)
    listing_add(p, &s->list, s->set.v[i].ordinal, 0);
  s->n_named = s->list.n;
  s->inexact = s->set.inexact;
  return result;
}

static void suggest(struct page *p, struct search *s)
{
  struct catalog_list ranking = catalog_ranking(&p->pin);
  for (uint32_t i = 0; i < ranking.n && s->n_suggest < SUGGEST; i++)
    s->n_suggest += page_member(p, ranking.ordinals[i], &s->suggest[s->n_suggest]);
}

static bool nothing_found(const struct search *s)
{
  return !s->list.total && !s->n_sectors && !s->n_themes;
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
  s->shown = bidi_isolated(p->arena, s->query);
  s->too_long = s->query.n < typed.n;
  s->needle = utf8_fold(p->arena, s->query);
  if (!s->query.n)
    return PLAN_OK;
  search_set_find(p, s->needle, &s->set);
  if (s->set.n)
    return set_list(p, s);
  sectors_and_themes_find(p, s, s->needle, false);
  enum plan result = products_find(p, s, false);
  if (result == PLAN_OK && nothing_found(s)) {
    result = products_find(p, s, true);
    if (!s->list.total)
      sectors_and_themes_find(p, s, s->needle, true);
    s->inexact = !nothing_found(s);
  }
  if (nothing_found(s))
    suggest(p, s);
  return result;
}

/* "Did you mean Apache Kafka or Apache Maven?" */
static struct span meant(struct page *p, const struct search *s)
{
  struct span names[PICKER_FIELDS + NEAR_MAX + 2 * TERMS_MAX];
  size_t n = 0;
  if (s->set.n) {
    for (size_t i = 0; i < s->set.n; i++)
      names[n++] = s->set.v[i].facts.name;
    names[0] = sentences_versus(p->arena, names, n);
    n = 1;
  } else {
    for (size_t i = 0; i < s->list.n && i < NEAR_MAX; i++)
      names[n++] = s->list.cards[i].member.facts.name;
    for (size_t i = 0; i < s->n_sectors; i++)
      names[n++] = s->sectors[i].name;
    for (size_t i = 0; i < s->n_themes; i++)
      names[n++] = s->themes[i].slug;
  }
  if (n > MEANT_MAX)
    n = MEANT_MAX;
  return sentences_once(SAY(p->arena, _("Did you mean %1$s?"), sentences_join(p->arena, names, n, "or ")));
}

/* "5 products mention the words of “message broker”."  quoted: the sentence before it does
 * not say the words. */
static struct span mentioned(struct page *p, const struct search *s, bool quoted)
{
  bool more = s->list.total > s->mentions; /* than those found by name */
  struct span what = SAY(p->arena, _("“%1$s”"), s->shown), count = arena_uint(p->arena, s->mentions, 1);
  bool words = span_find(s->needle, ' ') < s->needle.n;
  if (!quoted)
    what = words ? _("these words") : _("this word");
  else if (words)
    what = SAY(p->arena, _("the words of %1$s"), what);
  if (s->list.total == RESULTS_MAX)
    return SAY(p->arena, more ? _("Many more products mention %1$s; the best ranked are listed.")
                              : _("Many products mention %1$s; the best ranked are listed."), what);
  return SAY(p->arena, more ? PLURAL("%1$s more product mentions %2$s.", "%1$s more products mention %2$s.", s->mentions)
                            : PLURAL("%1$s product mentions %2$s.", "%1$s products mention %2$s.", s->mentions), count, what);
}

static struct span found(struct page *p, const struct search *s)
{
  struct span parts[3], more = SPAN("");
  size_t n = 0, named = s->list.total - s->mentions;
  if (named)
    parts[n++] = SAY(p->arena, PLURAL("%1$s product", "%1$s products", named), arena_uint(p->arena, named, 1));
  if (s->n_sectors)
    parts[n++] = SAY(p->arena, PLURAL("%1$s sector", "%1$s sectors", s->n_sectors),
                     arena_uint(p->arena, s->n_sectors, 1));
  if (s->n_themes)
    parts[n++] = SAY(p->arena, PLURAL("%1$s theme", "%1$s themes", s->n_themes), arena_uint(p->arena, s->n_themes, 1));
  if (!n && !s->mentions)
    return SAY(p->arena, s->n_suggest ? _("Nothing matches “%1$s”. These move fastest at the moment:")
                                    : _("Nothing matches “%1$s”."),
               s->shown);
  if (s->inexact)
    return SAY(p->arena, _("Nothing matches “%1$s”. %2$s"), s->shown, meant(p, s));
  if (!n)
    return mentioned(p, s, true);
  if (s->mentions)
    more = ARENA_JOIN(p->arena, SPAN(" "), mentioned(p, s, false));
  /* TRANSLATORS: "2 products and 1 theme", the words that were searched */
  return ARENA_JOIN(p->arena, SAY(p->arena, _("%1$s for “%2$s”."), sentences_join(p->arena, parts, n, "and "), s->shown), more);
}

static struct span summary(struct page *p, const struct search *s)
{
  struct span text = found(p, s);
  if (s->set.more)
    text = SAY(p->arena, _("%1$s A comparison has at most %2$s; these were named first."), text,
               arena_uint(p->arena, SEARCH_SET_MAX, 1));
  if (!s->too_long)
    return text;
  return SAY(p->arena, _("Only the first %1$s characters were looked for. %2$s"), arena_uint(p->arena, QUERY_CHARS, 1), text);
}

/* The link to the comparison of the set. */
static void comparison(struct page *p, const struct search *s, struct search_view *v)
{
  struct span slugs[PICKER_FIELDS], names[PICKER_FIELDS];
  v->comparisons.v = s->set.n ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (!v->comparisons.v)
    return;
  for (size_t i = 0; i < s->set.n; i++)
    slugs[i] = s->set.v[i].facts.slug, names[i] = s->set.v[i].facts.name;
  v->comparisons.v[0] = (struct link_view){.text = sentences_versus(p->arena, names, s->set.n),
                                             .href = build_set_path(p, slugs, s->set.n)};
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

static void cards(struct page *p, const struct search *s, struct search_view *v)
{
  v->products.v = listing_cards(p, &s->list);
  if (!v->products.v)
    return;
  v->products.n = s->n_named;
  v->mentions.v = v->products.v + s->n_named;
  v->mentions.n = s->list.n - s->n_named;
  for (size_t i = 0; i < v->mentions.n; i++) {
    v->mentions.v[i].found = s->found[s->n_named + i];
    v->mentions.v[i].found_summary = v->mentions.v[i].found && !v->mentions.v[i].found->label.n;
  }
}

static void frame(struct page *p, const struct search *s, struct search_view *v)
{
  struct jsonld j;
  v->page = build_frame(p, &(struct page_frame){.title = v->title, .description = _("Search products, sectors and themes.")});
  if (!v->page)
    return;
  v->page->query = s->query;
  if (!page_is_html(p))
    return;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "SearchResultsPage");
  jsonld_breadcrumb(&j);
  jsonld_cards(&j, v->title, v->products.v, v->products.n + v->mentions.n); /* one array */
  v->page->json_ld = jsonld_end(&j);
}

enum err build_search(struct page *p)
{
  struct search *s = p->plan;
  struct search_view *v = ARENA_NEW(p->arena, struct search_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("Search");
  v->asked = s->query.n > 0;
  v->summary = v->asked ? summary(p, s) : SPAN("");
  v->inexact = s->inexact;
  comparison(p, s, v);
  cards(p, s, v);
  v->sectors.v = term_chips(p, s->sectors, s->n_sectors, true);
  v->sectors.n = v->sectors.v ? s->n_sectors : 0;
  v->themes.v = term_chips(p, s->themes, s->n_themes, false);
  v->themes.n = v->themes.v ? s->n_themes : 0;
  v->suggest.v = ARENA_ARRAY(p->arena, s->n_suggest, struct link_view);
  for (size_t i = 0; i < s->n_suggest && v->suggest.v; i++)
    v->suggest.v[v->suggest.n++] =
        link_words_product(p, s->suggest[i].facts.name, build_path(p, "/products/", s->suggest[i].facts.slug));
  v->pager = pager(p, s);
  frame(p, s, v);
  listing_frame(v->page, v->pager);
  p->view = v;
  return ERR_OK;
}
