/* The connections of the gateway: accepting them, keeping them in order of last use, and closing the oldest to make
 * room.  Accepting pauses for 100 ms when it fails for lack of descriptors or memory; otherwise the loop would spin.
 * It pauses for 10 ms while the request of a new connection is on its way and another worker is idle. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "pool/gateway_state.h"

#define HOLD_US (10 * INT64_C(1000))       /* accept no other connection before this one's request */
#define PAUSE_US (100 * INT64_C(1000))     /* pause after a failed accept */

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

void gateway_add(struct gateway *g, struct connection *c)
{
  list_add(g, c);
  g->connections++;
}

void gateway_touch(struct gateway *g, struct connection *c)
{
  list_remove(g, c);
  list_add(g, c);
}

void gateway_drop(struct gateway *g, struct connection *c)
{
  gateway_deferred_cancel(g, c);
  list_remove(g, c);
  g->connections--;
  for (unsigned i = g->next_event; i < g->n_events; i++)
    if (g->events[i].data.ptr == c)
      g->events[i].events = 0;
  if (c->watched) /* close alone does not remove it while another worker has it open (gateway_transfer.c) */
    epoll_ctl(g->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
  connection_free(&c);
}

void gateway_due(struct gateway *g, struct connection *c, int64_t due_us)
{
  c->due_us = due_us;
  if (due_us && (!g->next_due_us || due_us < g->next_due_us))
    g->next_due_us = due_us;
}

/* Edge-triggered: otherwise a partial request, which is only peeked, would spin the loop. */
bool gateway_watch(struct gateway *g, struct connection *c)
{
  struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = c};
  if (!c->watched && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, c->fd, &e) == 0)
    c->watched = true;
  return c->watched;
}

bool gateway_kept_idle(const struct connection *c)
{
  return c->state == CONNECTION_OPEN && !c->due_us;
}

/* Closes the connection that has been idle longest.  false: none is idle. */
static bool room_make(struct gateway *g)
{
  for (struct connection *c = g->oldest; c; c = c->newer)
    if (gateway_kept_idle(c)) {
      gateway_drop(g, c);
      return true;
    }
  return false;
}

bool gateway_room(struct gateway *g)
{
  return g->connections < g->connections_most || room_make(g);
}

void gateway_listen(struct gateway *g, bool on)
{
  struct epoll_event e = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
  if (on != g->listening &&
      epoll_ctl(g->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, g->s->listen_fd, &e) == 0)
    g->listening = on;
}

bool gateway_share(struct gateway *g, bool on)
{
  struct epoll_event wakeup = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &g->listening};
  struct epoll_event transfer = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = (void *)(uintptr_t)g->s->transfer_fds};
  int change = on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
  return epoll_ctl(g->epoll_fd, change, g->s->wakeup_fd, &wakeup) == 0 &&
         epoll_ctl(g->epoll_fd, change, g->s->transfer_fds[1], &transfer) == 0;
}

static void listen_pause(struct gateway *g, const char *why)
{
  log_limited(&g->accept_limit, 10, LOG_LEVEL_WARN, "not accepting for %lld ms: %s", (long long)PAUSE_US / 1000, why);
  gateway_listen(g, false);
  g->resume_us = clock_mono_us() + PAUSE_US;
}

void gateway_hold(struct gateway *g)
{
  int64_t now_us = clock_mono_us();
  if (g->listening && scoreboard_other_idle(g->s->board, g->s->slot, now_us, 0)) {
    gateway_listen(g, false);
    g->holding = true;
    g->resume_us = now_us + HOLD_US;
  }
}

void gateway_wakeup(struct gateway *g)
{
  eventfd_write(g->s->wakeup_fd, 1); /* a failed write means that enough wakeups are pending */
}

bool gateway_accept(struct gateway *g)
{
  if (!gateway_room(g)) {
    listen_pause(g, "too many connections");
    return false;
  }
  int fd = accept4(g->s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) {
    int why = errno;
    bool gone = why == EINTR || why == ECONNABORTED; /* this connection failed; the next one may not */
    if (!gone && why != EAGAIN && why != EWOULDBLOCK && !room_make(g))
      listen_pause(g, strerror(why));
    return gone;
  }
  struct connection *c = connection_new(fd);
  if (!c) {
    listen_pause(g, "out of memory");
    return false;
  }
  gateway_add(g, c);
  gateway_due(g, c, clock_mono_us() + GATEWAY_PARAMS_US); /* time limit for its first request */
  gateway_turn(g, c, (struct gateway_event){.waited = false});
  return true;
}
