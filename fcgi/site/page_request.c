/* A page request, from the plan to the answer:
 *
 *   plan (catalog only) -> redirect, 404, 410, ...
 *                       -> page cache, compared by the plan's digest
 *                       -> fetch (one multi-get when warm) -> build -> finish -> page cache -> answer
 *
 * When the cached page's publication and version floors are still the catalog's, it is answered without a plan. */
#include "site/page_request.h"

#include "site/error_pages.h"
#include "site/newer_facts.h"
#include "site/product_links.h"
#include "site/page_level.h"
#include "site/since.h"
#include "site/sort.h"
#include "text/url.h"

#define PLAN_TRIES 5
#define FINE_ASKED 8  /* answers from the page cache */
#define FINE_SHARE 50 /* one part in so many of the worker's time */
#define LEASE_WAITERS_MOST 8 /* each asks memcached again every few milliseconds; further requests hold the worker */
#define STALE_PAGE_US (60 * CLOCK_SECOND)
#define BODY_RETAIN_MAX ((size_t)1 << 20)

static enum plan plan_once(struct page_request *v)
{
  struct page *p = &v->page;
  *p = (struct page){.site = v->site,
                     .rq = v->rq,
                     .arena = v->rq->arena,
                     .target = &v->target,
                     .now_us = v->http.now_us,
                     .since = v->since,
                     .newer = v->newer,
                     .n_newer = v->n_newer,
                     .route_find = route_find,
                     .preview = v->preview,
                     .searches = &v->searches,
                     .page_number = 1,
                     .order = sort_order(&v->target, v->route, v->rq->arena),
                     .usual_order = sort_usual(v->route),
                     .changed_us = CLOCK_NEVER,
                     .label_us = CLOCK_NEVER,
                     .next_change_us = CLOCK_FOREVER};
  v->floors = catalog_floor_count(v->site->resources.catalog);
  if (!catalog_pin_current(v->site->resources.catalog, &p->pin))
    return PLAN_NOT_FOUND;
  page_digest(p, &p->pin.window_us, sizeof p->pin.window_us);
  page_about_find(p);
  enum plan result = v->route->plan(p, v->route_param);
  memcpy(v->digest, p->digest, FINISHED_DIGEST);
  return result;
}

/* Repeats the plan while the catalog changes during it. */
static enum plan plan_page(struct page_request *v)
{
  enum plan result = PLAN_NOT_FOUND;
  stage_set(v->rq->stage, STAGE_ROUTE);
  for (int i = 0; i < PLAN_TRIES; i++) {
    result = plan_once(v);
    if (catalog_pin_valid(&v->page.pin))
      break;
  }
  return result;
}

static void answer_moved(struct page_request *v, struct span path, struct span query, struct response *out)
{
  query = url_query_tidied(v->rq->arena, query);
  http_redirect(&v->http, 308,
                arena_printf(v->rq->arena, "%s%.*s%s%.*s", v->site->resources.config->base_url, SPAN_ARG(path),
                             query.n ? "?" : "", SPAN_ARG(query)),
                out);
}

/* Answers 308 to the canonical address, with the query, when the request used another spelling. */
static bool redirect_canonical(struct page_request *v, struct response *out)
{
  struct span canonical = page_request_canonical(v);
  if (span_eq(canonical, v->target.raw_path) && !v->respelled)
    return false;
  answer_moved(v, canonical, v->respelled ? v->query : v->target.query, out);
  return true;
}

/* The best compression takes some 20 ms.  It is for pages that are asked for often, while no request waits, and for a small
 * part of the worker's time. */
static bool may_compress_fine(const struct page_request *v, const struct finished_page *f, bool cached)
{
  return cached && f->asked >= FINE_ASKED && !v->rq->under_load && clock_mono_us() >= v->site->fine_at_us;
}

static void answer_page(struct page_request *v, struct finished_page *f, bool cached, struct response *out)
{
  int64_t began_us = clock_mono_us();
  v->http.may_compress_fine = may_compress_fine(v, f, cached);
  struct http_made made = http_page(&v->http, v->rq, f, out);
  if (made.coding == CODING_BROTLI_FINE)
    v->site->fine_at_us = began_us + FINE_SHARE * (clock_mono_us() - began_us);
  if (cached && made.body.n)
    page_cache_put_coded(v->site->page_cache, f, made.coding, made.body);
}

/* Answers with a page of the page cache. */
static void answer_cached(struct page_request *v, struct finished_page *f, struct response *out)
{
  f->asked++;
  answer_page(v, f, true, out);
}

/* The fragments cannot be read: answers with the cached page if it was valid within STALE_PAGE_US, and is not left to other
 * pools, else with 503. */
