/* Makes the response (status, headers, body) from a finished page, an error or a redirect.
 * RFC 9110 (conditional requests, content coding), RFC 9111 (caching).  Every response has the security headers. */
#ifndef DIPTYCH_HTTP_HEADERS_H
#define DIPTYCH_HTTP_HEADERS_H

#include "config/config.h"
#include "http/finished_page.h"
#include "http/request.h"
#include "http/response.h"

struct http {
  const struct config *config;
  int64_t now_us;  /* the site's clock */
  bool may_compress_fine; /* the page is worth, and the worker has time for, the best coding */
  bool embeddable; /* pages of other sites may read it (CORS): a representation, a feed, a badge */
};

/* A body that was compressed for a response, in the request's arena; a null span: none was. */
struct http_made {
  enum coding coding;
  struct span body;
};

/* Makes a 200 or a 304.  The caller may keep a copy of what it returns with the page. */
struct http_made http_page(const struct http *h, const struct request *rq, const struct finished_page *f, struct response *out);

void http_redirect(const struct http *h, int status, struct span location, struct response *out);

/* A response with this body and without validators: errors, health.  c: as for http_security_headers.  cache: the value of
 * Cache-Control. */
void http_plain(const struct config *c, int status, struct span content_type, const char *cache, struct span body, bool embeddable,
                struct response *out);
/* The 204 that answers OPTIONS, with the CORS preflight headers when h->embeddable (Fetch, section 3.2). */
void http_options(const struct http *h, struct response *out);
/* Makes a complete response private: no cache keeps it, no search engine lists it, and no page that it links to learns its
 * address.  Replaces what the response says about these. */
void http_private(struct response *out);

/* c: of the site, whose theme may have fonts; NULL: no page of the site. */
void http_security_headers(const struct config *c, bool embeddable, struct response *out);

/* The ETag of a body, without quotes: FINISHED_ETAG hex digits of its XXH3 hash. */
void http_etag(char out[FINISHED_ETAG + 1], struct span body);

#endif
