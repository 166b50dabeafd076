#include "pool/gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "pool/connection.h"
#include "pool/reply.h"

#define EVENTS 64
#define TICK_US (500 * INT64_C(1000))      /* the loop comes round at least this often */
#define PARAMS_US (1000 * INT64_C(1000))   /* that a request has to arrive in */
#define LINGER_US (1000 * INT64_C(1000))
#define IDLE_US (2 * INT64_C(1000))        /* another worker idles for so long: it could have taken this */
#define PAUSE_US (100 * INT64_C(1000))     /* without accepting, when the system is out of something */
#define LEAVE_US (2000 * INT64_C(1000))    /* for accepting what still waits when the pool stops */
#define QUIET_US (300 * INT64_C(1000))     /* leaving: kept connections may be used once more for so long */
#define ARENA_MOST ((size_t)64 << 20)
#define CONNECTIONS_MOST 2048

struct gateway {
  const struct gateway_setup *s;
  int epoll_fd;
  bool listening;
  int64_t resume_us; /* not listening: when to try again */
  struct arena *arena;
  char *buffer; /* 2 * RECORD_LIMIT */
  struct buf head;
  struct response response;
  struct connection *oldest, *newest; /* by last request */
  const struct connection *last;      /* served last; only compared, it may be gone */
  size_t connections, connections_most;
  int64_t next_due_us; /* no connection is due before; 0: none is */
  int64_t quiet_us;    /* leaving: until when kept connections may be used; 0: not set */
  uint64_t handled;
  int signal_fd;
  bool told;    /* by a signal, or by the master's death */
  bool leaving;
  struct log_limit bad, starved;
};

static void list_add(struct gateway *g, struct connection *c)
{
  c->older = g->newest;
  c->newer = NULL;
  *(g->newest ? &g->newest->newer : &g->oldest) = c;
  g->newest = c;
}

static void list_remove(struct gateway *g, struct connection *c)
{
  *(c->older ? &c->older->newer : &g->oldest) = c->newer;
  *(c->newer ? &c->newer->older : &g->newest) = c->older;
}

static void drop(struct gateway *g, struct connection *c)
{
  list_remove(g, c);
  g->connections--;
  connection_free(&c); /* closing takes it out of the epoll set */
}

static void due_set(struct gateway *g, struct connection *c, int64_t due_us)
{
  c->due_us = due_us;
  if (due_us && (!g->next_due_us || due_us < g->next_due_us))
    g->next_due_us = due_us;
}

/* Edge-triggered: a request that arrives in pieces must not spin the loop. */
static bool watch(struct gateway *g, struct connection *c)
{
  struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = c};
  if (!c->watched && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, c->fd, &e) == 0)
    c->watched = true;
  return c->watched;
}

static void bad_note(struct gateway *g, const char *why)
{
  METRICS_ADD(&g->s->slot->metrics, requests_bad, 1);
  log_limited(&g->bad, 10, LOG_LEVEL_WARN, "closed a FastCGI connection: %s", why);
}

/* The site could not even make its error page. */
static void response_plain(struct response *r)
{
  buf_free(&r->headers);
  *r = (struct response){.status = 500, .body = SPAN("The page could not be made.\n")};
  response_header(r, "Content-Type", SPAN("text/plain; charset=utf-8"));
  response_header(r, "Cache-Control", SPAN("no-store"));
  response_header(r, "X-Content-Type-Options", SPAN("nosniff"));
  response_header(r, "Content-Security-Policy", SPAN("default-src 'none'; frame-ancestors 'none'"));
}

static void response_count(struct metrics *m, int status, int64_t took_us)
{
  METRICS_ADD(m, requests, 1);
  METRICS_ADD(m, busy_us, took_us);
  if (status == 304)
    METRICS_ADD(m, responses_304, 1);
  else if (status < 300)
    METRICS_ADD(m, responses_2xx, 1);
  else if (status < 400)
    METRICS_ADD(m, responses_3xx, 1);
  else if (status < 500)
    METRICS_ADD(m, responses_4xx, 1);
  else
    METRICS_ADD(m, responses_5xx, 1);
}

