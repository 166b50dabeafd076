/* Dispatches a request: target -> method -> endpoints.c -> route -> page_request.c. */
#include "site/page_request.h"

#include <stdlib.h>
#include <time.h>

#include "http/bare_error.h"
#include "site/endpoints.h"
#include "site/error_pages.h"
#include "site/fact_table.h"
#include "site/preview_answer.h"

#define READY_POLL_US 5000

struct site *site_open(const struct site_resources *resources)
{
  struct site *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->resources = *resources;
  s->page_cache = page_cache_new((size_t)resources->config->page_cache_bytes, resources->metrics);
  if (resources->config->part_cache_bytes)
    s->parts = part_memo_new((size_t)resources->config->part_cache_bytes);
  s->popular = calloc(1, sizeof *s->popular);
  s->attributes = attribute_memo_new();
  if (!s->page_cache || !s->attributes || !s->popular || (resources->config->part_cache_bytes && !s->parts))
    site_close(&s);
  return s;
}

void site_close(struct site **s)
{
  if (!*s)
    return;
  page_cache_free(&(*s)->page_cache);
  part_memo_free(&(*s)->parts);
  attribute_memo_free(&(*s)->attributes);
  free((*s)->popular);
  buf_free(&(*s)->body);
  free(*s);
  *s = NULL;
}

static bool catalog_wait(struct page_request *v)
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

static bool method_answered(const struct page_request *v, struct response *out)
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

static void dispatch(struct page_request *v, struct response *out)
{
  enum target_fault fault = target_parse(v->rq->target, v->rq->arena, &v->target);
  bool below = target_mount(&v->target, config_base_path(v->http.config));
  bool preview = preview_addressed(&v->target);
  v->http.embeddable = target_embeddable(&v->target);
  if (fault != TARGET_OK)
    errors_answer(v->site, v->rq, fault == TARGET_TOO_LONG ? 414 : 400, SPAN(""), out);
  else if (method_answered(v, out))
    return;
  else if (!below)
    errors_answer(v->site, v->rq, 404, SPAN(""), out);
  else if (!preview && endpoint_answer(v->site, v->rq, &v->target, out))
    return;
  else if (!preview && !(v->route = route_find(&v->target, &v->route_param)))
    errors_answer(v->site, v->rq, 404, SPAN(""), out);
  else if (!catalog_wait(v))
    errors_answer(v->site, v->rq, 503, SPAN(""), out);
  else if (preview)
    preview_answer(v, out);
  else
    page_request_answer(v, out);
}

void site_handle(struct site *s, const struct request *rq, struct response *out)
{
  const struct config *c = s->resources.config;
  struct page_request v = {.site = s, .rq = rq, .http = {.config = c, .now_us = config_now_us(c)}};
  dispatch(&v, out);
  if (v.route)
    out->route = route_number(v.route);
  if (preview_addressed(&v.target))
    http_private(out);
  if (out->headers.failed || (arena_failed(rq->arena) && !out->deferred)) /* memory ran out: the answer may be incomplete */
    bare_error(503, config_base_path(c), rq->id, out);
}
