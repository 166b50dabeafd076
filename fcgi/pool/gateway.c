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

#define TICK_US (500 * INT64_C(1000))      /* the longest wait for events */
#define LEAVE_US (2000 * INT64_C(1000))    /* time limit for emptying the listen queue when the pool stops */
#define QUIET_US (300 * INT64_C(1000))     /* leaving: kept connections stay open this long */
#define ARENA_MOST ((size_t)64 << 20)

/* c->due_us has passed. */
static void overdue(struct gateway *g, struct connection *c)
{
  if (c->body_awaited) {
    gateway_body_late(g, c);
    return;
  }
  if (c->state == CONNECTION_DEFERRED) {
    gateway_resume(g, c);
    return;
  }
  if (c->state == CONNECTION_OPEN)
    gateway_bad(g, "no complete request within a second");
  gateway_drop(g, c);
}

/* A request that runs may pass any connection to another worker: no loop goes on from one to the next. */
static struct connection *due_first(const struct gateway *g, int64_t now_us)
{
  struct connection *c = g->oldest;
  while (c && !(c->due_us && c->due_us <= now_us))
    c = c->newer;
  return c;
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
  for (struct connection *c; (c = due_first(g, now_us));)
    overdue(g, c);
  g->next_due_us = 0;
  for (struct connection *c = g->oldest; c; c = c->newer)
    gateway_due(g, c, c->due_us);
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

/* Adds events to those that were kept while a request waited. */
static void events_take(struct gateway *g, int ms)
{
  int n = epoll_wait(g->epoll_fd, g->events + g->n_events, (int)(GATEWAY_EVENTS - g->n_events), ms);
  g->n_events += n > 0 ? (unsigned)n : 0;
}

/* Adds the time since the turn began, and begins the next one. */
static void turn_count(struct scoreboard_slot *slot, int64_t now_us)
{
  int64_t since_us = atomic_load_explicit(&slot->turn_us, memory_order_relaxed);
  if (since_us)
    METRICS_ADD(slot, occupied_us, now_us - since_us);
  atomic_store_explicit(&slot->turn_us, now_us, memory_order_relaxed);
}

/* Adds pending events at once, or calls worker_idle and waits for events.  *waited: the events were pending
 * while the last turn handled requests. */
static void events_wait(struct gateway *g, bool *waited)
{
  const struct gateway_setup *s = g->s;
  int64_t now_us = clock_mono_us();
  atomic_store_explicit(&s->slot->heartbeat_us, now_us, memory_order_relaxed);
  turn_count(s->slot, now_us);
  events_take(g, 0);
  *waited = g->n_events && g->handled != g->handled_before;
  g->handled_before = g->handled;
  if (g->n_events)
    return;
  if (s->app->worker_idle)
    s->app->worker_idle(s->self);
  now_us = clock_mono_us();
  turn_count(s->slot, now_us);
  atomic_store_explicit(&s->slot->turn_us, 0, memory_order_relaxed);
  atomic_store_explicit(&s->slot->idle_us, g->listening ? now_us : 0, memory_order_relaxed);
  events_take(g, wait_ms(g));
  atomic_store_explicit(&s->slot->idle_us, 0, memory_order_relaxed);
  atomic_store_explicit(&s->slot->turn_us, clock_mono_us(), memory_order_relaxed);
}

/* A request has waited when its event was pending while the worker was busy.  The connection served last is an
 * exception: its peer can send the next request only after the answer. */
static void event_turn(struct gateway *g, const struct epoll_event *event, bool waited, bool under_load)
{
  struct connection *c = event->data.ptr;
  gateway_turn(g, c,
               (struct gateway_event){.waited = waited && c != g->last_served,
                                      .under_load = under_load,
                                      .hung_up = event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR),
                                      .gone = event->events & (EPOLLHUP | EPOLLERR)});
}

/* Takes one connection of each kind and leaves the others to other workers.  After a wakeup it takes all: another
 * worker has died or left, and the events that it received are lost. */
static void connections_take(struct gateway *g, bool listen_ready, bool transfer_ready, bool woken)
{
  if (listen_ready && g->listening)
    gateway_accept(g);
  while (woken && g->listening && gateway_accept(g))
    ;
  if (transfer_ready)
    gateway_receive_fd(g);
  while (woken && gateway_receive_fd(g))
    ;
}

/* What the events of one turn ask for besides requests. */
struct asked {
  bool listen, transfer, woken, work;
};

