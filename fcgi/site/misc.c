#include "site/misc.h"

#include "site/http.h"
#include "site/site.h"

typedef void answer_fn(struct site *s, const struct request *rq, struct response *out);

#define TEXT_TYPE SPAN("text/plain; charset=utf-8")

static void healthz(struct site *s, const struct request *rq, struct response *out)
{
  (void)s;
  (void)rq;
  http_plain(200, TEXT_TYPE, "no-store", SPAN("ok\n"), out);
}

static void readyz(struct site *s, const struct request *rq, struct response *out)
{
  struct catalog_state state;
  catalog_state_get(site_parts(s)->catalog, &state);
  if (state.ready && state.database_up) {
    http_plain(200, TEXT_TYPE, "no-store", SPAN("ready\n"), out);
    return;
  }
  http_plain(503, TEXT_TYPE, "no-store",
             arena_printf(rq->arena, "not ready: %s\n",
                          state.trouble[0] ? state.trouble : "the catalog has not caught up with the database yet"),
             out);
  buf_puts(&out->headers, "Retry-After: 1\r\n");
}

static void metrics(struct site *s, const struct request *rq, struct response *out)
{
  struct buf text = BUF_INIT;
  const struct site_parts *parts = site_parts(s);
  if (parts->metrics_text)
    parts->metrics_text(parts->metrics_context, &text);
  http_plain(200, SPAN("text/plain; version=0.0.4; charset=utf-8"), "no-store", arena_copy(rq->arena, buf_view(&text)),
             out);
  buf_free(&text);
}

static void robots(struct site *s, const struct request *rq, struct response *out)
{
  const struct config *c = site_config(s);
  http_plain(200, TEXT_TYPE, "public, max-age=3600",
             arena_printf(rq->arena, "User-agent: *\nDisallow: /search\nDisallow: /compare?\n\nSitemap: %s/sitemap.xml\n",
                          c->base_url),
             out);
}

static const struct {
  const char *path;
  answer_fn *answer;
} paths[] = {{"/healthz", healthz}, {"/readyz", readyz}, {"/metrics", metrics}, {"/robots.txt", robots}};

bool misc_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out)
{
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (span_eq(t->raw_path, span_z(paths[i].path))) {
      paths[i].answer(s, rq, out);
      return true;
    }
  return false;
}
