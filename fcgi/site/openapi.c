#include "site/openapi.h"

#include <jansson.h>
#include <stdlib.h>

#include "config.h"
#include "site/openapi_schema.h"
#include "site/pages.h"
#include "site/routes.h"
#include "text/json.h"

/* X(pattern, summary, parameter, its description, example) */
#define OPENAPI_PATHS(X)                                                                                               \
  X("/index", "What is new: editorials, comparisons, releases, sparks; leaders by velocity, sectors", "", "", "")               \
  X("/compare", "The picker: with two or more known products, the address of their comparison", "", "", "")           \
  X("/compare/{}", "A comparison of two to four products", "set",                                                      \
    "Two to four slugs in byte order, joined by -vs-; any other order is redirected", "kafka-vs-kubernetes")           \
  X("/products/{}", "A product’s trajectory", "slug", "The product’s slug; an old one is redirected", "kafka")         \
  X("/products/{}/history", "The editorials about a product, with their predictions", "slug",                          \
    "The product’s slug; an old one is redirected", "kafka")                                                           \
  X("/products/{}/history/{}", "A past editorial, and what the next one changed", "slug",                              \
    "The product’s slug; an old one is redirected", "kafka")                                                           \
  X("/predictions", "The editors’ predictions, newest first, and how they were graded", "", "", "")                    \
  X("/alternatives/{}", "A product’s alternatives, ranked", "slug", "The product’s slug", "kafka")                     \
  X("/products", "All products by name", "", "", "")                                                                   \
  X("/leaderboard", "All products by velocity", "", "", "")                                                            \
  X("/sectors", "All sectors", "", "", "")                                                                             \
  X("/sectors/{}", "A sector’s products, ranked", "slug", "The sector’s slug", "devops")                               \
  X("/themes", "All themes, each with its number of products", "", "", "")                                             \
  X("/themes/{}", "A theme’s products, ranked", "slug", "The theme’s slug", "streaming")                               \
  X("/search", "Products, sectors and themes by name, then products by summary and facts", "", "", "")                 \
  X("/badge/{}.svg", "A product’s velocity as a small picture", "slug", "The product’s slug", "kafka")                 \
  X("/og/{/}.png", "The picture of a page for links to it, 1200 by 630", "picture",                                    \
    "The page, a hyphen and the version; the page’s og:image has the whole address", "kafka")                          \
  X("/sitemap.xml", "The index of the sitemaps", "", "", "")                                                           \
  X("/sitemaps/{}.xml", "One part of the sitemap", "part", "A part that the index names", "pages-1")                     \
  X("/faq", "Questions about the site", "", "", "")                                                                    \
  X("/faq/{}", "Questions about a product or a pair", "subject", "A product’s slug, or two joined by -vs-", "kafka")   \
  X("/feed", "The newest ship moves of all products", "", "", "")                                                      \
  X("/feeds/{}", "The newest ship moves of chosen products", "slugs",                                                  \
    "One to 20 slugs in byte order, joined by +; any other order is redirected", "kafka+nats")                         \
  X("/feeds/{}.ics", "A calendar of chosen products: recorded dates and the editors’ predictions", "slugs",            \
    "One to 20 slugs in byte order, joined by +; any other order is redirected", "kafka+nats")                         \
  X("/methodology", "The formula, the bands and today’s medians", "", "", "")                                          \
  X("/{}", "A page by the editors", "page", "The page’s slug", "about")

static const struct path_docs {
  const char *pattern, *summary, *parameter, *description, *example;
} path_docs[] = {
#define OPENAPI_ROW(pattern, summary, parameter, description, example)                                                 \
  {pattern, summary, parameter, description, example},
    OPENAPI_PATHS(OPENAPI_ROW)};

static const struct {
  const char *pattern, *name, *description;
} queries[] = {{"/search", "q", "What to look for, in any spelling"},
               {"/compare", "a", "A product’s slug or name"},
               {"/compare", "b", "Another one’s"},
               {"/compare", "c", "A third one’s"},
               {"/compare", "d", "A fourth one’s"},
               {"/compare", "from", "Slugs joined by -vs-, with which the form begins"}};

static const struct {
  unsigned flag;
  const char *suffix, *type;
} forms[] = {{ROUTE_JSON, ".json", "application/json"},
             {ROUTE_MD, ".md", "text/markdown"},
             {ROUTE_ATOM, ".atom", "application/atom+xml"},
             {ROUTE_OTHER, "", NULL}};

