/* One request through the site:
 *
 *   target -> method -> route -> plan (catalog only) -> redirect, 404, 410, ...
 *          -> table of finished pages, by the plan's digest
 *          -> fetch (one multi-get when warm) -> build -> render -> table -> answer
 *
 * A page in the table whose publication is current is answered before any plan. */
#include "site/site.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "site/ahead.h"
#include "site/assets.h"
#include "site/errors.h"
#include "site/http.h"
#include "site/misc.h"
#include "site/openapi.h"
#include "site/page.h"
#include "site/routes.h"
#include "site/table.h"
#include "site/templates.h"
#include "site/twin.h"
#include "text/url.h"

#define PLAN_TRIES 5
#define READY_POLL_US 5000
#define STALE_PAGE_US (60 * CLOCK_SECOND)
#define BODY_KEPT ((size_t)1 << 20)

struct site {
  struct site_parts parts;
  struct table *table;
  struct buf body; /* the page being rendered; kept for its memory */
};

struct visit { /* one request on its way */
  struct site *site;
  const struct request *rq;
  struct http http;
  struct target target;
  const struct route *route;
  struct span word, key;
  struct page page;
  unsigned char digest[TABLE_DIGEST];
  uint64_t raises; /* when it was planned */
  struct facts *newer; /* than the catalog's, which does not move */
  size_t n_newer;
};

struct site *site_open(const struct site_parts *parts)
{
  struct site *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->parts = *parts;
  s->table = table_new((size_t)parts->config->page_cache_bytes, parts->metrics);
  if (!s->table)
    site_close(&s);
  return s;
}

void site_close(struct site **s)
{
  if (!*s)
    return;
  table_free(&(*s)->table);
  buf_free(&(*s)->body);
  free(*s);
  *s = NULL;
}

const struct config *site_config(const struct site *s)
{
  return s->parts.config;
}

const struct assets *site_assets(const struct site *s)
{
  return s->parts.assets;
}

const struct site_parts *site_parts(const struct site *s)
{
  return &s->parts;
}

/* May pages be made from this catalog?  It has caught up with the database, or the database is away
 * or itself behind, and what it was known to be is not too old. */
bool site_serves(const struct site *s)
{
  struct catalog_state state;
  catalog_state_get(s->parts.catalog, &state);
  if (catalog_publication(s->parts.catalog) == 0)
    return false;
  if (state.ready && state.database_up && state.lag_us == 0)
    return true;
  if (!state.ready && !state.trouble[0])
    return false; /* it may be current in a moment */
  return state.confirmed_us != CLOCK_NEVER &&
         clock_now_us() - state.confirmed_us <= s->parts.config->stale_max * CLOCK_SECOND;
}

static bool catalog_wait(struct visit *v)
{
  struct timespec t = {0, READY_POLL_US * 1000};
  int64_t until = clock_mono_us() + (v->rq->deadline_us - clock_mono_us()) * 3 / 4;
  while (!site_serves(v->site)) {
    if (clock_mono_us() > until)
      return false;
    nanosleep(&t, NULL);
  }
  return true;
}

static enum plan plan_once(struct visit *v)
{
  struct page *p = &v->page;
  *p = (struct page){.site = v->site,
                     .rq = v->rq,
                     .arena = v->rq->arena,
                     .target = &v->target,
                     .now_us = v->http.now_us,
                     .newer = v->newer,
                     .n_newer = v->n_newer,
                     .number = 1,
                     .changed_us = CLOCK_NEVER,
                     .label_us = CLOCK_NEVER,
                     .next_change_us = CLOCK_FOREVER};
  v->raises = catalog_raises(v->site->parts.catalog);
  if (!catalog_pin(v->site->parts.catalog, &p->pin))
    return PLAN_NOT_FOUND;
  page_digest(p, &p->pin.window_us, sizeof p->pin.window_us);
  page_about(p);
  enum plan result = v->route->plan(p, v->word);
  memcpy(v->digest, p->digest, TABLE_DIGEST);
  return result;
}

/* Plans again while the catalog moves under it. */
static enum plan plan_page(struct visit *v)
{
  enum plan result = PLAN_NOT_FOUND;
  for (int i = 0; i < PLAN_TRIES; i++) {
    result = plan_once(v);
    if (catalog_still(&v->page.pin))
      break;
  }
  return result;
}

static struct span form_suffix(enum form f)
{
  static const struct span suffixes[] = {{"", 0}, {".json", 5}, {".md", 3}, {".atom", 5}, {"", 0}};
  return suffixes[f];
}

static struct span form_type(const struct route *r, enum form f)
{
  static const char *const types[] = {"text/html; charset=utf-8", "application/json", "text/markdown; charset=utf-8",
                                      "application/atom+xml", NULL};
  return span_z(f == FORM_OTHER ? r->content_type : types[f]);
}

