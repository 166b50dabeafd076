/* The header lines of an answer: validators, Cache-Control, security headers. */
#include "http/headers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>
#include <zlib.h>

#include "base/format.h"
#include "http/date.h"

#define GZIP_MIN 512 /* bytes; smaller bodies gain nothing */
#define SETTLED_US (60 * CLOCK_SECOND) /* a younger date is a weak validator (RFC 9110 section 8.8.2.2) */

void http_security_headers(struct response *out, bool embeddable)
{
  buf_puts(&out->headers, "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' https: data:; "
                          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "Referrer-Policy: strict-origin-when-cross-origin\r\n"
                          "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
                          "Cross-Origin-Opener-Policy: same-origin\r\n");
  buf_puts(&out->headers, embeddable ? "Cross-Origin-Resource-Policy: cross-origin\r\n"
                                       "Access-Control-Allow-Origin: *\r\n"
                                       "Access-Control-Expose-Headers: ETag, Link, Retry-After, X-Request-Id\r\n"
                                     : "Cross-Origin-Resource-Policy: same-origin\r\n");
}

void http_etag(char out[FINISHED_ETAG + 1], struct span body)
{
  snprintf(out, FINISHED_ETAG + 1, "%016llx", (unsigned long long)XXH3_64bits(body.p, body.n));
}

static struct span next_item(struct span *rest)
{
  return span_trim(span_split(rest, ','));
}

#define WEIGHT_ONE 1000

/* A qvalue (RFC 9110 section 12.4.2) in thousandths.  A malformed one counts as 0: the uncompressed answer is always allowed. */
static int weight(struct span q)
{
  int value = 0, scale = WEIGHT_ONE;
  if (!q.n || q.n > 5 || q.p[0] < '0' || q.p[0] > '1' || (q.n > 1 && q.p[1] != '.'))
    return 0;
  for (size_t i = 0; i < q.n; i++) {
    if (i == 1)
      continue;
    if (q.p[i] < '0' || q.p[i] > '9')
      return 0;
    value += (q.p[i] - '0') * scale;
    scale /= 10;
  }
  return value > WEIGHT_ONE ? 0 : value;
}

static bool token_is(struct span s, const char *token)
{
  return s.n == strlen(token) && strncasecmp(s.p, token, s.n) == 0;
}

/* The weight in the parameters of a coding; 1 when there is none. */
static int weight_named(struct span params)
{
  while (params.p) {
    struct span value = span_trim(span_split(&params, ';')), name = span_trim(span_split(&value, '='));
    if (token_is(name, "q"))
      return weight(span_trim(value));
  }
  return WEIGHT_ONE;
}

bool http_takes_gzip(struct span accept)
{
  int any = -1, gzip = -1, identity = -1; /* -1: not named */
  while (accept.p) {
    struct span params = next_item(&accept), coding = span_trim(span_split(&params, ';'));
    int q = weight_named(params);
    if (token_is(coding, "gzip") || token_is(coding, "x-gzip"))
      gzip = q;
    else if (token_is(coding, "identity"))
      identity = q;
    else if (token_is(coding, "*"))
      any = q;
  }
  if (gzip < 0)
    gzip = any;
  return gzip > 0 && gzip >= identity;
}

static bool gzip_make(struct span body, struct buf *out)
{
  z_stream z = {0};
  if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  bool ok = buf_reserve(out, deflateBound(&z, body.n));
  if (ok) {
    z.next_in = (unsigned char *)body.p;
    z.avail_in = (unsigned)body.n;
    z.next_out = (unsigned char *)out->p + out->n;
    z.avail_out = (unsigned)(out->cap - out->n);
    ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
    out->n += z.total_out;
  }
  deflateEnd(&z);
  return ok;
}

/* True: the If-None-Match list contains the tag.  Weak comparison (RFC 9110 section 13.1.2): the filters of nginx make
 * tags weak. */
static bool tag_matches(struct span list, struct span tag)
{
  if (span_eq(span_trim(list), SPAN("*")))
    return true;
  while (list.p) {
    struct span item = next_item(&list);
    if (span_starts(item, SPAN("W/")))
      item = span_from(item, 2);
    if (span_eq(item, tag))
      return true;
  }
  return false;
}

static bool not_modified(const struct request *rq, struct span tag, int64_t modified_us, int64_t now_us)
{
  int64_t since;
  if (rq->if_none_match.n)
    return tag_matches(rq->if_none_match, tag);
  if (!rq->if_modified_since.n || !date_read(rq->if_modified_since, now_us, &since) || modified_us == CLOCK_NEVER)
    return false;
  return since <= now_us - SETTLED_US && modified_us / CLOCK_SECOND <= since / CLOCK_SECOND;
}

