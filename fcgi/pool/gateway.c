#include "pool/gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pool/gateway_state.h"

#define EVENTS 64
#define TICK_US (500 * INT64_C(1000))      /* the loop comes round at least this often */
#define LEAVE_US (2000 * INT64_C(1000))    /* for accepting what still waits when the pool stops */
#define QUIET_US (300 * INT64_C(1000))     /* leaving: kept connections may be used once more for so long */
#define ARENA_MOST ((size_t)64 << 20)
#define CONNECTIONS_MOST 2048

static void overdue(struct gateway *g, struct connection *c)
{
  if (c->body_awaited) {
    gateway_request(g, c, (struct gateway_event){.waited = false});
    return;
  }
  if (c->state == CONNECTION_DEFERRED) {
    gateway_resume(g, c);
    return;
  }
  if (c->state == CONNECTION_OPEN)
    gateway_bad(g, "no whole request within a second");
  gateway_drop(g, c);
}

static void expire(struct gateway *g)
{
  int64_t now_us = clock_mono_us();
  if (!g->listening && !g->leaving && now_us >= g->resume_us) {
    gateway_listen(g, true);
    g->holding = false;
  }
  if (!g->next_due_us || now_us < g->next_due_us)
    return;
  g->next_due_us = 0;
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    if (c->due_us && c->due_us <= now_us)
      overdue(g, c);
    else
      gateway_due(g, c, c->due_us);
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
  atomic_store_explicit(&s->slot->heartbeat_us, clock_mono_us(), memory_order_relaxed);
  int n = epoll_wait(g->epoll_fd, events, EVENTS, 0);
  *waited = n > 0 && g->handled != g->looked; /* behind the requests of the last turn */
  g->looked = g->handled;
  if (n != 0)
    return n;
  if (s->app->worker_idle)
    s->app->worker_idle(s->self);
  atomic_store_explicit(&s->slot->idle_us, g->listening ? clock_mono_us() : 0, memory_order_relaxed);
  n = epoll_wait(g->epoll_fd, events, EVENTS, wait_ms(g));
  atomic_store_explicit(&s->slot->idle_us, 0, memory_order_relaxed);
  return n;
}

/* A request waited when it was there before the worker looked, unless it could only come then: a peer
 * asks again on the same connection after its answer. */
static void event_turn(struct gateway *g, const struct epoll_event *event, bool waited, bool under_load)
{
  struct connection *c = event->data.ptr;
  gateway_turn(g, c,
               (struct gateway_event){.waited = waited && c != g->last,
                                      .under_load = under_load,
                                      .hung_up = event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR),
                                      .gone = event->events & (EPOLLHUP | EPOLLERR)});
}

/* One of each kind, so that the others get theirs.  Who looks because another has died or left takes
 * what there is: a wake-up is lost with the worker that got it. */
static void newcomers_take(struct gateway *g, bool fresh, bool passed, bool woken)
{
  if (fresh && g->listening)
    gateway_accept(g);
  while (woken && g->listening && gateway_accept(g))
    ;
  if (passed)
    gateway_receive_fd(g);
  while (woken && gateway_receive_fd(g))
    ;
}

static void turn(struct gateway *g)
{
  struct epoll_event events[EVENTS];
  bool waited, fresh = false, passed = false, woken = false, work = false;
  int n = events_wait(g, events, &waited);
  for (int i = 0; i < n; i++, waited = true) {
    if (events[i].data.ptr == NULL)
      fresh = true;
    else if (events[i].data.ptr == g)
      g->stop_requested = true;
    else if (events[i].data.ptr == &g->listening)
      woken = eventfd_read(g->s->wakeup_fd, &(eventfd_t){0}) == 0;
    else if (events[i].data.ptr == &g->deferred)
      work = true;
    else if (events[i].data.ptr == g->s->transfer_fds)
      passed = true;
    else
      event_turn(g, &events[i], waited, n > 1);
  }
  if (work) /* may close any connection: after the events of all */
    gateway_work(g);
  if (atomic_load_explicit(&g->s->slot->leaving, memory_order_relaxed))
    g->stop_requested = true;
  if (!g->stop_requested)
    newcomers_take(g, fresh || n == 0, passed || n == 0, woken);
  expire(g);
}

/* A connection that waits for a request: what has been sent is answered, nothing more can be. */
static void connection_shut(struct gateway *g, struct connection *c)
{
  if (!gateway_kept_idle(c))
    return;
  shutdown(c->fd, SHUT_RD);
  if (connection_look(c, g->buffer) == CONNECTION_REQUEST)
    gateway_request(g, c, (struct gateway_event){.waited = false});
  else
    gateway_drop(g, c);
}

/* The queue is emptied when the whole pool stops; else it is left to the others, who serve with the
 * newer configuration. */
static void queue_drain(struct gateway *g)
{
  int64_t until_us = clock_mono_us() + LEAVE_US;
  if (!atomic_load(&g->s->board->stopping))
    gateway_wakeup(g);
  else
    while (clock_mono_us() < until_us && (gateway_receive_fd(g) || gateway_accept(g)))
      ;
}

/* What is idle is handed over.  What stays ends with its next answer, which tells the peer so; only
 * connections that nobody uses for a while are closed by us. */
static void leave(struct gateway *g)
{
  g->leaving = true;
  gateway_listen(g, false);
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->s->life_fd, NULL); /* these stay readable from now on */
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->signal_fd, NULL);
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->s->wakeup_fd, NULL);
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->s->transfer_fds[1], NULL);
  queue_drain(g);
  gateway_send_all_fds(g);
  g->quiet_us = clock_mono_us() + QUIET_US;
  while (g->oldest && clock_mono_us() < g->quiet_us)
    turn(g);
  g->quiet_us = 0;
  while (atomic_load(&g->s->board->stopping) && gateway_receive_fd(g)) /* see gateway_send_fd.c */
    ;
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
  struct epoll_event stop_requested = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = g};
  struct epoll_event wakeup = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &g->listening};
  struct epoll_event pass = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = (void *)(uintptr_t)g->s->transfer_fds};
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGQUIT);
  g->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return g->signal_fd >= 0 && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->signal_fd, &stop_requested) == 0 &&
         epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->s->life_fd, &stop_requested) == 0 &&
         epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->s->wakeup_fd, &wakeup) == 0 &&
         epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->s->transfer_fds[1], &pass) == 0;
}

static bool work_watch(struct gateway *g)
{
  const struct app *app = g->s->app;
  struct epoll_event work = {.events = EPOLLIN, .data.ptr = &g->deferred};
  return !app->worker_fd || epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, app->worker_fd(g->s->self), &work) == 0;
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
  if (!g->arena || !g->buffer || g->epoll_fd < 0 || !ends_watch(g) || !work_watch(g)) {
    log_error("the worker cannot begin: %s", strerror(errno));
    return false;
  }
  gateway_listen(g, true);
  return g->listening;
}

static void gateway_close(struct gateway *g)
{
  while (g->oldest)
    gateway_drop(g, g->oldest);
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
    end = GATEWAY_STOPPED;
    while (!g.stop_requested && end == GATEWAY_STOPPED) {
      turn(&g);
      if (setup->requests_most && g.handled >= setup->requests_most)
        end = GATEWAY_RECYCLED;
    }
    leave(&g);
  }
  gateway_close(&g);
  return end;
}