/* From a taken request to its last byte.  false: the peer did not take the answer. */
static bool answer(struct gateway *g, struct connection *c, struct request *rq, int64_t begun_us)
{
  const struct gateway_setup *s = g->s;
  struct response *r = &g->response;
  buf_clear(&r->headers);
  *r = (struct response){.headers = r->headers};
  scoreboard_request_begin(s->slot, begun_us, rq->method, rq->target);
  s->app->worker_handle(s->self, rq, r);
  if (r->headers.failed || r->status < 100 || r->status > 599)
    response_plain(r);
  stage_set(rq->stage, STAGE_WRITE);
  int64_t now_us = clock_mono_us();
  struct reply to = {.fd = c->fd,
                     .id = c->scan.id,
                     .head = span_eq(rq->method, SPAN("HEAD")),
                     .last = c->scan.keep && (c->close_after || g->leaving),
                     .deadline_us = now_us + s->config->deadline * 1000};
  bool written = reply_write(&to, r, &g->head);
  response_count(&s->slot->metrics, r->status, clock_mono_us() - begun_us);
  scoreboard_request_end(s->slot);
  g->handled++;
  return written;
}

/* After an answer: kept, lingering or closed. */
static void settle(struct gateway *g, struct connection *c, bool written)
{
  bool kept = connection_request_done(c) && written && !g->leaving;
  c->due_us = 0;
  if (written && (!c->scan.stdin_ended || c->scan.more)) { /* a reset would reach the peer before the answer */
    connection_linger(c, 0);
    due_set(g, c, clock_mono_us() + LINGER_US);
    kept = connection_discard(c);
  }
  if (!kept || !watch(g, c))
    drop(g, c);
}

static void serve(struct gateway *g, struct connection *c, bool waited)
{
  const struct gateway_setup *s = g->s;
  int64_t now_us = clock_mono_us();
  struct request rq = {
      .arena = g->arena, .stage = &s->slot->stage, .deadline_us = now_us + s->config->deadline * 1000};
  list_remove(g, c);
  list_add(g, c);
  g->last = c;
  stage_set(rq.stage, STAGE_READ);
  if (!connection_request_take(c, &rq)) {
    bad_note(g, c->scan.why);
    drop(g, c);
  } else {
    c->close_after = waited && scoreboard_other_idle(s->board, s->slot, now_us, IDLE_US);
    settle(g, c, answer(g, c, &rq, now_us));
  }
  stage_set(rq.stage, STAGE_IDLE);
  arena_reset(g->arena);
}

/* Something happened on c, or it is new. */
static void connection_turn(struct gateway *g, struct connection *c, bool waited, bool hung_up)
{
  if (c->state == CONNECTION_LINGER) {
    if (!connection_discard(c))
      drop(g, c);
    return;
  }
  enum connection_news news = connection_look(c, g->buffer);
  if (news == CONNECTION_REQUEST)
    serve(g, c, waited);
  else if ((news == CONNECTION_NOTHING || news == CONNECTION_PART) && !hung_up) {
    if (news == CONNECTION_PART && !c->due_us)
      due_set(g, c, clock_mono_us() + PARAMS_US);
    if (!watch(g, c))
      drop(g, c);
  } else {
    if (news == CONNECTION_BROKEN || news == CONNECTION_PART)
      bad_note(g, news == CONNECTION_BROKEN ? c->scan.why : "cut off in its parameters");
    drop(g, c);
  }
}

static bool kept_idle(const struct connection *c)
{
  return c->state == CONNECTION_OPEN && !c->due_us;
}

