#include "pool/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"

#define DISCARD_MOST ((size_t)1 << 20)

bool connection_library_open(void)
{
  /* libfcgi waits this long, in ms (2000 by default), before it closes a descriptor itself. */
  setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "1", 1);
  if (FCGX_Init() != 0)
    return false;
  return true;
}

static void options_set(int fd)
{
  struct timeval second = {.tv_sec = 1};
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* fails on UNIX sockets, which is harmless */
}

struct connection *connection_new(int fd)
{
  struct connection *c = calloc(1, sizeof *c);
  if (!c) {
    close(fd);
    return NULL;
  }
  c->fd = fd;
  FCGX_InitRequest(&c->fcgi, -1, 0);
  options_set(fd);
  return c;
}

static void request_free(struct connection *c)
{
  int from = c->fcgi.ipcFd;
  FCGX_Free(&c->fcgi, 0);
  if (from >= 0 && from != c->fd)
    close(from); /* see unpadded_take */
  c->fcgi.ipcFd = -1;
}

void connection_free(struct connection **c)
{
  if (!*c)
    return;
  request_free(*c);
  if ((*c)->fd >= 0)
    close((*c)->fd);
  free(*c);
  *c = NULL;
}

enum connection_result connection_peek(struct connection *c, char *buffer)
{
  ssize_t n;
  do
    n = recv(c->fd, buffer, RECORD_LIMIT, MSG_PEEK | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? CONNECTION_NOTHING : CONNECTION_CLOSED;
  if (n == 0)
    return CONNECTION_CLOSED;
  c->full = (size_t)n >= RECORD_LIMIT;
  c->scan = record_scan(span_of(buffer, (size_t)n), buffer + RECORD_LIMIT);
  switch (c->scan.verdict) {
  case RECORD_WHOLE:
    return CONNECTION_REQUEST;
  case RECORD_PARTIAL:
    return CONNECTION_PARTIAL;
  case RECORD_BAD:
    break;
  }
  return CONNECTION_BROKEN;
}

static struct span param(const struct connection *c, const char *name, struct arena *arena)
{
  return arena_copy(arena, span_z(FCGX_GetParam(name, c->fcgi.envp)));
}

static bool id_good(struct span id)
{
  for (size_t i = 0; i < id.n; i++)
    if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'z') ||
          (id.p[i] >= 'A' && id.p[i] <= 'Z') || id.p[i] == '-'))
      return false;
  return id.n >= 1 && id.n <= 64;
}

/* 64 random bits: unique also across restarts. */
static struct span id_make(struct arena *arena)
{
  unsigned long long bits = 0;
  if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
    bits = (unsigned long long)clock_now_us() << 16 | (unsigned)getpid();
  return arena_printf(arena, "%016llx", bits);
}

/* RFC 9110 section 5.6.2: a method is a token. */
static bool method_good(struct span m)
{
  for (size_t i = 0; i < m.n; i++)
    if (!((m.p[i] >= 'A' && m.p[i] <= 'Z') || (m.p[i] >= 'a' && m.p[i] <= 'z') || (m.p[i] >= '0' && m.p[i] <= '9') ||
          strchr("!#$%&'*+-.^_`|~", m.p[i])))
      return false;
  return m.n >= 1 && m.n <= 32;
}

static bool request_copy(struct connection *c, struct request *rq)
{
  rq->method = param(c, "REQUEST_METHOD", rq->arena);
  rq->target = param(c, "REQUEST_URI", rq->arena);
  rq->if_none_match = param(c, "HTTP_IF_NONE_MATCH", rq->arena);
  rq->if_modified_since = param(c, "HTTP_IF_MODIFIED_SINCE", rq->arena);
  rq->accept_encoding = param(c, "HTTP_ACCEPT_ENCODING", rq->arena);
  rq->id = param(c, "REQUEST_ID", rq->arena);
  if (!id_good(rq->id))
    rq->id = id_make(rq->arena);
  if (!method_good(rq->method) || !rq->target.n)
    c->scan.why = "REQUEST_METHOD or REQUEST_URI is invalid";
  else if (arena_failed(rq->arena))
    c->scan.why = "no memory for its parameters";
  else
    return true;
  return false;
}

