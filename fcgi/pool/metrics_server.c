#include "pool/metrics_server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "pool/metrics_http.h"
#include "pool/readiness.h"
#include "pool/report.h"

#define EXCHANGE_US (5 * CLOCK_SECOND)
#define LEAVE_US CLOCK_SECOND
/* From this age on, a client loses its place to one that waits: while its request is not whole, or its answer not read. */
#define READING_US (200 * INT64_C(1000))
#define WRITING_US CLOCK_SECOND
#define PAUSE_US (100 * INT64_C(1000))   /* after a failed accept */
#define TEXT_TYPE "text/plain; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct client {
  int fd; /* -1: the place is free */
  int64_t since_us;
  size_t n;        /* bytes of the request */
  struct buf out;  /* the answer; empty: the request has not ended yet */
  size_t sent;
  char request[METRICS_HTTP_REQUEST_MOST];
};

struct server {
  const struct metrics_server_setup *s;
  int64_t resume_us; /* accept no client before this time */
  int64_t leave_us;  /* stop requested: return at this time; 0: not requested */
  struct log_limit accept_limit;
  struct client clients[METRICS_SERVER_CLIENTS];
};

/* Reads what is left of the input: closing with unread bytes would reset the connection before the answer is read. */
static void client_close(struct client *c)
{
  char rest[4096];
  for (int i = 0; i < 16 && recv(c->fd, rest, sizeof rest, MSG_DONTWAIT) > 0; i++)
    ;
  close(c->fd);
  buf_free(&c->out);
  c->fd = -1;
}

static void client_write(struct client *c)
{
  while (c->sent < c->out.n) {
    ssize_t n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    if (n < 0)
      break;
    c->sent += (size_t)n;
  }
  client_close(c);
}

static int answer_healthz(const struct metrics_server_setup *s, struct buf *body)
{
  bool runs = readiness_master_runs(s->board, clock_mono_us(), body);
  buf_puts(body, runs ? "ok\n" : "\n");
  return runs ? 200 : 503;
}

static int answer_readyz(const struct metrics_server_setup *s, struct buf *body)
{
  struct buf why = BUF_INIT;
  bool ready = readiness_of(s->board, s->app, s->config, &why);
  buf_puts(body, ready ? "ready" : "not ready");
  buf_puts(body, !why.n ? "" : ready ? ", but a reading fails: " : ": ");
  buf_span(body, buf_view(&why));
  buf_putc(body, '\n');
  buf_free(&why);
  return ready ? 200 : 503;
}

static int answer_metrics(const struct metrics_server_setup *s, struct buf *body)
{
  report_metrics(&(struct report_pool){s->board, s->app, s->config}, body);
  return 200;
}

static const struct {
  const char *path, *type;
  int (*answer)(const struct metrics_server_setup *s, struct buf *body);
} paths[] = {{"/metrics", METRICS_TYPE, answer_metrics},
             {"/healthz", TEXT_TYPE, answer_healthz},
             {"/readyz", TEXT_TYPE, answer_readyz}};

/* 404 when the path is none of them. */
static int path_answer(const struct metrics_server_setup *s, struct span path, const char **type, struct buf *body)
{
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (span_eq(path, span_z(paths[i].path))) {
      *type = paths[i].type;
      return paths[i].answer(s, body);
    }
  buf_puts(body, "here are /metrics, /healthz and /readyz\n");
  return 404;
}

static void client_answer(const struct metrics_server_setup *s, struct client *c, const struct metrics_http_request *rq, int status)
{
  struct buf body = BUF_INIT;
  struct metrics_http_answer answer = {.status = status, .type = TEXT_TYPE, .head = rq->head, .now_us = clock_now_us()};
  if (status == 200)
    answer.status = path_answer(s, rq->path, &answer.type, &body);
  if (body.failed)
    answer.status = 500;
  answer.body = buf_view(&body);
  metrics_http_write(&c->out, &answer);
  buf_free(&body);
  if (c->out.failed)
    client_close(c);
  else
    client_write(c);
}

static void client_read(const struct metrics_server_setup *s, struct client *c)
{
  struct metrics_http_request rq;
  ssize_t n = recv(c->fd, c->request + c->n, sizeof c->request - c->n, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    client_close(c);
    return;
  }
  c->n += (size_t)n;
  int status = metrics_http_read(span_of(c->request, c->n), &rq);
  if (status)
    client_answer(s, c, &rq, status);
}

