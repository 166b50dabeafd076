/* From a finished page, an error or a redirect to a whole answer: status, headers, body.
 * RFC 9110 (conditional requests, content coding), RFC 9111 (caching); the security headers are the
 * same on every answer. */
#ifndef DIPTYCH_HTTP_HTTP_H
#define DIPTYCH_HTTP_HTTP_H

#include "config/config.h"
#include "http/request.h"
#include "http/response.h"
#include "site/page_cache.h"

struct http {
  const struct config *config;
  int64_t now_us;  /* the site's clock */
  bool embeddable; /* asked for is something that other sites' pages may read: a representation, a feed, a badge */
};

/* A 200 or 304.  t may be NULL: the page is not in a table, its gzip body is made for this answer. */
void http_page(const struct http *h, const struct request *rq, struct page_cache *t, struct finished_page *f,
               struct response *out);

void http_redirect(const struct http *h, int status, struct span location, struct response *out);

/* Status line and headers of an answer that carries `body` and is no page from the table: errors,
 * health.  cache: the Cache-Control value. */
void http_plain(int status, struct span content_type, const char *cache, struct span body, bool embeddable,
                struct response *out);
/* 204: what may be asked of this address, also by scripts elsewhere (Fetch, section 3.2). */
void http_options(const struct http *h, struct response *out);
void http_security_headers(struct response *out, bool embeddable);

/* ETag of a body: hex of a keyless hash, PAGE_CACHE_ETAG characters. */
void http_etag(char out[PAGE_CACHE_ETAG + 1], struct span body);

/* Shall the client get gzip?  RFC 9110 section 12.5.3: it takes it, and does not say that it would rather
 * have the body plain. */
bool http_takes_gzip(struct span accept_encoding);

#endif
