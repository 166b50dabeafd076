#include "site/preview_answer.h"

#include "site/build_preview.h"
#include "site/error_pages.h"
#include "site/pages.h"
#include "site/sort.h"

#define PREFIX "/preview/"
#define UNKNOWN                                                                                                        \
  _("This link to a preview is not valid, or not any more. Save the row once more in your CMS, and take its new link.")
#define WITHDRAWN _("This row is archived. Make it a draft to see its preview.")
#define CROWDED _("Too many links to previews that do not exist were tried.")

static const struct span prefix = {PREFIX, sizeof PREFIX - 1};

bool preview_addressed(const struct target *t)
{
  return span_starts(t->path, prefix);
}

/* What a request asks for. */
struct asked {
  struct span token, path; /* path: below the token; empty: the page of the row */
};

/* false: no preview has such an address. */
static bool address_split(const struct target *t, struct asked *out)
{
  struct span rest = span_from(t->path, prefix.n);
  size_t n = span_find(rest, '/');
  *out = (struct asked){span_head(rest, n), span_from(rest, n)};
  return t->plain && t->form == FORM_HTML;
}

/* "/alternatives" is that page of the row's product. */
static struct span path_of(const struct asked *a, const struct preview *p, struct arena *arena)
{
  if (!a->path.n)
    return build_preview_path(p, arena);
  if (span_eq(a->path, SPAN("/alternatives")) && p->n_products)
    return ARENA_JOIN(arena, a->path, SPAN("/"), p->products[0].slug);
  return a->path;
}

/* The pages on which a row may stand. */
static bool route_shown(const struct route *r)
{
  static enum plan (*const shown[])(struct page *, struct span) = {plan_trajectory, plan_compare,     plan_alternatives, plan_faq,
                                                                   plan_site_faq,   plan_methodology, plan_static_page};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
    if (r->plan == shown[i])
      return true;
  return false;
}

static void redirect(struct page_request *v, struct span path, struct response *out)
{
  http_redirect(&v->http, 307, ARENA_JOIN(v->rq->arena, span_z(v->http.config->base_url), path), out);
}

static void status_answer(struct page_request *v, int status, struct span reason, struct response *out)
{
  errors_answer(v->site, v->rq, status, reason, out);
}

static void built_answer(struct page_request *v, struct page_request *inner, struct response *out)
{
  struct finished_page f;
  struct buf body = BUF_INIT;
  bool made = page_request_finish(inner, &body, &f);
  struct span copy = arena_take(v->rq->arena, &body);
  if (made && copy.n)
    http_plain(v->http.config, 200, f.content_type, "no-store", copy, false, out);
  else
    status_answer(v, 500, SPAN(""), out);
}

/* Plans and builds the public page of a path.  `inner` has a site of its own, with the catalog and the store of the preview. */
static void path_answer(struct page_request *v, struct page_request *inner, const struct preview_banner *b, struct response *out)
{
  enum err e = ERR_NOT_FOUND;
  bool found = target_parse(b->path, v->rq->arena, &inner->target) == TARGET_OK && inner->target.form == FORM_HTML &&
               (inner->route = route_find(&inner->target, &inner->route_param)) && route_shown(inner->route);
  enum plan plan = found ? page_request_build(inner, &e) : PLAN_NOT_FOUND;
  if (plan != PLAN_OK)
    status_answer(v, plan == PLAN_GONE ? 410 : 404, inner->page.reason, out);
  else if (arena_failed(v->rq->arena) || (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_INVALID))
    status_answer(v, 503, SPAN(""), out);
  else if (e != ERR_OK)
    status_answer(v, e == ERR_INVALID ? 410 : 404, SPAN(""), out);
  else if (!span_eq(inner->page.canonical, b->path))
    redirect(v, ARENA_JOIN(v->rq->arena, prefix, b->token, inner->page.canonical), out);
  else
    built_answer(v, inner, out);
}

static void preview_show(struct page_request *v, const struct preview *p, const struct asked *asked, struct response *out)
{
  struct preview_banner b = {p, asked->token, path_of(asked, p, v->rq->arena), v->rq->arena};
  struct site site = {.resources = v->site->resources};
  struct page_request inner = {.site = &site, .rq = v->rq, .http = v->http};
  if (p->is_public) {
    redirect(v, b.path, out);
    return;
  }
  site.resources.catalog = p->catalog;
  site.resources.store = p->store;
  inner.preview = build_preview(&b);
  path_answer(v, &inner, &b, out);
}

static void refusal_answer(struct page_request *v, enum err e, int retry_s, struct response *out)
{
  if (e == ERR_NOT_FOUND)
    status_answer(v, 404, UNKNOWN, out);
  else if (e == ERR_INVALID)
    status_answer(v, 410, WITHDRAWN, out);
  else if (e == ERR_LIMIT) {
    status_answer(v, 429, CROWDED, out);
    response_header(out, "Retry-After", arena_uint(v->rq->arena, (unsigned)retry_s, 1));
  } else
    status_answer(v, 503, SPAN(""), out);
}

void preview_answer(struct page_request *v, struct response *out)
{
  struct preview_source *source = v->site->resources.previews;
  struct preview *p = ARENA_NEW(v->rq->arena, struct preview);
  struct asked asked;
  int retry_s = 0;
  (void)site_route_names(&out->route);
  out->route--; /* the last one */
  if (!address_split(&v->target, &asked) || !source || !p) {
    refusal_answer(v, p ? ERR_NOT_FOUND : ERR_NO_MEMORY, 0, out);
    return;
  }
  struct preview_request rq = {asked.token, v->rq->deadline_us, v->rq->arena, v->rq->stage};
  enum err e = source->open(source, &rq, p, &retry_s);
  if (e == ERR_OK)
    preview_show(v, p, &asked, out);
  else
    refusal_answer(v, e, retry_s, out);
  source->close(source, p);
}