static void cache_control(const struct http *h, const struct finished_page *f, struct response *out)
{
  int64_t seconds = h->config->page_max_age;
  if (f->versioned) {
    buf_puts(&out->headers, "Cache-Control: public, max-age=31536000, immutable\r\n");
    return;
  }
  bool frozen = h->config->as_of_us != CLOCK_NEVER;
  if (!frozen && f->next_change_us != CLOCK_FOREVER && (f->next_change_us - h->now_us) / CLOCK_SECOND < seconds)
    seconds = f->next_change_us > h->now_us ? (f->next_change_us - h->now_us) / CLOCK_SECOND : 0;
  buf_printf(&out->headers, "Cache-Control: public, max-age=%lld, must-revalidate\r\n", (long long)seconds);
}

static bool may_compress(const struct request *rq, const struct finished_page *f)
{
  return !f->versioned && f->body.n >= GZIP_MIN && http_takes_gzip(rq->accept_encoding);
}

static struct span gzip_body(const struct request *rq, struct span body)
{
  struct buf z = BUF_INIT;
  struct span made = span_of(NULL, 0);
  if (gzip_make(body, &z))
    made = arena_copy(rq->arena, buf_view(&z));
  buf_free(&z);
  return made;
}

struct span http_page(const struct http *h, const struct request *rq, const struct finished_page *f,
                      struct response *out)
{
  struct span made = span_of(NULL, 0);
  char tag[FINISHED_ETAG + 8], date[CLOCK_ISO_MAX];
  bool encoded = may_compress(rq, f);
  int n = format_print(tag, sizeof tag, "\"%s%s\"", f->etag, encoded ? "-gz" : "");
  int64_t now_us = clock_now_us();
  out->status = not_modified(rq, span_of(tag, (size_t)n), f->modified_us, now_us) ? 304 : 200;
  if (out->status == 200) {
    if (encoded && !f->gzip.p)
      made = gzip_body(rq, f->body);
    encoded = encoded && (f->gzip.p || made.p);
    out->body = !encoded ? f->body : made.p ? made : f->gzip;
    n = format_print(tag, sizeof tag, "\"%s%s\"", f->etag, encoded ? "-gz" : "");
  } else
    out->no_body = true;
  response_header(out, "ETag", span_of(tag, (size_t)n));
  if (f->modified_us != CLOCK_NEVER) {
    date_write(date, f->modified_us < now_us ? f->modified_us : now_us); /* RFC 9110 section 8.8.2.1 */
    response_header(out, "Last-Modified", span_z(date));
  }
  cache_control(h, f, out);
  if (!f->versioned)
    buf_puts(&out->headers, "Vary: Accept-Encoding\r\n");
  if (out->status == 200) {
    response_header(out, "Content-Type", f->content_type);
    if (encoded)
      buf_puts(&out->headers, "Content-Encoding: gzip\r\n");
  }
  if (f->link.n)
    response_header(out, "Link", f->link);
  if (f->hidden)
    buf_puts(&out->headers, "X-Robots-Tag: noindex\r\n");
  http_security_headers(out, f->embeddable);
  return made;
}

void http_plain(int status, struct span content_type, const char *cache, struct span body, bool embeddable,
                struct response *out)
{
  out->status = status;
  out->body = body;
  response_header(out, "Content-Type", content_type);
  response_header(out, "Cache-Control", span_z(cache));
  http_security_headers(out, embeddable);
}

void http_redirect(const struct http *h, int status, struct span location, struct response *out)
{
  out->status = status;
  out->body = SPAN("");
  if (!response_header(out, "Location", location))
    out->status = 400;
  response_header(out, "Cache-Control", span_z(status == 308 ? "public, max-age=1" : "no-store"));
  http_security_headers(out, h->embeddable);
}

static bool line_is(struct span line, const char *name)
{
  size_t n = strlen(name);
  return line.n > n && line.p[n] == ':' && strncasecmp(line.p, name, n) == 0;
}

void http_private(struct response *out)
{
  static const char *const replaced[] = {"Cache-Control", "ETag", "Last-Modified", "Link", "Referrer-Policy", "X-Robots-Tag"};
  struct buf headers = BUF_INIT;
  struct span rest = buf_view(&out->headers);
  while (rest.n) {
    size_t n = span_find(rest, '\n') + 1;
    struct span line = span_head(rest, n);
    bool keeps = true;
    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
      keeps = keeps && !line_is(line, replaced[i]);
    if (keeps)
      buf_span(&headers, line);
    rest = span_from(rest, n);
  }
  buf_puts(&headers, "Cache-Control: private, no-store\r\nX-Robots-Tag: noindex, nofollow\r\nReferrer-Policy: no-referrer\r\n");
  headers.failed = headers.failed || out->headers.failed;
  buf_free(&out->headers);
  out->headers = headers;
}

void http_options(const struct http *h, struct response *out)
{
  out->status = 204;
  out->no_body = true;
  http_security_headers(out, h->embeddable);
  if (h->embeddable)
    buf_puts(&out->headers, "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
                            "Access-Control-Allow-Headers: *\r\n"
                            "Access-Control-Max-Age: 86400\r\n");
}
