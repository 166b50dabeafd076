#include "site/endpoints.h"

#include "http/headers.h"
#include "site/assets.h"
#include "site/error_pages.h"
#include "site/routes.h"
#include "site/site.h"
#include "site/templates.h"
#include "site/view_machine.h"
#include "text/url.h"
#include "text/utf8.h"

typedef void answer_fn(struct site *s, const struct request *rq, struct response *out);

#define TEXT_TYPE SPAN("text/plain; charset=utf-8")

static void healthz(struct site *s, const struct request *rq, struct response *out)
{
  (void)s;
  (void)rq;
  http_plain(NULL, 200, TEXT_TYPE, "no-store", SPAN("ok\n"), false, out);
}

static void readyz(struct site *s, const struct request *rq, struct response *out)
{
  char trouble[SITE_TROUBLE];
  const struct site_resources *resources = site_resources_of(s);
  const char *of_pool = resources->pool_trouble ? resources->pool_trouble(resources->pool_context) : "";
  bool ready = site_ready(resources->catalog, resources->config, trouble) && !*of_pool;
  const char *format = !ready ? "not ready: %s\n" : *trouble ? "ready, but a reading fails: %s\n" : "ready\n%s";
  struct span text = arena_printf(rq->arena, format, *of_pool ? of_pool : trouble);
  http_plain(NULL, ready ? 200 : 503, TEXT_TYPE, "no-store", text, false, out);
  if (!ready)
    buf_puts(&out->headers, "Retry-After: 1\r\n");
}

static void metrics_answer(struct site *s, const struct request *rq, struct response *out)
{
  struct buf text = BUF_INIT;
  const struct site_resources *resources = site_resources_of(s);
  if (resources->metrics_text)
    resources->metrics_text(resources->metrics_context, &text);
  http_plain(NULL, 200, SPAN("text/plain; version=0.0.4; charset=utf-8"), "no-store", arena_take(rq->arena, &text),
             false, out);
}

/* Answers with a text that changes with the configuration and its files, and at changed_us. */
static void constant_answer(struct site *s, const struct request *rq, const char *type, struct buf *text, int64_t changed_us,
                           struct response *out)
{
  const struct config *c = site_config(s);
  struct http h = {.config = c, .now_us = config_now_us(c), .embeddable = true};
  int64_t read_us = site_resources_of(s)->read_us;
  struct finished_page f = {.body = arena_take(rq->arena, text),
                            .content_type = span_z(type),
                            .modified_us = changed_us > read_us ? changed_us : read_us,
                            .next_change_us = CLOCK_FOREVER,
                            .embeddable = true};
  http_etag(f.etag, f.body);
  if (f.body.n)
    http_page(&h, rq, &f, out);
  else
    errors_answer(s, rq, 503, SPAN(""), out);
}

static void openapi(struct site *s, const struct request *rq, struct response *out)
{
  struct buf text = BUF_INIT;
  openapi_write(site_config(s), &text);
  constant_answer(s, rq, "application/json", &text, CLOCK_NEVER, out);
}

#define ENDPOINT_ROW(path, function) {path, function},
static const struct {
  const char *path;
  answer_fn *answer;
} paths[] = {ENDPOINTS_LIST(ENDPOINT_ROW)};
#define PATHS (sizeof paths / sizeof *paths)

#define FILE_ROW(name, file, path, type) {path, type},
static const struct {
  const char *path, *type;
} files[] = {TEMPLATES_FILES(FILE_ROW)};

/* RFC 9116, section 2.5.5, recommends a date less than a year ahead.  The first of June or December that is at least
 * five months ahead changes only twice a year. */
static struct span expires(struct arena *a)
{
  struct clock_civil now = clock_split(clock_now_us());
  return arena_printf(a, "%04d-%s-01T00:00:00Z", now.month < 7 ? now.year : now.year + 1, now.month < 7 ? "12" : "06");
}

/* When the date of expires() changed last. */
static int64_t expires_changed_us(void)
{
  struct clock_civil now = clock_split(clock_now_us());
  return clock_join(now.year, now.month < 7 ? 1 : 7, 1, 0, 0, 0);
}

/* Until the catalog is there, the site has its usual pages.  changed_us: when one last came or went. */
static bool has_about(struct site *s, int64_t *changed_us)
{
  struct catalog_pin pin;
  struct page_head found;
  *changed_us = CLOCK_NEVER;
  if (!catalog_pin_current(site_resources_of(s)->catalog, &pin))
    return true;
  *changed_us = catalog_public_changed(&pin);
  return catalog_page_slug(&pin, SPAN("about"), &found) && found.status == PRODUCT_PUBLISHED;
}

static void file_answer(struct site *s, const struct request *rq, size_t at, struct response *out)
{
  const struct config *c = site_config(s);
  int64_t pages_us, changed_us = CLOCK_NEVER;
  struct machine_view v = {.site_name = span_z(c->site_name),
                           .base_url = span_z(c->base_url),
                           .base_path = config_base_path(c),
                           .lang = span_z(c->lang),
                           .contact = span_z(c->contact),
                           .about = has_about(s, &pages_us),
                           .expires = expires(rq->arena),
                           .short_name = utf8_cut(span_z(c->site_name), 16),
                           .long_name = utf8_cut(span_z(c->site_name), 48)};
  struct span icon = assets_href(site_assets(s), "favicon.svg");
  v.icon = arena_printf(rq->arena, "%s%.*s", c->base_url, SPAN_ARG(icon));
  struct buf text = BUF_INIT;
  template_render(templates_file(site_resources_of(s)->templates, (enum templates_file)at), &v, &text);
  if (at == TEMPLATES_LLMS || at == TEMPLATES_SECURITY)
    changed_us = pages_us;
  if (at == TEMPLATES_SECURITY && expires_changed_us() > changed_us)
    changed_us = expires_changed_us();
  constant_answer(s, rq, files[at].type, &text, changed_us, out);
}

/* Redirects another spelling of an address to the address; false: the spelling is the right one. */
static bool redirect_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out)
{
  const struct config *c = site_config(s);
  struct http h = {.config = c, .now_us = config_now_us(c), .embeddable = target_embeddable(t)};
  if (t->plain)
    return false;
  struct span query = url_query_tidied(rq->arena, t->query);
  http_redirect(&h, 308,
                arena_printf(rq->arena, "%s%.*s%s%.*s", c->base_url, SPAN_ARG(t->path), query.n ? "?" : "",
                             SPAN_ARG(query)),
                out);
  return true;
}

bool endpoint_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out)
{
  unsigned first = (unsigned)route_count() + 1; /* see site_route_names */
  for (size_t i = 0; i < PATHS; i++)
    if (span_eq(t->path, span_z(paths[i].path))) {
      out->route = first + (unsigned)i;
      if (!redirect_answer(s, rq, t, out))
        paths[i].answer(s, rq, out);
      return true;
    }
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (span_eq(t->path, span_z(files[i].path))) {
      out->route = first + (unsigned)(PATHS + i);
      if (!redirect_answer(s, rq, t, out))
        file_answer(s, rq, i, out);
      return true;
    }
  /* nginx found no file at this spelling of the address; the canonical spelling may be a static file */
  return assets_has(site_assets(s), t->path) && redirect_answer(s, rq, t, out);
}