/* The address at which this page answers 200: canonical path, form, page number. */
static struct span home_of(struct visit *v)
{
  struct span root = SPAN("/index"), path = v->page.canonical;
  if (path.n == 1 && v->target.form != FORM_HTML)
    path = root;
  return arena_printf(v->rq->arena, "%.*s%.*s", SPAN_ARG(path), SPAN_ARG(form_suffix(v->target.form)));
}

/* Does the address say page=1, which has a shorter spelling? */
static bool first_page_named(const struct visit *v)
{
  return (v->route->forms & ROUTE_PAGED) && span_eq(target_query(&v->target, "page", v->rq->arena), SPAN("1"));
}

/* The query without its page, other parameters kept as they are. */
static struct span query_pageless(struct arena *a, struct span query)
{
  struct span kept = SPAN("");
  while (query.p) {
    struct span pair = span_split(&query, '&'), rest = pair;
    if (!span_eq(span_split(&rest, '='), SPAN("page")))
      kept = kept.n ? arena_printf(a, "%.*s&%.*s", SPAN_ARG(kept), SPAN_ARG(pair)) : pair;
  }
  return kept;
}

/* Another spelling of a page that exists: one 308 to the right one, query kept. */
static bool redirected(struct visit *v, struct response *out)
{
  struct span home = home_of(v), query = v->target.query;
  bool bare = first_page_named(v);
  if (span_eq(home, v->target.raw_path) && !bare)
    return false;
  if (bare)
    query = query_pageless(v->rq->arena, query);
  http_redirect(&v->http, 308,
                arena_printf(v->rq->arena, "%s%.*s%s%.*s", v->site->parts.config->base_url, SPAN_ARG(home),
                             query.n ? "?" : "", SPAN_ARG(query)),
                out);
  return true;
}

static void answer_page(struct visit *v, struct finished *f, bool in_table, struct response *out)
{
  http_page(&v->http, v->rq, in_table ? v->site->table : NULL, f, out);
}

/* The Link header: the page's twins and its canonical address. */
static struct span link_header(struct visit *v)
{
  struct page *p = &v->page;
  struct arena *a = v->rq->arena;
  const char *base = v->site->parts.config->base_url;
  bool home = p->canonical.n == 1; /* its twins are another route, /index */
  struct span path = home ? SPAN("/index") : p->canonical, part = page_part(p);
  struct span out = arena_printf(a, "<%s%.*s%.*s>; rel=\"canonical\"", base, SPAN_ARG(p->canonical), SPAN_ARG(part));
  if (v->target.form != FORM_HTML && (home || v->route->forms & ROUTE_HTML))
    out = arena_printf(a, "%.*s, <%s%.*s%.*s>; rel=\"alternate\"; type=\"text/html\"", SPAN_ARG(out), base,
                       SPAN_ARG(p->canonical), SPAN_ARG(part));
  if (v->target.form != FORM_JSON && (v->route->forms & ROUTE_JSON))
    out = arena_printf(a, "%.*s, <%s%.*s.json%.*s>; rel=\"alternate\"; type=\"application/json\"", SPAN_ARG(out), base,
                       SPAN_ARG(path), SPAN_ARG(part));
  if (v->target.form != FORM_MD && (v->route->forms & ROUTE_MD))
    out = arena_printf(a, "%.*s, <%s%.*s.md%.*s>; rel=\"alternate\"; type=\"text/markdown\"", SPAN_ARG(out), base,
                       SPAN_ARG(path), SPAN_ARG(part));
  if (v->target.form == FORM_JSON)
    out = arena_printf(a, "%.*s, <%s" OPENAPI_PATH ">; rel=\"service-desc\"; type=\"application/json\"", SPAN_ARG(out),
                       base);
  return out;
}

/* The address of the answer itself, with what of the query means something. */
static struct span self_of(struct visit *v)
{
  struct page *p = &v->page;
  struct span path = page_absolute(p, ARENA_JOIN(v->rq->arena, home_of(v), p->asked));
  return p->number > 1 ? arena_printf(v->rq->arena, "%.*s%cpage=%u", SPAN_ARG(path), p->asked.n ? '&' : '?', p->number)
                       : path;
}

static bool render(struct visit *v, struct buf *body)
{
  const struct template *t = templates_get(v->site->parts.templates, v->route, v->target.form);
  stage_set(v->rq->stage, STAGE_RENDER);
  if (v->page.body.n)
    buf_span(body, v->page.body);
  else if (v->target.form == FORM_JSON)
    twin_json_write(body, v->route->shape, v->page.view, self_of(v));
  else if (!t || !template_render(t, v->page.view, body))
    return false;
  return !body->failed;
}