/* The parameter of the second {} of a pattern. */
#define SECOND_NAME "date"
#define SECOND_DESCRIPTION "The day of its publication (UTC), YYYY-MM-DD; later ones of one day end in -2, -3, ..."
#define SECOND_EXAMPLE "2026-03-20"

static const struct path_docs *path_docs_of(const char *pattern)
{
  static const struct path_docs none = {"", "", "word", "", ""};
  for (size_t i = 0; i < sizeof path_docs / sizeof *path_docs; i++)
    if (strcmp(path_docs[i].pattern, pattern) == 0)
      return &path_docs[i];
  return &none;
}

static void path_write(struct buf *out, const struct route *r, const struct path_docs *w, const char *suffix)
{
  const char *rest = r->pattern, *name = w->parameter;
  for (const char *gap; (gap = strchr(rest, '{')); name = SECOND_NAME) {
    buf_printf(out, "%.*s{%s}", (int)(gap - rest), rest, name);
    rest = strchr(gap, '}') + 1;
  }
  buf_printf(out, "%s%s", rest, suffix);
}

static json_t *path_parameter(const char *name, const char *description, const char *example)
{
  return json_pack("{s:s, s:s, s:b, s:s, s:{s:s}, s:s}", "name", name, "in", "path", "required", 1, "description", description,
                   "schema", "type", "string", "example", example);
}

static json_t *parameters(const struct route *r, const struct path_docs *w)
{
  json_t *list = json_array();
  const char *first = strchr(r->pattern, '{');
  if (first)
    json_array_append_new(list, path_parameter(w->parameter, w->description, w->example));
  if (first && strchr(first + 1, '{'))
    json_array_append_new(list, path_parameter(SECOND_NAME, SECOND_DESCRIPTION, SECOND_EXAMPLE));
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
    if (strcmp(queries[i].pattern, r->pattern) == 0)
      json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s}}", "name", queries[i].name, "in", "query",
                                            "description", queries[i].description, "schema", "type", "string"));
  if (r->forms & ROUTE_SORTED)
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s, s:[s, s, s, s]}}", "name", "sort", "in", "query",
                                          "description", "The order; the usual one has no name", "schema", "type", "string",
                                          "enum", "velocity", "moves", "latest", "name"));
  if (r->forms & ROUTE_SINCE)
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:s}", "name", "since", "in", "query", "description",
                                          "Marks and counts what is new since this day (UTC, included), which is not after today",
                                          "schema", "type", "string", "format", "date", "example", "2026-06-01"));
  if (r->forms & ROUTE_PAGED)
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s, s:i, s:i}}", "name", "page", "in", "query",
                                          "description", "Lists hold 50 a page, themes 500; page 1 has no number", "schema", "type",
                                          "integer", "minimum", 2, "maximum", 999999));
  return list;
}

static json_t *headers(void)
{
  return json_pack("{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "ETag", "$ref", "#/components/headers/ETag", "Last-Modified",
                   "$ref", "#/components/headers/LastModified", "Cache-Control", "$ref",
                   "#/components/headers/CacheControl", "Link", "$ref", "#/components/headers/Link");
}

static json_t *responses(const struct route *r, unsigned flag, const char *type)
{
  json_t *schema = flag == ROUTE_JSON ? openapi_schema_ref(r->shape) : json_pack("{s:s}", "type", "string");
  json_t *all = json_pack("{s:{s:s, s:o, s:{s:{s:o}}}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "200",
                          "description", "The content", "headers", headers(), "content", type, "schema", schema, "304",
                          "$ref", "#/components/responses/NotModified", "308", "$ref", "#/components/responses/Moved",
                          "404", "$ref", "#/components/responses/NotFound", "410", "$ref",
                          "#/components/responses/Gone", "503", "$ref", "#/components/responses/Unavailable");
  if (strcmp(r->pattern, "/compare") == 0 || r->build == build_past) /* to a chosen set, or to the current editorial */
    json_object_set_new(all, "303", json_pack("{s:s}", "$ref", "#/components/responses/Moved"));
  return all;
}

/* jansson silently leaves out values when memory runs out.  Its allocator sets this flag.  Nothing else in a worker
 * uses jansson. */
static bool out_of_memory;

static void *json_memory(size_t n)
{
  void *p = malloc(n);
  out_of_memory = out_of_memory || !p;
  return p;
}

