#include "pool/metrics_http.h"

#include <strings.h>

#include "http/date.h"

/* RFC 9110 section 5.6.2. */
static bool is_token(struct span s)
{
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c <= ' ' || c >= 0x7F || strchr("\"(),/:;<=>?@[\\]{}", c))
      return false;
  }
  return s.n > 0;
}

/* The next line without its end, which is LF or CRLF.  false: it has not ended yet. */
static bool line_take(struct span *rest, struct span *line)
{
  size_t end = span_find(*rest, '\n');
  if (end == rest->n)
    return false;
  *line = span_head(*rest, end);
  *rest = span_from(*rest, end + 1);
  if (line->n && line->p[line->n - 1] == '\r')
    line->n--;
  return true;
}

/* The path of "/x?y" and of "http://host/x?y" (RFC 9112 section 3.2.2).  Empty: another form of target. */
static struct span path_of(struct span target)
{
  static const char scheme[] = "http://";
  if (target.n > sizeof scheme - 1 && strncasecmp(target.p, scheme, sizeof scheme - 1) == 0) {
    target = span_from(target, sizeof scheme - 1);
    target = span_from(target, span_find(target, '/'));
  }
  return target.n && target.p[0] == '/' ? span_head(target, span_find(target, '?')) : span_of(NULL, 0);
}

/* "HTTP/1.1": 1; "HTTP/1.0": 0; another version of HTTP: 505; no version: 400. */
static int version_of(struct span s)
{
  bool is_http = s.n == 8 && span_starts(s, SPAN("HTTP/")) && s.p[6] == '.';
  for (size_t i = 5; is_http && i < 8; i += 2)
    is_http = s.p[i] >= '0' && s.p[i] <= '9';
  if (!is_http)
    return 400;
  return s.p[5] != '1' ? 505 : s.p[7] != '0';
}

/* 200, or the status that refuses the request. */
static int request_line_read(struct span line, struct metrics_http_request *out, int *minor)
{
  struct span method = span_split(&line, ' '), target = span_split(&line, ' ');
  int version = version_of(line);
  if (!is_token(method) || !target.n || version == 400)
    return 400;
  if (version == 505)
    return 505;
  *minor = version;
  out->head = span_eq(method, SPAN("HEAD"));
  if (!out->head && !span_eq(method, SPAN("GET")))
    return 405;
  out->path = path_of(target);
  return out->path.n ? 200 : 400;
}

/* 0: the header has not ended.  HTTP/1.1 needs exactly one Host (RFC 9112 section 3.2). */
static int fields_read(struct span rest, int minor)
{
  unsigned hosts = 0;
  struct span line;
  while (line_take(&rest, &line)) {
    if (!line.n)
      return hosts > 1 || (minor && !hosts) ? 400 : 200;
    struct span name = span_head(line, span_find(line, ':'));
    if (name.n == line.n || !is_token(name))
      return 400;
    hosts += name.n == 4 && strncasecmp(name.p, "Host", 4) == 0;
  }
  return 0;
}

int metrics_http_read(struct span received, struct metrics_http_request *out)
{
  struct span line = {0};
  int minor = 0, status, fields;
  bool full = received.n >= METRICS_HTTP_REQUEST_MOST;
  *out = (struct metrics_http_request){.head = false};
  while (received.n && (received.p[0] == '\r' || received.p[0] == '\n')) /* RFC 9112 section 2.2 */
    received = span_from(received, 1);
  if (received.n && !is_token(span_head(received, 1))) /* not HTTP, for example TLS */
    return 400;
  if (!line_take(&received, &line))
    return full ? 414 : 0;
  status = request_line_read(line, out, &minor);
  if (status != 200 && status != 405)
    return status;
  fields = fields_read(received, minor);
  if (!fields)
    return full ? 431 : 0;
  return fields == 200 ? status : fields;
}

static const char *reason_of(int status)
{
  switch (status) {
  case 200:
    return "OK";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 414:
    return "URI Too Long";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  default:
    return "Bad Request";
  }
}

void metrics_http_write(struct buf *out, const struct metrics_http_answer *answer)
{
  char date[CLOCK_ISO_MAX];
  date_write(date, answer->now_us);
  buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n",
             answer->status, reason_of(answer->status), date, answer->type, answer->body.n);
  if (answer->status == 405)
    buf_puts(out, "Allow: GET, HEAD\r\n");
  if (answer->status == 503)
    buf_puts(out, "Retry-After: 1\r\n");
  buf_puts(out, "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");
  if (!answer->head)
    buf_span(out, answer->body);
}
