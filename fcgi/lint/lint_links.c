/* One sorted list of "kind slug".  Paths are read as the site reads them: in any case of letters, with a slash at the end, and
 * with the ending of another representation. */
#include "lint/lint_links.h"

#include <stdlib.h>
#include <strings.h>

#include "text/slug.h"

#define SETS_MOST 4 /* products of a comparison */

struct lint_links {
  struct span *v;
  size_t n;
};

/* ---- reading */

static const char *const sources[] = {
    "SELECT DISTINCT CONCAT('product ', slug) FROM site_product WHERE status = 'published'",
    "SELECT DISTINCT CONCAT('product ', a.slug) FROM site_product_alias a JOIN site_product p ON p.id = a.product_id"
    " WHERE p.status = 'published'",
    "SELECT DISTINCT CONCAT('sector ', slug) FROM site_sector",
    "SELECT DISTINCT CONCAT('theme ', slug) FROM site_theme",
    "SELECT DISTINCT CONCAT('page ', slug) FROM site_page WHERE status = 'published'",
};
#define SOURCES (sizeof sources / sizeof *sources)

static int key_cmp(const void *x, const void *y)
{
  return span_cmp(*(const struct span *)x, *(const struct span *)y);
}

static enum err sources_read(struct lint *l, struct arena *a, struct db_rows rows[SOURCES], struct lint_links *k)
{
  size_t most = 0;
  for (size_t i = 0; i < SOURCES; i++) {
    enum err err = lint_ask(l, &rows[i], "%s", sources[i]);
    if (err != ERR_OK)
      return err;
    most += rows[i].count;
  }
  if (!(k->v = ARENA_ARRAY(a, most + 1, struct span)))
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < SOURCES; i++)
    while (db_next(&rows[i]))
      k->v[k->n++] = arena_copy(a, db_text(&rows[i], 0));
  qsort(k->v, k->n, sizeof *k->v, key_cmp);
  return arena_failed(a) ? ERR_NO_MEMORY : ERR_OK;
}

struct lint_links *lint_links_read(struct lint *l, struct arena *a, enum err *err)
{
  struct db_rows rows[SOURCES] = {{0}};
  struct lint_links *k = ARENA_NEW(a, struct lint_links);
  *err = k ? sources_read(l, a, rows, k) : ERR_NO_MEMORY;
  for (size_t i = 0; i < SOURCES; i++)
    db_rows_free(&rows[i]);
  return *err == ERR_OK ? k : NULL;
}

/* ---- finding */

static bool known(const struct lint_links *k, const char *kind, struct span slug)
{
  char key[16 + SLUG_MAX];
  if (slug.n > SLUG_MAX)
    return false;
  int n = snprintf(key, sizeof key, "%s %.*s", kind, SPAN_ARG(slug));
  struct span one = span_of(key, (size_t)n);
  return bsearch(&one, k->v, k->n, sizeof *k->v, key_cmp) != NULL;
}

/* "a-vs-b": products, at most `most`. */
static bool set_known(const struct lint_links *k, struct span set, size_t most)
{
  for (size_t n = 0; set.n; n++) {
    size_t at = span_find_span(set, SPAN("-vs-"));
    if (n == most || !known(k, "product", span_head(set, at)))
      return false;
    set = span_from(set, at + strlen("-vs-"));
  }
  return true;
}

enum rest { NOTHING, ANY, PRODUCT, SET, PAIR, SECTOR, THEME }; /* what may follow the first word */

/* The pages of the site, but for those of the editors. */
static const struct first {
  const char *word;
  bool alone; /* also a page by itself */
  enum rest rest;
} firsts[] = {
    {"products", true, PRODUCT}, {"alternatives", false, PRODUCT}, {"compare", true, SET},         {"sectors", true, SECTOR},
    {"themes", true, THEME},     {"faq", true, PAIR},              {"leaderboard", true, NOTHING}, {"search", true, NOTHING},
    {"predictions", true, NOTHING}, {"feed", true, NOTHING},       {"sitemap", true, NOTHING},     {"robots", true, NOTHING},
    {"opensearch", true, NOTHING},  {"llms", true, NOTHING},       {"index", true, NOTHING},       {"api", true, ANY},
    {"openapi", true, NOTHING},  {"badge", false, PRODUCT},        {"feeds", false, ANY},          {"static", false, ANY},
    {"og", false, ANY},          {"sitemaps", false, ANY},         {".well-known", false, ANY},    {"favicon", true, NOTHING},
};

static bool rest_known(const struct lint_links *k, enum rest what, struct span one, struct span more)
{
  if (what == PRODUCT && span_starts(more, SPAN("history")))
    more.n = 0;
  if (more.n && what != ANY)
    return false;
  switch (what) {
  case ANY: return true;
  case PRODUCT: return known(k, "product", one);
  case SET: return set_known(k, one, SETS_MOST);
  case PAIR: return set_known(k, one, 2);
  case SECTOR: return known(k, "sector", one);
  case THEME: return known(k, "theme", one);
  default: return false;
  }
}

static bool path_known(const struct lint_links *k, struct span path)
{
  struct span more = path, word = span_split(&more, '/'), one = more.p ? span_split(&more, '/') : SPAN("");
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
    if (span_eq(word, span_z(firsts[i].word)))
      return one.n ? rest_known(k, firsts[i].rest, one, more) : firsts[i].alone;
  return !one.n && known(k, "page", word);
}

/* Without query, fragment, slashes at the ends and the ending of a representation; in small letters. */
static struct span path_read(struct span path, char *to, size_t room)
{
  static const char *const endings[] = {".json", ".md", ".atom", ".ics", ".svg", ".xml", ".txt", ".ico", ".png"};
  size_t n = 0;
  for (; n < path.n && n < room && !strchr("?#", path.p[n]); n++)
    to[n] = (char)(path.p[n] >= 'A' && path.p[n] <= 'Z' ? path.p[n] + 32 : path.p[n]);
  struct span s = span_of(to, n);
  while (span_starts(s, SPAN("/")))
    s = span_from(s, 1);
  while (span_ends(s, SPAN("/")))
    s.n--;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (s.n > strlen(endings[i]) && span_ends(s, span_z(endings[i])))
      return span_head(s, s.n - strlen(endings[i]));
  return s;
}

const char *lint_links_fault(const struct lint_links *k, struct span path, enum lint_rule *rule)
{
  char room[512];
  if (path.n >= sizeof room || !path.n || strchr("?#", path.p[0]))
    return NULL;
  *rule = LINT_link_relative;
  if (path.p[0] != '/')
    return N_("a path that does not begin with /: it leads elsewhere from each page that shows it");
  struct span read = path_read(path, room, sizeof room);
  *rule = LINT_link_dead;
  return !read.n || path_known(k, read) ? NULL : N_("no public page has this address");
}
