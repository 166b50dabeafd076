#include "pool/reply.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "pool/record.h"

#define RECORD_MOST ((size_t)65528) /* content of one record: 16 bits, rounded down to 8 bytes */
#define BODY_RECORDS 32             /* in one sendmsg */

/* RFC 9110 section 15.  nginx sends this phrase to the client. */
static const char *reason_of(int status)
{
  static const struct {
    int status;
    const char *reason;
  } reasons[] = {{200, "OK"},
                 {204, "No Content"},
                 {301, "Moved Permanently"},
                 {302, "Found"},
                 {303, "See Other"},
                 {304, "Not Modified"},
                 {307, "Temporary Redirect"},
                 {308, "Permanent Redirect"},
                 {400, "Bad Request"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {406, "Not Acceptable"},
                 {410, "Gone"},
                 {413, "Content Too Large"},
                 {414, "URI Too Long"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {501, "Not Implemented"},
                 {502, "Bad Gateway"},
                 {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return "Answer";
}

static void head_make(const struct response *r, struct buf *out)
{
  buf_clear(out);
  buf_reserve(out, r->headers.n + 96);
  buf_puts(out, "Status: ");
  buf_int(out, r->status);
  buf_putc(out, ' ');
  buf_puts(out, reason_of(r->status));
  buf_puts(out, "\r\n");
  buf_span(out, buf_view(&r->headers));
  if (!r->no_body) {
    buf_puts(out, "Content-Length: ");
    buf_uint(out, r->body.n);
    buf_puts(out, "\r\n");
  }
  buf_puts(out, "\r\n");
}

static bool writable_wait(int fd, int64_t deadline_us)
{
  for (;;) {
    int64_t left = deadline_us - clock_mono_us();
    if (left <= 0)
      return false;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int n = poll(&p, 1, (int)(left / 1000) + 1);
    if (n > 0)
      return true;
    if (n < 0 && errno != EINTR)
      return false;
  }
}

/* Removes the first n bytes, which have been written. */
static void vector_advance(struct msghdr *m, size_t n)
{
  while (m->msg_iovlen && n >= m->msg_iov->iov_len) {
    n -= m->msg_iov->iov_len;
    m->msg_iov++;
    m->msg_iovlen--;
  }
  if (m->msg_iovlen) {
    m->msg_iov->iov_base = (char *)m->msg_iov->iov_base + n;
    m->msg_iov->iov_len -= n;
  }
}

static bool vector_write(int fd, struct iovec *vector, size_t count, int64_t deadline_us)
{
  struct msghdr m = {.msg_iov = vector, .msg_iovlen = count};
  while (m.msg_iovlen) {
    ssize_t n = sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0)
      vector_advance(&m, (size_t)n);
    else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!writable_wait(fd, deadline_us))
        return false;
    } else if (errno != EINTR)
      return false;
  }
  return true;
}

static void vector_add(struct iovec *vector, size_t *count, const void *p, size_t n)
{
  vector[(*count)++] = (struct iovec){.iov_base = (void *)(uintptr_t)p, .iov_len = n};
}

bool reply_write(const struct reply *to, const struct response *r, struct buf *scratch)
{
  unsigned char headers[1 + BODY_RECORDS][RECORD_HEADER], end[5 * RECORD_HEADER] = {0};
  struct iovec vector[2 + 2 * BODY_RECORDS + 1];
  struct span body = to->head || r->no_body ? span_of(NULL, 0) : r->body;
  size_t count = 0;

  head_make(r, scratch);
  if (r->headers.failed || scratch->failed || scratch->n > RECORD_MOST)
    return false;
  record_header(headers[0], RECORD_STDOUT, to->id, scratch->n, 0);
  vector_add(vector, &count, headers[0], RECORD_HEADER);
  vector_add(vector, &count, scratch->p, scratch->n);
  record_header(end, RECORD_STDOUT, to->id, 0, 0);
  record_header(end + RECORD_HEADER, RECORD_END_REQUEST, to->id, 8, 0);
  record_header(end + 3 * RECORD_HEADER, RECORD_UNKNOWN_TYPE, 0, 8, 0);
  do {
    for (size_t i = 1; i <= BODY_RECORDS && body.n; i++) {
      struct span part = span_head(body, RECORD_MOST);
      record_header(headers[i], RECORD_STDOUT, to->id, part.n, 0);
      vector_add(vector, &count, headers[i], RECORD_HEADER);
      vector_add(vector, &count, part.p, part.n);
      body = span_from(body, part.n);
    }
    if (!body.n)
      vector_add(vector, &count, end, (to->last ? 5 : 3) * RECORD_HEADER);
    if (!vector_write(to->fd, vector, count, to->deadline_us))
      return false;
    count = 0;
  } while (body.n);
  return true;
}