static void answer_stale(struct page_request *v, struct response *out)
{
  struct finished_page *old = page_cache_get(v->site->page_cache, v->key);
  int64_t most_us = store_older_most_us(v->site->resources.catalog, v->site->resources.config);
  most_us = most_us < STALE_PAGE_US ? most_us : STALE_PAGE_US;
  if (old && clock_mono_us() - old->verified_us <= most_us) {
    METRICS_ADD(v->site->resources.metrics, pages_stale, 1);
    answer_cached(v, old, out);
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

/* A body that had no time to be rendered is a notice on this page only: the next answer may have it. */
static bool any_cut(const struct page *p)
{
  for (size_t i = 0; i < p->n_wants; i++)
    if (p->wants[i].incomplete)
      return true;
  return false;
}

/* Renders the built page, puts it into the page cache and answers with it. */
static void answer_built(struct page_request *v, struct response *out)
{
  struct buf *body = &v->site->body;
  struct finished_page f;
  bool stale = any_stale(&v->page), cut = any_cut(&v->page);
  buf_clear(body);
  if (!page_request_finish(v, body, &f))
    errors_answer(v->site, v->rq, 500, SPAN(""), out);
  else {
    bool keep = !v->page.uncacheable && !stale && !cut && !(v->route->forms & ROUTE_QUERY) && !arena_failed(v->rq->arena);
    struct finished_page *kept = keep ? page_cache_put(v->site->page_cache, &f) : NULL;
    if (cut)
      f.next_change_us = v->http.now_us;
    if (stale)
      METRICS_ADD(v->site->resources.metrics, pages_stale, 1);
    if (!kept && body->cap > BODY_RETAIN_MAX) /* a smaller buffer stays valid until the next page */
      f.body = arena_copy(v->rq->arena, f.body);
    answer_page(v, kept ? kept : &f, kept != NULL, out);
  }
  if (body->cap > BODY_RETAIN_MAX)
    buf_free(body);
}

static bool newer_facts_take(struct page_request *v, const struct store_context *x)
{
  size_t before = v->n_newer;
  v->n_newer = newer_facts_collect(&v->page, v->site->resources.store, x, &v->newer);
  return v->n_newer > before;
}

/* True when a fragment is newer than the catalog said and the page can be planned with newer facts.  The first time
 * it waits for the catalog.  After that, under load, or when the catalog does not change in time, it takes the facts that
 * were read. */
static bool plan_again(struct page_request *v, const struct store_context *x)
{
  if (!newer_facts_read(&v->page))
    return false;
  if (v->n_newer == 0 && !v->rq->under_load &&
      newer_facts_wait_catalog(v->site->resources.catalog, &v->page.pin, v->rq->deadline_us))
    return true;
  return newer_facts_take(v, x);
}

static struct store_context context_of(const struct page_request *v)
{
  return (struct store_context){.arena = v->rq->arena,
                                .waiter = v->rq->waiter,
                                .stage = v->rq->stage,
                                .deadline_us = v->rq->deadline_us,
                                .pin = &v->page.pin,
                                .under_load = v->rq->lately_loaded,
                                .earlier = v->earlier,
                                .n_earlier = v->n_earlier};
}

/* False: plan again, because fragments are newer than the plan. */
static bool page_make(struct page_request *v, bool last, struct response *out)
{
  struct page *p = &v->page;
  struct store_context x = context_of(v);
  x.may_defer = v->rq->may_defer && !v->n_newer && v->site->lease_wait.waiters < LEASE_WAITERS_MOST;
  enum err e = p->n_wants ? store_fetch(v->site->resources.store, &x, p->wants, p->n_wants) : ERR_OK;
  if (e == ERR_DEFERRED) {
    v->site->lease_wait.again_us = clock_mono_us() + STORE_AGAIN_US;
    out->deferred = &v->site->lease_wait;
    return true;
  }
  x.may_defer = false;
  if (!last && plan_again(v, &x)) {
    v->earlier = p->wants;
    v->n_earlier = p->n_wants;
    return false;
  }
  stage_set(v->rq->stage, STAGE_BUILD);
  if (e == ERR_OK || e == ERR_NOT_FOUND) /* the build decides which fragments it can do without */
    e = v->route->build(p);
  if (e == ERR_NOT_FOUND || e == ERR_INVALID) /* removed or withdrawn since the catalog was published */
    errors_answer(v->site, v->rq, e == ERR_INVALID ? 410 : 404, SPAN(""), out);
  else if (e == ERR_DEFERRED)
    out->deferred = p->deferred;
  else if (e != ERR_OK || arena_failed(v->rq->arena))
    answer_stale(v, out);
  else if (p->location.n)
    answer_moved(v, p->location, v->target.query, out);
  else
    answer_built(v, out);
  return true;
}

enum plan page_request_build(struct page_request *v, enum err *e)
{
  struct page *p = &v->page;
  enum plan plan = plan_page(v);
  if (plan != PLAN_OK)
    return plan;
  struct store_context x = context_of(v);
  *e = p->n_wants ? store_fetch(v->site->resources.store, &x, p->wants, p->n_wants) : ERR_OK;
  if (*e == ERR_OK || *e == ERR_NOT_FOUND)
    *e = v->route->build(p);
  return plan;
}

/* A clock that was set back lies before the beginning of a label. */
static bool labels_current(const struct page_request *v, const struct finished_page *f)
{
  return f->label_us <= v->http.now_us && v->http.now_us < f->next_change_us;
}

/* Neither the publication nor the version floors have changed since the page was last valid. */
static bool catalog_unchanged(const struct site *s, const struct finished_page *f)
{
  return f->publication == catalog_publication(s->resources.catalog) && f->floors == catalog_floor_count(s->resources.catalog);
}

/* Gives the answers that need only a plan; false: the page must be fetched and built. */
static bool answer_plan(struct page_request *v, enum plan plan, struct response *out)
{
  if (plan == PLAN_NOT_FOUND || plan == PLAN_GONE)
    errors_answer_links(v->site, v->rq, plan == PLAN_GONE ? 410 : 404, v->page.reason,
                        (struct error_links){v->page.links, v->page.n_links}, out);
  else if (plan == PLAN_BAD)
    errors_answer(v->site, v->rq, 400, v->page.reason, out);
  else if (plan == PLAN_SEE_OTHER)
    http_redirect(&v->http, 303,
                  page_absolute(&v->page, ARENA_JOIN(v->rq->arena, v->page.location, target_suffix(v->target.form))), out);
  else
    return redirect_canonical(v, out);
  return true;
}

/* False: plan again. */
static bool plan_and_make(struct page_request *v, struct finished_page *f, bool last, struct response *out)
{
  if (answer_plan(v, plan_page(v), out))
    return true;
  if (!f || !labels_current(v, f) || memcmp(f->digest, v->digest, FINISHED_DIGEST) != 0 ||
      product_links_digest(&v->page, f->linked) != f->linked_digest)
    return page_make(v, last, out);
  f->publication = v->page.pin.publication;
  f->floors = v->floors;
  if (v->page.changed_us > f->modified_us) /* the page was built from newer facts; the catalog now has their time */
    f->modified_us = v->page.changed_us;
  f->verified_us = clock_mono_us();
  METRICS_ADD(v->site->resources.metrics, pages_hit, 1);
  answer_cached(v, f, out);
  return true;
}

static bool query_respell(struct page_request *v)
{
  bool sorted = sort_query_respell(&v->target, v->route, v->rq->arena, &v->query);
  struct span query = sorted ? v->query : v->target.query;
  return since_query_respell(&v->since, v->route, query, v->rq->arena, &v->query) || sorted;
}

static void answer_request(struct page_request *v, struct response *out)
{
  struct site *s = v->site;
  struct finished_page *f;
  stage_set(v->rq->stage, STAGE_ROUTE);
  v->since = since_read(&v->target, v->route, v->http.now_us, v->rq->arena);
  v->respelled = query_respell(v);
  v->key = arena_printf(v->rq->arena, "%.*s?%u%.*s%.*s", SPAN_ARG(v->target.raw_path),
                        v->route->forms & ROUTE_PAGED ? target_page(&v->target, v->rq->arena) : 1,
                        SPAN_ARG(sort_key(&v->target, v->route, v->rq->arena)), SPAN_ARG(since_key(&v->since, v->rq->arena)));
  f = v->target.plain && !(v->route->forms & ROUTE_QUERY) && !v->respelled ? page_cache_get(s->page_cache, v->key) : NULL;
  if (f && labels_current(v, f) && catalog_unchanged(s, f)) {
    METRICS_ADD(s->resources.metrics, pages_hit, 1);
    answer_cached(v, f, out);
    return;
  }
  for (int i = 1; !plan_and_make(v, f, i == PLAN_TRIES, out); i++)
    ;
}

void page_request_answer(struct page_request *v, struct response *out)
{
  struct metrics *m = v->site->resources.metrics;
  struct page_level before = page_level_begin(m);
  if (v->site->parts)
    part_memo_tidy(v->site->parts);
  answer_request(v, out);
  page_level_end(&before, m);
}