/* Room for one more: the connection that has been quiet longest goes. */
static bool room_make(struct gateway *g)
{
  for (struct connection *c = g->oldest; c; c = c->newer)
    if (kept_idle(c)) {
      drop(g, c);
      return true;
    }
  return false;
}

static void listen_set(struct gateway *g, bool on)
{
  struct epoll_event e = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
  if (on != g->listening &&
      epoll_ctl(g->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, g->s->listen_fd, &e) == 0)
    g->listening = on;
}

static void listen_pause(struct gateway *g, const char *why)
{
  log_limited(&g->starved, 10, LOG_LEVEL_WARN, "not accepting for %lld ms: %s", (long long)PAUSE_US / 1000, why);
  listen_set(g, false);
  g->resume_us = clock_mono_us() + PAUSE_US;
}

/* One connection; the others are left to other workers.  false: none waits. */
static bool accept_one(struct gateway *g)
{
  if (g->connections >= g->connections_most && !room_make(g)) {
    listen_pause(g, "too many connections");
    return false;
  }
  int fd = accept4(g->s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) {
    if ((errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) && !room_make(g))
      listen_pause(g, strerror(errno));
    return errno == EINTR || errno == ECONNABORTED;
  }
  struct connection *c = connection_new(fd);
  if (!c) {
    listen_pause(g, "out of memory");
    return false;
  }
  list_add(g, c);
  g->connections++;
  due_set(g, c, clock_mono_us() + PARAMS_US); /* a fresh one may not be mute */
  connection_turn(g, c, false, false);
  return true;
}

static void expire(struct gateway *g)
{
  int64_t now_us = clock_mono_us();
  if (!g->listening && !g->leaving && now_us >= g->resume_us)
    listen_set(g, true);
  if (!g->next_due_us || now_us < g->next_due_us)
    return;
  g->next_due_us = 0;
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    if (c->due_us && c->due_us <= now_us) {
      if (c->state == CONNECTION_OPEN)
        bad_note(g, "no whole request within a second");
      drop(g, c);
    } else
      due_set(g, c, c->due_us);
  }
}

static int wait_ms(const struct gateway *g)
{
  int64_t now_us = clock_mono_us(), until_us = now_us + TICK_US;
  if (g->next_due_us && g->next_due_us < until_us)
    until_us = g->next_due_us;
  if (!g->listening && !g->leaving && g->resume_us < until_us)
    until_us = g->resume_us;
  if (g->quiet_us && g->quiet_us < until_us)
    until_us = g->quiet_us;
  return until_us <= now_us ? 0 : (int)((until_us - now_us) / 1000) + 1;
}

/* What waits already comes first, with *waited true; else the worker idles till something comes. */
static int events_wait(struct gateway *g, struct epoll_event *events, bool *waited)
{
  const struct gateway_setup *s = g->s;
  atomic_store_explicit(&s->slot->beat_us, clock_mono_us(), memory_order_relaxed);
  int n = epoll_wait(g->epoll_fd, events, EVENTS, 0);
  *waited = n > 0;
  if (n != 0)
    return n;
  if (s->app->worker_idle)
    s->app->worker_idle(s->self);
  atomic_store_explicit(&s->slot->idle_us, g->leaving ? 0 : clock_mono_us(), memory_order_relaxed);
  n = epoll_wait(g->epoll_fd, events, EVENTS, wait_ms(g));
  atomic_store_explicit(&s->slot->idle_us, 0, memory_order_relaxed);
  return n;
}

/* A request waited when it was there before the worker looked, unless it could only come then: a peer
 * asks again on the same connection after its answer. */