static void events_handle(struct gateway *g, bool waited, struct asked *asked)
{
  unsigned n = g->n_events; /* those that come later were kept while a request waited, and have waited, too */
  for (g->next_event = 0; g->next_event < g->n_events; waited = true) {
    struct epoll_event e = g->events[g->next_event++];
    if (!e.events)
      continue;
    if (e.data.ptr == NULL)
      asked->listen = true;
    else if (e.data.ptr == g)
      g->stop_requested = true;
    else if (e.data.ptr == &g->listening)
      asked->woken = eventfd_read(g->s->wakeup_fd, &(eventfd_t){0}) == 0;
    else if (e.data.ptr == &g->deferred)
      asked->work = true;
    else if (e.data.ptr == g->s->transfer_fds)
      asked->transfer = true;
    else
      event_turn(g, &e, waited, n > 1);
  }
  g->n_events = g->next_event = 0;
}

static void turn(struct gateway *g)
{
  struct asked asked = {false};
  bool waited;
  events_wait(g, &waited);
  bool none = !g->n_events;
  events_handle(g, waited, &asked);
  request_log_follow(&g->log);
  if (asked.work) /* after all other events: it may close any connection */
    gateway_work(g);
  gateway_pass_end(g);
  if (atomic_load_explicit(&g->s->slot->leaving, memory_order_relaxed))
    g->stop_requested = true;
  if (!g->stop_requested)
    connections_take(g, asked.listen || none, asked.transfer || none, asked.woken);
  expire(g);
  gateway_pass_end(g);
}

/* Closes an idle connection.  A request that has already arrived is answered first. */
static void connection_shut(struct gateway *g, struct connection *c)
{
  if (!gateway_kept_idle(c))
    return;
  shutdown(c->fd, SHUT_RD);
  if (connection_peek(c, g->buffer) == CONNECTION_REQUEST)
    gateway_request(g, c, (struct gateway_event){.waited = false});
  else
    gateway_drop(g, c);
}

/* Empties the listen queue when the whole pool stops.  Otherwise the queue is left to the other workers, which may
 * have a newer configuration. */
static void queue_drain(struct gateway *g)
{
  int64_t until_us = clock_mono_us() + LEAVE_US;
  if (!atomic_load(&g->s->board->stopping))
    gateway_wakeup(g);
  else
    while (clock_mono_us() < until_us && (gateway_receive_fd(g) || gateway_accept(g)))
      ;
}

/* Passes idle connections to other workers.  The other connections end with their next answer, which is marked as
 * the last (reply.h).  Only connections that stay unused are closed from this side. */
static void leave(struct gateway *g)
{
  g->leaving = true;
  gateway_listen(g, false);
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->s->alive_fd, NULL); /* these descriptors stay readable from now on */
  epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, g->signal_fd, NULL);
  (void)gateway_share(g, false);
  queue_drain(g);
  gateway_send_all_fds(g);
  g->quiet_us = clock_mono_us() + QUIET_US;
  while (g->oldest && clock_mono_us() < g->quiet_us)
    turn(g);
  g->quiet_us = 0;
  while (atomic_load(&g->s->board->stopping) && gateway_receive_fd(g)) /* see gateway_transfer.c */
    ;
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    connection_shut(g, c);
  }
  while (g->oldest)
    turn(g);
}

/* Watches the signalfd, the pipe of the master, the wakeup eventfd and the transfer socket.  Signals come by
 * signalfd, because epoll_pwait delivers no signal while there are always events. */
static bool events_watch(struct gateway *g)
{
  struct epoll_event stop = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = g};
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGQUIT);
  g->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return g->signal_fd >= 0 && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->signal_fd, &stop) == 0 &&
         epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->s->alive_fd, &stop) == 0 && gateway_share(g, true);
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
  gateway_pass_open(g);
  g->connections_most = GATEWAY_CONNECTIONS;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < GATEWAY_CONNECTIONS + 64)
    g->connections_most = files.rlim_cur > 72 ? files.rlim_cur - 64 : 8;
  g->arena = arena_new(ARENA_MOST);
  g->buffer = malloc(2 * RECORD_LIMIT);
  g->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (!g->arena || !g->buffer || g->epoll_fd < 0 || !events_watch(g) || !work_watch(g)) {
    log_error("the worker cannot start: %s", strerror(errno));
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
  request_log_close(&g->log);
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
  request_log_open(&g.log, &(struct request_log_setup){setup->config, setup->board, setup->slot, setup->log, setup->index,
                                                        setup->app->routes});
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
