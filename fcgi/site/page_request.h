/* A request for a page.  Shared by site.c (the dispatch), page_request.c (plan, fetch, build) and page_finish.c
 * (the body and its headers). */
#ifndef DIPTYCH_SITE_PAGE_REQUEST_H
#define DIPTYCH_SITE_PAGE_REQUEST_H

#include "http/headers.h"
#include "http/target.h"
#include "site/page.h"
#include "site/page_cache.h"
#include "site/part_memo.h"
#include "site/routes.h"
#include "site/site.h"

#define PAGE_POPULAR 5

struct page_popular { /* the pairs that the picker suggested last */
  uint64_t publication; /* of the catalog; 0: none yet */
  size_t n;
  uint32_t ordinals[2 * PAGE_POPULAR];
};

struct site {
  struct site_resources resources;
  struct page_cache *page_cache;
  struct part_memo *parts; /* NULL: the configuration gives it no bytes */
  struct attribute_memo *attributes;
  struct page_popular *popular;
  struct deferred lease_wait; /* of requests whose fragments another worker is filling */
  int64_t fine_at_us; /* monotonic: from then on a page may be compressed with the best quality */
  struct buf body; /* the page being rendered; its memory is reused by the next page */
};

struct page_request {
  struct site *site;
  const struct request *rq;
  struct http http;
  struct target target;
  const struct route *route;
  struct span route_param; /* what {} of the route's pattern matched, from the first to the last */
  struct since_parameter since; /* ?since= */
  struct span key;         /* of the page cache */
  struct span query;       /* the query in its canonical spelling, if respelled */
  bool respelled;          /* the request used another spelling of the query */
  struct page page;
  unsigned char digest[FINISHED_DIGEST];
  uint64_t floors;      /* catalog_floor_count when the page was planned */
  struct facts *newer;  /* facts that are newer than the catalog's (site/newer_facts.h) */
  size_t n_newer;
  const struct want *earlier; /* of the last fetch, when the page is planned again */
  size_t n_earlier;
  struct search_memo *searches;
  struct preview_view *preview; /* NULL: a public page */
};

/* Answers the page that `route` names: from the page cache, or planned, fetched, built and rendered. */
void page_request_answer(struct page_request *v, struct response *out);

/* Plans, fetches and builds the page without the page cache, for a preview.  *e: the result of the build of PLAN_OK. */
enum plan page_request_build(struct page_request *v, enum err *e);

/* The address at which the page answers 200: canonical path and form suffix, without a page number. */
struct span page_request_canonical(struct page_request *v);

/* Renders the built page into `body`; `f` then points into it.  False: it could not be rendered. */
bool page_request_finish(struct page_request *v, struct buf *body, struct finished_page *f);

#endif
