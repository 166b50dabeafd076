#include "site/misc.h"

#include "site/assets.h"
#include "site/http.h"
#include "site/site.h"
#include "site/templates.h"
#include "site/view_machine.h"
#include "text/utf8.h"

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

static const struct {
  const char *path;
  answer_fn *answer;
} paths[] = {{"/healthz", healthz}, {"/readyz", readyz}, {"/metrics", metrics}};

#define FILE_ROW(name, file, path, type) {path, type},
static const struct {
  const char *path, *type;
} files[] = {TEMPLATES_FILES(FILE_ROW)};

/* RFC 9116 wants a date in the next year: the first of January after next, so that it rarely changes. */
static struct span expires(struct arena *a)
{
  struct clock_civil now = clock_split(clock_now_us());
  return arena_printf(a, "%04d-%s-01T00:00:00Z", now.month < 7 ? now.year : now.year + 1, now.month < 7 ? "12" : "06");
}

static void file_answer(struct site *s, const struct request *rq, size_t at, struct response *out)
{
  const struct config *c = site_config(s);
  struct machine_view v = {.site_name = span_z(c->site_name),
                           .base_url = span_z(c->base_url),
                           .lang = span_z(c->lang),
                           .contact = span_z(c->contact),
                           .expires = expires(rq->arena),
                           .short_name = utf8_cut(span_z(c->site_name), 16)};
  struct span icon = assets_href(site_assets(s), "favicon.svg");
  v.icon = arena_printf(rq->arena, "%s%.*s", c->base_url, SPAN_ARG(icon));
  struct buf body = BUF_INIT;
  struct finished f = {.content_type = span_z(files[at].type),
                       .modified_us = site_opened_us(s),
                       .next_change_us = CLOCK_FOREVER,
                       .embeddable = true};
  struct http h = {c, config_now_us(c)};
  template_render(templates_file(site_parts(s)->templates, (enum templates_file)at), &v, &body);
  f.body = arena_copy(rq->arena, buf_view(&body));
  buf_free(&body);
  http_etag(f.etag, f.body);
  http_page(&h, rq, NULL, &f, out);
}

bool misc_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out)
{
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (span_eq(t->raw_path, span_z(paths[i].path))) {
      paths[i].answer(s, rq, out);
      return true;
    }
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (span_eq(t->raw_path, span_z(files[i].path))) {
      file_answer(s, rq, i, out);
      return true;
    }
  return false;
}
