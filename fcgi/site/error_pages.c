#include "site/error_pages.h"

#include "base/log.h"
#include "http/bare_error.h"
#include "http/headers.h"
#include "http/target.h"
#include "site/build.h"
#include "site/site.h"
#include "site/templates.h"
#include "site/view_error.h"
#include "text/json.h"

/* X(status, title, reason, hint) */
#define ERRORS_LIST(X)                                                                                                 \
  X(400, N_("Bad request"), N_("The address or the request cannot be understood."),                                            \
    N_("Check the address for stray characters."))                                                                         \
  X(404, N_("Not found"), N_("There is no page at this address."),                                                             \
    N_("It may have been spelled differently: the search finds products, themes and sectors."))                            \
  X(405, N_("Method not allowed"), N_("This site answers GET, HEAD and OPTIONS."), "")                                         \
  X(410, N_("Gone"), N_("This page was withdrawn by the editors."),                                                           \
    N_("The search finds what is compared here today."))                                                                   \
  X(414, N_("Address too long"), N_("The address is longer than 2,048 bytes."), "")                                            \
  X(429, N_("Too many requests"), N_("Too many requests came at once."), N_("Try again in a moment."))                             \
  X(500, N_("Something broke"), N_("The page could not be put together. That is our fault, not yours."),                       \
    N_("Try again. If it happens again, report it with the number below."))                                            \
  X(501, N_("Method unknown"), N_("This site answers GET, HEAD and OPTIONS."), "")                                             \
  X(503, N_("Back in a moment"), N_("The page’s content cannot be read right now."), N_("Try again in a few seconds."))

struct error_text {
  int status;
  const char *title, *reason, *hint;
};

#define ERRORS_ROW(status, title, reason, hint)                                                                        \
  {status, title, reason, hint},
static const struct error_text errors[] = {ERRORS_LIST(ERRORS_ROW)};

static const struct error_text *error_text_of(int status)
{
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (errors[i].status == status)
      return &errors[i];
  return error_text_of(500);
}

static const char *cache_of(int status)
{
  return status == 404 || status == 410 ? "public, max-age=1" : "no-store";
}

struct error_report { /* the content of an error, in every format */
  int status;
  struct span title, reason, hint, request_id;
  struct error_links links;
};

static void html_write(struct site *s, const struct request *rq, const struct error_report *f, struct buf *out)
{
  struct page p = {.site = s, .rq = rq, .arena = rq->arena, .now_us = config_now_us(site_config(s)), .noindex = true};
  if (catalog_pin_current(site_resources_of(s)->catalog, &p.pin))
    page_about_find(&p);
  p.pin.window_us = clock_hour_floor(p.now_us);
  struct error_view v = {
      .title = f->title, .status = f->status, .reason = f->reason, .hint = f->hint, .request_id = f->request_id};
  v.links.v = f->links.v;
  v.links.n = f->links.n;
  v.linked = f->links.n > 0;
  v.page = build_frame(&p, &(struct page_frame){.title = f->title, .description = f->reason});
  if (!v.page || !template_render(templates_error(site_resources_of(s)->templates), &v, out))
    buf_clear(out);
}

static void member_write(struct buf *out, const char *name, struct span value)
{
  if (!value.n)
    return;
  buf_printf(out, ",\"%s\":", name);
  json_write_string(out, value);
}

static struct span below_base(struct site *s, const struct request *rq, struct span path)
{
  return ARENA_JOIN(rq->arena, config_base_path(site_config(s)), path);
}

static void problem_write(struct site *s, const struct request *rq, const struct error_report *f, struct buf *out)
{
  buf_printf(out, "{\"type\":\"about:blank\",\"status\":%d", f->status);
  member_write(out, "title", f->title);
  member_write(out, "detail", f->reason);
  member_write(out, "hint", f->hint);
  member_write(out, "request_id", f->request_id);
  for (size_t i = 0; i < f->links.n; i++) {
    buf_puts(out, i ? ",{\"text\":" : ",\"links\":[{\"text\":");
    json_write_string(out, f->links.v[i].text);
    member_write(out, "href", below_base(s, rq, f->links.v[i].href));
    buf_putc(out, '}');
  }
  buf_puts(out, f->links.n ? "]}\n" : "}\n");
}

