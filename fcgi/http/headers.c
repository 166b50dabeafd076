/* The header lines of an answer: validators, Cache-Control, security headers. */
#include "http/headers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "base/format.h"
#include "http/date.h"

#define COMPRESS_MIN 512 /* bytes; smaller bodies gain nothing */
#define HTTP_TAG (FINISHED_ETAG + 8) /* with quotes and suffix */
#define SETTLED_US (60 * CLOCK_SECOND) /* a younger date is a weak validator (RFC 9110 section 8.8.2.2) */

/* Cross-Origin-Opener-Policy: same-origin would make browsers begin a new process for each reader who comes from another site,
 * which holds a slow phone for hundreds of milliseconds.  It would protect nothing: pages have no script, and show everybody
 * the same. */
void http_security_headers(const struct config *c, bool embeddable, struct response *out)
{
  buf_puts(&out->headers, "Content-Security-Policy: default-src 'none'; style-src 'self'; ");
  if (c && *c->theme_dir) /* the shipped stylesheet has no font of its own */
    buf_puts(&out->headers, "font-src 'self'; ");
  buf_puts(&out->headers, "img-src 'self' https: data:; connect-src 'self'; form-action 'self'; "
                          "base-uri 'none'; frame-ancestors 'none'\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "Referrer-Policy: strict-origin-when-cross-origin\r\n"
                          "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
                          "Cross-Origin-Opener-Policy: unsafe-none\r\n");
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

static struct span tag_write(char out[HTTP_TAG], const struct finished_page *f, enum coding c)
{
  return span_of(out, (size_t)format_print(out, HTTP_TAG, "\"%s%s\"", f->etag, coding_suffix(c)));
}

/* The coding of the answer that the client has already, among those that it takes; CODING_COUNT: none.  A client that takes a
 * coding may have a copy in another one, from when the page was asked for less often. */
static enum coding known_coding(const struct request *rq, const struct finished_page *f, const struct coding_weights *w,
                                enum coding chosen, int64_t now_us)
{
  char tag[HTTP_TAG];
  if (not_modified(rq, tag_write(tag, f, chosen), f->modified_us, now_us))
    return chosen;
  for (enum coding c = CODING_GZIP; c < CODING_COUNT && chosen != CODING_IDENTITY; c++)
    if (w->of[c] > 0 && not_modified(rq, tag_write(tag, f, c), CLOCK_NEVER, now_us))
      return c;
  return CODING_COUNT;
}

static struct span body_compress(const struct request *rq, struct span body, enum coding c)
{
  struct buf z = BUF_INIT;
  struct span made = span_of(NULL, 0);
  if (coding_compress(c, body, &z))
    made = arena_copy(rq->arena, buf_view(&z));
  buf_free(&z);
  return made;
}

/* Sets the body of a 200: compressed before, or now.  Without memory for it, *c becomes identity. */
static struct http_made body_set(const struct request *rq, const struct finished_page *f, enum coding *c, struct response *out)
{
  struct http_made made = {*c, span_of(NULL, 0)};
  struct span body = *c == CODING_IDENTITY ? f->body : f->coded[*c];
  if (!body.p)
    body = made.body = body_compress(rq, f->body, *c);
  if (!body.p) {
    *c = CODING_IDENTITY;
    body = f->body;
  }
  out->body = body;
  return made;
}

struct http_made http_page(const struct http *h, const struct request *rq, const struct finished_page *f, struct response *out)
{
  struct http_made made = {CODING_IDENTITY, span_of(NULL, 0)};
  struct coding_weights w = coding_read(rq->accept_encoding);
  char tag[HTTP_TAG], date[CLOCK_ISO_MAX];
  bool compress = !f->versioned && f->body.n >= COMPRESS_MIN;
  bool fine = f->coded[CODING_BROTLI_FINE].p || h->may_compress_fine;
  enum coding c = compress ? coding_choose(&w, f->asked > 0, fine) : CODING_IDENTITY;
  int64_t now_us = clock_now_us();
  enum coding known = known_coding(rq, f, &w, c, now_us);
  out->status = known < CODING_COUNT ? 304 : 200;
  out->no_body = out->status == 304;
  if (out->status == 200)
    made = body_set(rq, f, &c, out);
  else
    c = known;
  response_header(out, "ETag", tag_write(tag, f, c));
  if (f->modified_us != CLOCK_NEVER) {
    date_write(date, f->modified_us < now_us ? f->modified_us : now_us); /* RFC 9110 section 8.8.2.1 */
    response_header(out, "Last-Modified", span_z(date));
  }
  cache_control(h, f, out);
  if (!f->versioned)
    buf_puts(&out->headers, "Vary: Accept-Encoding\r\n");
  if (out->status == 200) {
    response_header(out, "Content-Type", f->content_type);
    if (coding_name(c))
      response_header(out, "Content-Encoding", span_z(coding_name(c)));
  }
  if (f->link.n)
    response_header(out, "Link", f->link);
  if (f->hidden)
    buf_puts(&out->headers, "X-Robots-Tag: noindex\r\n");
  http_security_headers(h->config, f->embeddable, out);
  return made;
}

void http_plain(const struct config *c, int status, struct span content_type, const char *cache, struct span body, bool embeddable,
                struct response *out)
{
  out->status = status;
  out->body = body;
  response_header(out, "Content-Type", content_type);
  response_header(out, "Cache-Control", span_z(cache));
  http_security_headers(c, embeddable, out);
}

void http_redirect(const struct http *h, int status, struct span location, struct response *out)
{
  out->status = status;
  out->body = SPAN("");
  if (!response_header(out, "Location", location))
    out->status = 400;
  response_header(out, "Cache-Control", span_z(status == 308 ? "public, max-age=1" : "no-store"));
  http_security_headers(h->config, h->embeddable, out);
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
  http_security_headers(h->config, h->embeddable, out);
  if (h->embeddable)
    buf_puts(&out->headers, "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
                            "Access-Control-Allow-Headers: *\r\n"
                            "Access-Control-Max-Age: 86400\r\n");
}
