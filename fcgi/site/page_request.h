/* A request for a page on its way through the site; what site.c, visit.c and finish.c share. */
#ifndef DIPTYCH_SITE_PAGE_REQUEST_H
#define DIPTYCH_SITE_PAGE_REQUEST_H

#include "http/http.h"
#include "http/target.h"
#include "site/page.h"
#include "site/page_cache.h"
#include "site/routes.h"
#include "site/site.h"

struct site {
  struct site_resources resources;
  struct page_cache *page_cache;
  struct buf body; /* the page being rendered; kept for its memory */
};

struct page_request {
  struct site *site;
  const struct request *rq;
  struct http http;
  struct target target;
  const struct route *route;
  struct span word, key;
  struct page page;
  unsigned char digest[FINISHED_DIGEST];
  uint64_t floors; /* when it was planned */
  struct facts *newer; /* than the catalog's, which does not move */
  size_t n_newer;
  struct search_memo *kept;
};

/* Answers the page that `route` names: from the table, or planned, fetched, built and rendered. */
void page_request_answer(struct page_request *v, struct response *out);

/* Where this page answers 200: canonical path and form, without a page number. */
struct span page_request_canonical(struct page_request *v);

/* Renders the built page into `body`, to which `f` then points; false: it could not be. */
bool page_request_finish(struct page_request *v, struct buf *body, struct finished_page *f);

#endif
