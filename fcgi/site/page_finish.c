/* Turns a built page into a finished page: its body and the values of its headers.
 * http/headers.c writes the headers, Cache-Control among them. */
#include "site/assets.h"
#include "site/openapi.h"
#include "site/page_request.h"
#include "site/product_links.h"
#include "site/representation.h"
#include "site/templates.h"
#include "text/url.h"

static struct span form_type(const struct route *r, enum form f)
{
  static const char *const types[] = {"text/html; charset=utf-8", "application/json", "text/markdown; charset=utf-8",
                                      "application/atom+xml", NULL};
  return span_z(f == FORM_OTHER ? r->content_type : types[f]);
}

struct span page_request_canonical(struct page_request *v)
{
  struct span root = SPAN("/index"), path = v->page.canonical;
  if (path.n == 1 && v->target.form != FORM_HTML)
    path = root;
  return arena_printf(v->rq->arena, "%.*s%.*s", SPAN_ARG(path), SPAN_ARG(target_suffix(v->target.form)));
}

static void form_link(struct page_request *v, struct buf *out, enum form form, unsigned flag, const char *type)
{
  struct page *p = &v->page;
  bool home = p->canonical.n == 1; /* its representations belong to the route /index */
  struct span path = home && form != FORM_HTML ? SPAN("/index") : p->canonical, suffix = target_suffix(form);
  struct span query = page_query(p);
  if (v->target.form != form && (v->route->forms & flag || (home && form == FORM_HTML)))
    buf_printf(out, ", <%s%.*s%.*s%.*s>; rel=\"alternate\"; type=\"%s\"", v->site->resources.config->base_url,
               SPAN_ARG(path), SPAN_ARG(suffix), SPAN_ARG(query), type);
}

/* The Link header: the page's canonical address and its representations. */
static struct span link_header(struct page_request *v)
{
  struct page *p = &v->page;
  const char *base = v->site->resources.config->base_url;
  struct buf out = BUF_INIT;
  struct span own = ARENA_JOIN(p->arena, p->canonical, page_canonical_query(p));
  buf_printf(&out, "<%s%.*s>; rel=\"canonical\"", base, SPAN_ARG(p->preferred.n ? p->preferred : own));
  if (page_links_representations(p)) {
    form_link(v, &out, FORM_HTML, ROUTE_HTML, "text/html");
    form_link(v, &out, FORM_JSON, ROUTE_JSON, "application/json");
    form_link(v, &out, FORM_MD, ROUTE_MD, "text/markdown");
  }
  if (v->target.form == FORM_JSON)
    buf_printf(&out, ", <%s" OPENAPI_PATH ">; rel=\"service-desc\"; type=\"application/json\"", base);
  return arena_take(v->rq->arena, &out);
}

/* The address of the answer itself, with the parameters that the page uses. */
static struct span self_url(struct page_request *v)
{
  return page_absolute(&v->page, ARENA_JOIN(v->rq->arena, page_request_canonical(v), page_query(&v->page)));
}

static bool render(struct page_request *v, struct buf *body)
{
  const struct template *t = templates_get(v->site->resources.templates, v->route, v->target.form);
  stage_set(v->rq->stage, STAGE_RENDER);
  if (v->page.body.n)
    buf_span(body, v->page.body);
  else if (v->target.form == FORM_JSON)
    representation_json_write(body, v->route->shape, v->page.view, self_url(v), config_base_path(v->http.config));
  else if (!t || !template_render(t, v->page.view, body))
    return false;
  return !body->failed;
}

/* The latest of data, labels, and what came or went: no row of the page tells of what it lost.  A page without any is as old
 * as the window of its counts. */
static int64_t modified_us(const struct page *p)
{
  int64_t public_us = catalog_public_changed(&p->pin);
  int64_t us = p->changed_us > p->label_us ? p->changed_us : p->label_us;
  us = public_us > us ? public_us : us;
  return us == CLOCK_NEVER ? p->pin.window_us : us;
}

bool page_request_finish(struct page_request *v, struct buf *body, struct finished_page *f)
{
  struct page *p = &v->page;
  if (!render(v, body))
    return false;
  *f = (struct finished_page){.key = v->key,
                              .body = buf_view(body),
                              .content_type = form_type(v->route, v->target.form),
                              .link = v->route->forms & (ROUTE_JSON | ROUTE_MD) ? link_header(v) : SPAN(""),
                              .linked = p->linked,
                              .linked_digest = product_links_digest(p, p->linked),
                              .publication = p->pin.publication,
                              .floors = v->floors,
                              .modified_us = modified_us(p),
                              .label_us = p->label_us,
                              .next_change_us = p->next_change_us,
                              .verified_us = clock_mono_us(),
                              .hidden = p->noindex && v->target.form != FORM_HTML,
                              .embeddable = v->target.form != FORM_HTML,
                              .versioned = v->route->forms & ROUTE_VERSIONED};
  memcpy(f->digest, v->digest, sizeof f->digest);
  http_etag(f->etag, f->body);
  METRICS_ADD(v->site->resources.metrics, pages_rendered, 1);
  return true;
}