/* Names may contain what Markdown reads as markup. */
static void link_write(struct buf *out, const struct link_view *link, struct span href, bool first)
{
  buf_puts(out, first ? "\n- [" : "- [");
  for (size_t i = 0; i < link->text.n; i++) {
    if (strchr("\\[]*_`<>&", link->text.p[i]))
      buf_putc(out, '\\');
    buf_putc(out, link->text.p[i]);
  }
  buf_printf(out, "](%.*s)\n", SPAN_ARG(href));
}

static void markdown_write(struct site *s, const struct request *rq, const struct error_report *f, struct buf *out)
{
  struct span status = SAY(rq->arena, _("Error %1$s."), arena_uint(rq->arena, (unsigned)f->status, 1));
  buf_printf(out, "# %.*s\n\n%.*s %.*s\n", SPAN_ARG(f->title), SPAN_ARG(status), SPAN_ARG(f->reason));
  if (f->hint.n)
    buf_printf(out, "%.*s\n", SPAN_ARG(f->hint));
  for (size_t i = 0; i < f->links.n; i++)
    link_write(out, &f->links.v[i], below_base(s, rq, f->links.v[i].href), i == 0);
  buf_printf(out, "\n%.*s\n", SPAN_ARG(SAY(rq->arena, _("Request `%1$s`"), f->request_id)));
}

static const struct error_format {
  void (*write)(struct site *s, const struct request *rq, const struct error_report *f, struct buf *out);
  const char *type;
  bool representation;
} html = {html_write, "text/html; charset=utf-8", false}, problem = {problem_write, "application/problem+json", true},
  markdown = {markdown_write, "text/markdown; charset=utf-8", true};

static const struct error_format *format_of(const struct request *rq)
{
  struct target t;
  if (target_parse(rq->target, rq->arena, &t) != TARGET_OK)
    return &html;
  return t.form == FORM_JSON ? &problem : t.form == FORM_MD ? &markdown : &html;
}

static struct span body_of(struct site *s, const struct request *rq, const struct error_format *format,
                           const struct error_report *f)
{
  struct buf body = BUF_INIT;
  format->write(s, rq, f, &body);
  return arena_take(rq->arena, &body);
}

/* The rate is limited: an outage must not fill the disk with the same line. */
static void failure_log(const struct request *rq, int status)
{
  static struct log_limit limit = {.most = 10};
  log_limited(&limit, 30, LOG_LEVEL_WARN, "%d for %.*s %.200s (request %.*s)", status, SPAN_ARG(rq->method),
              arena_z(rq->arena, target_logged(rq->target)), SPAN_ARG(rq->id));
}

void errors_answer(struct site *s, const struct request *rq, int status, struct span reason, struct response *out)
{
  errors_answer_links(s, rq, status, reason, (struct error_links){NULL, 0}, out);
}

void errors_answer_links(struct site *s, const struct request *rq, int status, struct span reason, struct error_links links,
                         struct response *out)
{
  const struct error_text *w = error_text_of(status);
  const struct error_format *format = format_of(rq);
  struct span body = body_of(s, rq, format,
                             &(struct error_report){w->status, message_of(w->title), reason.n ? reason : message_of(w->reason),
                                                    message_of(w->hint), rq->id, links});
  if (!body.n) {
    bare_error(503, config_base_path(site_config(s)), rq->id, out);
    return;
  }
  if (status >= 500 && status != 501) /* 501, an unknown method, is the client's fault */
    failure_log(rq, status);
  http_plain(site_config(s), status, span_z(format->type), cache_of(status), body, format->representation, out);
  response_header(out, "X-Request-Id", rq->id);
  if (status == 503)
    response_header(out, "Retry-After", SPAN("2"));
}