/* Later of data and labels; a page of neither is as old as its windows. */
static int64_t modified_us(const struct page *p)
{
  int64_t us = p->changed_us > p->label_us ? p->changed_us : p->label_us;
  return us == CLOCK_NEVER ? p->pin.window_us : us;
}

static bool finish(struct visit *v, struct buf *body, struct finished *f)
{
  struct page *p = &v->page;
  if (!render(v, body))
    return false;
  *f = (struct finished){.key = v->key,
                         .body = buf_view(body),
                         .content_type = form_type(v->route, v->target.form),
                         .link = v->route->forms & (ROUTE_JSON | ROUTE_MD) ? link_header(v) : SPAN(""),
                         .publication = p->pin.publication,
                         .raises = v->raises,
                         .modified_us = modified_us(p),
                         .next_change_us = p->next_change_us,
                         .right_us = clock_mono_us(),
                         .hidden = p->noindex && v->target.form != FORM_HTML,
                         .embeddable = v->target.form != FORM_HTML,
                         .versioned = v->route->forms & ROUTE_VERSIONED};
  memcpy(f->digest, v->digest, sizeof f->digest);
  http_etag(f->etag, f->body);
  METRICS_ADD(v->site->parts.metrics, pages_rendered, 1);
  return true;
}

/* What is left when the fragments cannot be had: the page as it was a moment ago, or 503. */
static void answer_without(struct visit *v, struct response *out)
{
  struct finished *old = table_get(v->site->table, v->key);
  if (old && clock_mono_us() - old->right_us <= STALE_PAGE_US) {
    METRICS_ADD(v->site->parts.metrics, pages_stale, 1);
    answer_page(v, old, true, out);
  } else
    errors_answer(v->site, v->rq, 503, SPAN(""), out);
}

static bool any_stale(const struct page *p)
{
  for (size_t i = 0; i < p->n_wants; i++)
    if (p->wants[i].stale)
      return true;
  return false;
}

/* Renders the built page, keeps it, and answers with it. */
static void deliver(struct visit *v, struct response *out)
{
  struct buf *body = &v->site->body;
  struct finished f;
  bool stale = any_stale(&v->page);
  buf_clear(body);
  if (!finish(v, body, &f))
    errors_answer(v->site, v->rq, 500, SPAN(""), out);
  else {
    bool keep = !v->page.once && !stale && !(v->route->forms & ROUTE_QUERY) && !arena_failed(v->rq->arena);
    struct finished *kept = keep ? table_put(v->site->table, &f) : NULL;
    if (stale)
      METRICS_ADD(v->site->parts.metrics, pages_stale, 1);
    if (!kept && body->cap > BODY_KEPT) /* else it stays where it is until the next page */
      f.body = arena_copy(v->rq->arena, f.body);
    answer_page(v, kept ? kept : &f, kept != NULL, out);
  }
  if (body->cap > BODY_KEPT)
    buf_free(body);
}

static bool newer_take(struct visit *v, const struct store_context *x)
{
  size_t before = v->n_newer;
  v->n_newer = ahead_facts(&v->page, v->site->parts.store, x, &v->newer);
  return v->n_newer > before;
}

/* Fragments are newer than what the page was planned with: shall it be planned again?  The catalog is
 * waited for once. */
static bool plan_again(struct visit *v, const struct store_context *x)
{
  if (!ahead_of_catalog(&v->page))
    return false;
  if (v->n_newer == 0 && ahead_catalog_moves(v->site->parts.catalog, &v->page.pin, v->rq->deadline_us))
    return true;
  return newer_take(v, x);
}

/* False: the catalog has moved on, or is known to be behind: plan again. */
static bool make_page(struct visit *v, bool last, struct response *out)
{
  struct page *p = &v->page;
  struct store_context x = {v->rq->arena, v->rq->stage, v->rq->deadline_us, &p->pin, v->rq->crowded};
  enum err e = p->n_wants ? store_fetch(v->site->parts.store, &x, p->wants, p->n_wants) : ERR_OK;
  if (!last && plan_again(v, &x))
    return false;
  if (e == ERR_OK || e == ERR_NOT_FOUND) /* the page knows which of its parts it can do without */
    e = v->route->build(p);
  if (e == ERR_NOT_FOUND || e == ERR_INVALID) /* gone or withdrawn since the catalog was published */
    errors_answer(v->site, v->rq, e == ERR_INVALID ? 410 : 404, SPAN(""), out);
  else if (e == ERR_LATER)
    out->later = p->later;
  else if (e != ERR_OK || arena_failed(v->rq->arena))
    answer_without(v, out);
  else
    deliver(v, out);
  return true;
}