static void event_turn(struct gateway *g, const struct epoll_event *event, bool waited)
{
  struct connection *c = event->data.ptr;
  connection_turn(g, c, waited && c != g->last, event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
}

static void turn(struct gateway *g)
{
  struct epoll_event events[EVENTS];
  bool waited, fresh = false;
  int n = events_wait(g, events, &waited);
  for (int i = 0; i < n; i++, waited = true) {
    if (events[i].data.ptr == NULL)
      fresh = true;
    else if (events[i].data.ptr == g)
      g->told = true;
    else
      event_turn(g, &events[i], waited);
  }
  /* A wake-up is lost when the worker that got it dies: so look also when nothing happened. */
  if ((fresh || n == 0) && g->listening)
    accept_one(g);
  expire(g);
}

/* A connection that waits for a request: what has been sent is answered, nothing more can be. */
static void connection_shut(struct gateway *g, struct connection *c)
{
  if (!kept_idle(c))
    return;
  shutdown(c->fd, SHUT_RD);
  if (connection_look(c, g->buffer) == CONNECTION_REQUEST)
    serve(g, c, false);
  else
    drop(g, c);
}

/* The queue is emptied when the whole pool stops; else the others will, and a few are taken because
 * this worker may have been woken for them. */
static void queue_drain(struct gateway *g)
{
  int64_t until_us = clock_mono_us() + LEAVE_US;
  bool all = atomic_load(&g->s->board->stopping);
  for (int left = all ? CONNECTIONS_MOST : 4; left > 0 && clock_mono_us() < until_us; left--)
    if (!accept_one(g))
      break;
}

/* Busy kept connections end with their next answer, which tells the peer so; only those that nobody
 * uses for a while are closed by us. */
static void leave(struct gateway *g)
{
  g->leaving = true;
  listen_set(g, false);
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->s->life_fd, NULL); /* these stay readable from now on */
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->signal_fd, NULL);
  queue_drain(g);
  g->quiet_us = clock_mono_us() + QUIET_US;
  while (g->oldest && clock_mono_us() < g->quiet_us)
    turn(g);
  g->quiet_us = 0;
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    connection_shut(g, c);
  }
  while (g->oldest)
    turn(g);
}

/* No handler ever runs: a signal that comes while the loop is never empty must be seen too, and
 * epoll_pwait lets none in as long as it has events to tell. */
static bool ends_watch(struct gateway *g)
{
  struct epoll_event told = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = g};
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGQUIT);
  g->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return g->signal_fd >= 0 && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->signal_fd, &told) == 0 &&
         epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->s->life_fd, &told) == 0;
}

static bool gateway_open(struct gateway *g)
{
  struct rlimit files;
  g->connections_most = CONNECTIONS_MOST;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < CONNECTIONS_MOST + 64)
    g->connections_most = files.rlim_cur > 72 ? files.rlim_cur - 64 : 8;
  g->arena = arena_new(ARENA_MOST);
  g->buffer = malloc(2 * RECORD_LIMIT);
  g->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (!g->arena || !g->buffer || g->epoll_fd < 0 || !ends_watch(g)) {
    log_error("the worker cannot begin: %s", strerror(errno));
    return false;
  }
  listen_set(g, true);
  return g->listening;
}

static void gateway_close(struct gateway *g)
{
  while (g->oldest)
    drop(g, g->oldest);
  arena_free(&g->arena);
  free(g->buffer);
  buf_free(&g->head);
  buf_free(&g->response.headers);
  if (g->signal_fd >= 0)
    close(g->signal_fd);
  if (g->epoll_fd >= 0)
    close(g->epoll_fd);
}

enum gateway_end gateway_run(const struct gateway_setup *setup)
{
  struct gateway g = {.s = setup, .epoll_fd = -1, .signal_fd = -1};
  enum gateway_end end = GATEWAY_FAILED;
  if (gateway_open(&g)) {
    atomic_store(&setup->slot->ready, 1);
    end = GATEWAY_TOLD;
    while (!g.told && end == GATEWAY_TOLD) {
      turn(&g);
      if (setup->requests_most && g.handled >= setup->requests_most)
        end = GATEWAY_WORN;
    }
    leave(&g);
  }
  gateway_close(&g);
  return end;
}