/* The client that has been slow longest; NULL: none. */
static struct client *slow_client(struct server *v, int64_t now_us)
{
  struct client *slow = NULL;
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++) {
    struct client *c = &v->clients[i];
    if (now_us - c->since_us > (c->out.n ? WRITING_US : READING_US) && (!slow || c->since_us < slow->since_us))
      slow = c;
  }
  return slow;
}

static bool connection_waits(const struct server *v)
{
  return poll(&(struct pollfd){.fd = v->s->listen_fd, .events = POLLIN}, 1, 0) > 0;
}

/* NULL: all places are taken. */
static struct client *place_find(struct server *v, int64_t now_us)
{
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++)
    if (v->clients[i].fd < 0)
      return &v->clients[i];
  struct client *slow = connection_waits(v) ? slow_client(v, now_us) : NULL;
  if (slow)
    client_close(slow);
  return slow;
}

/* Pauses accepting: the client stays in the queue and would wake the process again at once. */
static void accept_failed(struct server *v, int64_t now_us)
{
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
    return;
  log_limited(&v->accept_limit, 10, LOG_LEVEL_ERROR, "cannot accept on metrics_listen: %s; trying again", strerror(errno));
  v->resume_us = now_us + PAUSE_US;
}

static void clients_accept(struct server *v, int64_t now_us)
{
  struct client *c;
  while (now_us >= v->resume_us && (c = place_find(v, now_us))) {
    int fd = accept4(v->s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      accept_failed(v, now_us);
      return;
    }
    c->fd = fd;
    c->since_us = now_us;
    c->n = c->sent = 0;
    c->out = (struct buf)BUF_INIT;
    client_read(v->s, c); /* the request is often there already */
  }
}

/* Fills polled[2 + METRICS_SERVER_CLIENTS]; returns the longest wait in ms.  poll ignores -1. */
static int events_fill(const struct server *v, int64_t now_us, struct pollfd *polled)
{
  size_t used = 0;
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++) {
    const struct client *c = &v->clients[i];
    polled[2 + i] = (struct pollfd){.fd = c->fd, .events = c->out.n ? POLLOUT : POLLIN};
    used += c->fd >= 0;
  }
  bool open = !v->leave_us && now_us >= v->resume_us && used < METRICS_SERVER_CLIENTS;
  polled[0] = (struct pollfd){.fd = v->leave_us ? -1 : v->s->stop_fd, .events = POLLIN};
  polled[1] = (struct pollfd){.fd = open ? v->s->listen_fd : -1, .events = POLLIN};
  return used == METRICS_SERVER_CLIENTS || now_us < v->resume_us ? 20 : used || v->leave_us ? 100 : 1000;
}

static void turn(struct server *v, const struct pollfd *polled)
{
  int64_t now_us = clock_mono_us();
  atomic_store_explicit(&v->s->board->metrics_heartbeat_us, now_us, memory_order_relaxed);
  if (polled[0].revents)
    v->leave_us = now_us + LEAVE_US;
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++) {
    struct client *c = &v->clients[i];
    if (c->fd >= 0 && polled[2 + i].revents)
      c->out.n ? client_write(c) : client_read(v->s, c);
    if (c->fd >= 0 && now_us - c->since_us > EXCHANGE_US)
      client_close(c);
  }
  if (!v->leave_us)
    clients_accept(v, now_us);
}

static bool done(const struct server *v)
{
  if (!v->leave_us)
    return false;
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++)
    if (v->clients[i].fd >= 0)
      return clock_mono_us() >= v->leave_us;
  return true;
}

int metrics_server_run(const struct metrics_server_setup *s)
{
  struct pollfd polled[2 + METRICS_SERVER_CLIENTS];
  struct server *v = calloc(1, sizeof *v);
  if (!v) {
    log_error("out of memory");
    return 1;
  }
  v->s = s;
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++)
    v->clients[i].fd = -1;
  while (!done(v)) {
    int wait_ms = events_fill(v, clock_mono_us(), polled);
    if (poll(polled, 2 + METRICS_SERVER_CLIENTS, wait_ms) < 0) {
      if (errno != EINTR)
        usleep(PAUSE_US); /* RLIMIT_NOFILE is less than the number of descriptors */
      for (size_t i = 0; i < 2 + METRICS_SERVER_CLIENTS; i++)
        polled[i].revents = 0;
    }
    turn(v, polled);
  }
  for (size_t i = 0; i < METRICS_SERVER_CLIENTS; i++)
    if (v->clients[i].fd >= 0)
      client_close(&v->clients[i]);
  free(v);
  return 0;
}