/* Reads the body before the answer is sent.  libfcgi reads 8 KB at a time: after the answer the peer may send its
 * next request, and libfcgi would consume the beginning of it.  record_scan has seen all bytes of the body, so this
 * does not block. */
static bool body_read(struct connection *c)
{
  char discarded[4096];
  while (FCGX_GetStr(discarded, sizeof discarded, c->fcgi.in) == sizeof discarded)
    ;
  return FCGX_GetError(c->fcgi.in) == 0;
}

/* Reads n bytes that were peeked before. */
static bool bytes_take(int fd, char *p, size_t n)
{
  while (n) {
    ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
    if (got > 0) {
      p += got;
      n -= (size_t)got;
    } else if (got == 0 || errno != EINTR)
      return false;
  }
  return true;
}

/* An in-memory file with `bytes`, positioned at its start.  -1: failed. */
static int file_of(struct span bytes)
{
  int fd = memfd_create("request", MFD_CLOEXEC);
  if (fd >= 0 && (write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n || lseek(fd, 0, SEEK_SET) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Reads the padded request from the socket and returns a file with the same request without padding.  -1: no
 * memory. */
static int unpadded_take(struct connection *c)
{
  int fd = -1;
  struct buf plain = BUF_INIT;
  char *bytes = malloc(2 * RECORD_LIMIT);
  if (bytes && bytes_take(c->fd, bytes, c->scan.length)) {
    struct record_request scan = record_scan(span_of(bytes, c->scan.length), bytes + RECORD_LIMIT);
    record_unpadded(&scan, &plain);
    fd = plain.failed ? -1 : file_of(buf_view(&plain));
  }
  buf_free(&plain);
  free(bytes);
  return fd;
}

/* Lets libfcgi parse the parameters, from the socket or from an unpadded copy. */
static bool parameters_take(struct connection *c)
{
  int from = c->scan.padded ? unpadded_take(c) : c->fd;
  if (from < 0) {
    c->scan.why = "no memory for its parameters";
    return false;
  }
  c->fcgi.ipcFd = from;
  c->fcgi.keepConnection = 1;
  bool taken = FCGX_Accept_r(&c->fcgi) == 0;
  if (!taken)
    c->scan.why = "refused by libfcgi";
  if (from == c->fd)
    c->fd = c->fcgi.ipcFd; /* -1 when libfcgi has closed it */
  return taken;
}

bool connection_request_take(struct connection *c, struct request *rq)
{
  if (!parameters_take(c))
    return false;
  if (FCGX_GetError(c->fcgi.in) != 0) {
    c->scan.why = "cut off in its parameters";
    return false;
  }
  if (c->scan.stdin_ended && !body_read(c)) {
    c->scan.why = "cut off in its body";
    return false;
  }
  return request_copy(c, rq);
}

bool connection_request_skip(struct connection *c, struct request *rq)
{
  char skipped[4096];
  size_t left = c->scan.length;
  rq->method = arena_copy(rq->arena, c->scan.method);
  rq->target = arena_copy(rq->arena, c->scan.target);
  rq->id = id_good(c->scan.request_id) ? arena_copy(rq->arena, c->scan.request_id) : id_make(rq->arena);
  while (left) {
    size_t part = left < sizeof skipped ? left : sizeof skipped;
    if (!bytes_take(c->fd, skipped, part)) {
      c->scan.why = "cut off in its body";
      return false;
    }
    left -= part;
  }
  if (arena_failed(rq->arena))
    c->scan.why = "no memory for its parameters";
  return !arena_failed(rq->arena);
}

bool connection_request_again(struct connection *c, struct request *rq)
{
  return request_copy(c, rq);
}

bool connection_request_done(struct connection *c)
{
  request_free(c);
  return c->scan.stdin_ended && c->scan.keep && !c->scan.more && !c->close_after;
}

void connection_linger(struct connection *c, int64_t due_us)
{
  c->state = CONNECTION_LINGER;
  c->due_us = due_us;
  shutdown(c->fd, SHUT_WR);
}

bool connection_discard(struct connection *c)
{
  char discarded[16384];
  while (c->discarded < DISCARD_MOST) {
    ssize_t n = recv(c->fd, discarded, sizeof discarded, MSG_DONTWAIT);
    if (n > 0)
      c->discarded += (size_t)n;
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
      return false;
    else if (errno == EAGAIN)
      return true;
  }
  return false;
}