static bool labels_hold(const struct visit *v, const struct finished *f)
{
  return v->http.now_us < f->next_change_us;
}

/* Neither the catalog nor what workers told each other has moved since the page was right. */
static bool catalog_stands(const struct site *s, const struct finished *f)
{
  return f->publication == catalog_publication(s->parts.catalog) && f->raises == catalog_raises(s->parts.catalog);
}

/* The answers that a plan alone decides; false: the page is to be made. */
static bool answered_by_plan(struct visit *v, enum plan plan, struct response *out)
{
  if (plan == PLAN_NOT_FOUND || plan == PLAN_GONE)
    errors_answer(v->site, v->rq, plan == PLAN_GONE ? 410 : 404, SPAN(""), out);
  else if (plan == PLAN_BAD)
    errors_answer(v->site, v->rq, 400, v->page.reason, out);
  else if (plan == PLAN_SEE_OTHER)
    http_redirect(&v->http, 303,
                  page_absolute(&v->page, ARENA_JOIN(v->rq->arena, v->page.location, form_suffix(v->target.form))), out);
  else
    return redirected(v, out);
  return true;
}

/* False: plan again. */
static bool plan_and_make(struct visit *v, struct finished *f, bool last, struct response *out)
{
  if (answered_by_plan(v, plan_page(v), out))
    return true;
  if (!f || !labels_hold(v, f) || memcmp(f->digest, v->digest, TABLE_DIGEST) != 0)
    return make_page(v, last, out);
  f->publication = v->page.pin.publication;
  f->raises = v->raises;
  if (v->page.changed_us > f->modified_us) /* it was made ahead of the catalog, which knows the time */
    f->modified_us = v->page.changed_us;
  f->right_us = clock_mono_us();
  METRICS_ADD(v->site->parts.metrics, pages_hit, 1);
  answer_page(v, f, true, out);
  return true;
}

static void visit_page(struct visit *v, struct response *out)
{
  struct site *s = v->site;
  struct finished *f;
  stage_set(v->rq->stage, STAGE_ROUTE);
  v->key = arena_printf(v->rq->arena, "%.*s?%u", SPAN_ARG(v->target.raw_path),
                        v->route->forms & ROUTE_PAGED ? target_page(&v->target, v->rq->arena) : 1);
  f = v->target.plain && !(v->route->forms & ROUTE_QUERY) && !first_page_named(v) ? table_get(s->table, v->key) : NULL;
  if (f && labels_hold(v, f) && catalog_stands(s, f)) {
    METRICS_ADD(s->parts.metrics, pages_hit, 1);
    answer_page(v, f, true, out);
    return;
  }
  for (int i = 1; !plan_and_make(v, f, i == PLAN_TRIES, out); i++)
    ;
}

static bool method_is(const struct request *rq, const char *name)
{
  return span_eq(rq->method, span_z(name));
}

static bool method_known(const struct request *rq)
{
  static const char *const known[] = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (method_is(rq, known[i]))
      return true;
  return false;
}

static bool method_answered(const struct visit *v, struct response *out)
{
  const struct request *rq = v->rq;
  if (method_is(rq, "GET") || method_is(rq, "HEAD"))
    return false;
  if (method_is(rq, "OPTIONS"))
    http_options(&v->http, out);
  else
    errors_answer(v->site, rq, method_known(rq) ? 405 : 501, SPAN(""), out);
  if (out->status != 501)
    response_header(out, "Allow", SPAN("GET, HEAD, OPTIONS"));
  return true;
}

static void dispatch(struct visit *v, struct response *out)
{
  enum target_fault fault = target_parse(v->rq->target, v->rq->arena, &v->target);
  v->http.embeddable = target_embeddable(&v->target);
  if (fault != TARGET_OK)
    errors_answer(v->site, v->rq, fault == TARGET_TOO_LONG ? 414 : 400, SPAN(""), out);
  else if (method_answered(v, out) || misc_answer(v->site, v->rq, &v->target, out))
    return;
  else if (!(v->route = route_find(&v->target, &v->word)))
    errors_answer(v->site, v->rq, 404, SPAN(""), out);
  else if (!catalog_wait(v))
    errors_answer(v->site, v->rq, 503, SPAN(""), out);
  else
    visit_page(v, out);
}

void site_handle(struct site *s, const struct request *rq, struct response *out)
{
  struct visit v = {.site = s, .rq = rq, .http = {.config = s->parts.config, .now_us = config_now_us(s->parts.config)}};
  dispatch(&v, out);
  if (out->headers.failed || (arena_failed(rq->arena) && !out->later)) /* whatever was found then may be wrong */
    errors_bare(503, rq->id, out);
}