/* "/products/{}.json" -> "products-json".  Unique, because each pair of pattern and form is. */
static void id_write(struct buf *out, const struct route *r, const char *suffix)
{
  for (const char *c = r->pattern + 1; *c; c++)
    if ((*c >= 'a' && *c <= 'z') || *c == '_')
      buf_putc(out, *c);
    else if (*c == '{')
      buf_puts(out, "one");
    else if (*c != '}' && c[-1] != '{')
      buf_putc(out, '-');
  if (*suffix)
    buf_printf(out, "-%s", suffix + 1);
}

static void path_add(json_t *paths, const struct route *r, size_t form)
{
  const struct path_docs *w = path_docs_of(r->pattern);
  const char *type = forms[form].type ? forms[form].type : r->content_type;
  struct buf path = BUF_INIT, id = BUF_INIT;
  path_write(&path, r, w, forms[form].suffix);
  id_write(&id, r, forms[form].suffix);
  json_object_set_new(paths, buf_z(&path),
                      json_pack("{s:{s:s, s:s, s:o, s:o}}", "get", "operationId", buf_z(&id), "summary", w->summary,
                                "parameters", parameters(r, w), "responses", responses(r, forms[form].flag, type)));
  out_of_memory = out_of_memory || path.failed || id.failed;
  buf_free(&path);
  buf_free(&id);
}

static json_t *paths(void)
{
  json_t *all = json_object();
  for (size_t form = 0; form < sizeof forms / sizeof *forms; form++)
    for (size_t i = 0; i < route_count(); i++) {
      const struct route *r = route_at(i);
      bool bare = strcmp(r->pattern, "/") == 0; /* its representations are at /index */
      if ((r->forms & forms[form].flag) && !bare)
        path_add(all, r, form);
    }
  return all;
}

static json_t *schemas(void)
{
  json_t *all = json_object();
  openapi_schema_problem(all);
  for (size_t i = 0; i < route_count(); i++)
    if (route_at(i)->forms & ROUTE_JSON)
      openapi_schema_add(all, route_at(i)->shape);
  return all;
}

static json_t *text_header(const char *description)
{
  return json_pack("{s:s, s:{s:s}}", "description", description, "schema", "type", "string");
}

/* An error has the format that was requested (error_pages.h). */
static json_t *problem(const char *description)
{
  return json_pack("{s:s, s:{s:{s:{s:s}}, s:{s:{s:s}}, s:{s:{s:s}}}}", "description", description, "content",
                   "application/problem+json", "schema", "$ref", "#/components/schemas/problem", "text/markdown",
                   "schema", "type", "string", "text/html", "schema", "type", "string");
}

static json_t *components(void)
{
  json_t *unavailable = problem("The content cannot be read right now");
  json_object_set_new(unavailable, "headers",
                      json_pack("{s:{s:s, s:{s:s}}}", "Retry-After", "description", "Seconds to wait", "schema", "type",
                                "integer"));
  return json_pack(
      "{s:{s:o, s:o, s:o, s:o}, s:{s:{s:s, s:o}, s:{s:s, s:{s:o}}, s:o, s:o, s:o}, s:o}", "headers", "ETag",
      text_header("Changes with every byte of the content"), "LastModified",
      text_header("When the content or a relative time in it changed last"), "CacheControl",
      text_header("How long the answer may be used without asking"), "Link",
      text_header("The page itself and its other forms"), "responses", "NotModified", "description",
      "What If-None-Match or If-Modified-Since names is still right", "headers", headers(), "Moved", "description",
      "The one address of this content is another", "headers", "Location", text_header("That address"), "NotFound",
      problem("There is no such thing"), "Gone", problem("The editors withdrew it"), "Unavailable", unavailable,
      "schemas", schemas());
}

bool openapi_write(const struct config *c, struct buf *out)
{
  out_of_memory = false;
  json_set_alloc_funcs(json_memory, free);
  json_t *document =
      json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:[], s:o, s:o}", "openapi", "3.1.0", "info", "title", c->site_name,
                "version", PACKAGE_VERSION, "description",
                "Every content page as JSON and Markdown: add .json or .md to its path. The values are those of the "
                "page. No key is needed; any origin may read.",
                "servers", "url", c->base_url, "security", "paths", paths(), "components", components());
  out->failed = out->failed || !document || out_of_memory;
  json_write_tree(out, document);
  buf_putc(out, '\n');
  json_decref(document);
  return !out->failed;
}
