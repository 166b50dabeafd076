/* From a finished page, an error or a redirect to a whole answer: status, headers, body.
 * RFC 9110 (conditional requests, content coding), RFC 9111 (caching); the security headers are the
 * same on every answer. */
#ifndef DIPTYCH_HTTP_HTTP_H
#define DIPTYCH_HTTP_HTTP_H

#include "config/config.h"
#include "http/finished_page.h"
#include "http/request.h"
#include "http/response.h"

struct http {
  const struct config *config;
  int64_t now_us;  /* the site's clock */
  bool embeddable; /* asked for is something that other sites' pages may read: a representation, a feed, a badge */
};

/* A 200 or 304.  Returns the gzip body when it was made for this answer, in the request's arena; else an
 * empty span.  The caller may keep it with the page. */
struct span http_page(const struct http *h, const struct request *rq, const struct finished_page *f,
                      struct response *out);

void http_redirect(const struct http *h, int status, struct span location, struct response *out);

/* Status line and headers of an answer that carries `body` and is no page from the table: errors,
 * health.  cache: the Cache-Control value. */
void http_plain(int status, struct span content_type, const char *cache, struct span body, bool embeddable,
                struct response *out);
/* 204: what may be asked of this address, also by scripts elsewhere (Fetch, section 3.2). */
void http_options(const struct http *h, struct response *out);
void http_security_headers(struct response *out, bool embeddable);

/* ETag of a body: hex of a keyless hash, FINISHED_ETAG characters. */
void http_etag(char out[FINISHED_ETAG + 1], struct span body);

/* Shall the client get gzip?  RFC 9110 section 12.5.3: it takes it, and does not say that it would rather
 * have the body plain. */
bool http_takes_gzip(struct span accept_encoding);

#endif
