/* Passing requests to other workers while this one waits.
 *
 * A request on a kept connection reaches only the worker that holds the connection.  While this worker waits for the
 * database, or for another worker's fill, that request would wait, too, although another worker may be idle.  So the waits of
 * a request are those of waiter_poll (base/waiter.h), which reports what happens in the gateway's epoll set.  A
 * connection on which a request arrives is sent to the socket pair of the pool, from which the first free worker takes it.
 *
 * Such a wait leaves connections of this worker with the others.  It gets some back when requests wait there while it is idle
 * (gateway.h).
 *
 * Events of edge-triggered descriptors come once.  Those that cannot be passed are kept for the next turn of the loop. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "pool/gateway_state.h"

/* NULL: the event is not of a connection. */
static struct connection *event_connection(const struct gateway *g, const struct epoll_event *e)
{
  const void *of = e->data.ptr;
  bool other = of == NULL || of == g || of == &g->listening || of == &g->deferred || of == g->s->transfer_fds;
  return other ? NULL : e->data.ptr;
}

/* Also with the beginning of a request: its bytes were only peeked at, so the next worker sees all of them. */
static bool pass(struct gateway *g, struct connection *c)
{
  if (c == g->serving || c->state != CONNECTION_OPEN || !gateway_send_fd(g, c, 0))
    return false;
  METRICS_ADD(&g->s->slot->metrics, connections_passed, 1);
  return true;
}

static int pass_begin(void *self)
{
  struct gateway *g = self;
  if (g->leaving || !scoreboard_other_ready(g->s->board, g->s->slot))
    return -1;
  for (unsigned i = g->next_event; i < g->n_events; i++) {
    struct connection *c = g->events[i].events ? event_connection(g, &g->events[i]) : NULL;
    if (c && c->state == CONNECTION_OPEN && !pass(g, c))
      return -1;
  }
  g->listened = g->listening;
  gateway_listen(g, false); /* readable until somebody accepts */
  (void)gateway_share(g, false);
  g->passing = true;
  return g->epoll_fd;
}

/* false: an event stays readable until the loop handles it, or nothing more can be passed. */
static bool pass_turn(void *self)
{
  struct gateway *g = self;
  struct epoll_event *from = g->events + g->n_events;
  int n = g->n_events < GATEWAY_EVENTS ? epoll_wait(g->epoll_fd, from, (int)(GATEWAY_EVENTS - g->n_events), 0) : 0;
  bool more = n > 0;
  for (int i = 0; i < n; i++) {
    struct epoll_event e = from[i];
    struct connection *c = event_connection(g, &e);
    if (c && pass(g, c))
      continue;
    more = more && c && (c == g->serving || c->state != CONNECTION_OPEN);
    g->events[g->n_events++] = e;
  }
  return more;
}

void gateway_pass_open(struct gateway *g)
{
  g->waiter = (struct waiter){.begin = pass_begin, .turn = pass_turn, .self = g};
}

void gateway_pass_end(struct gateway *g)
{
  g->waiter.begun = false;
  if (!g->passing)
    return;
  g->passing = false;
  if (!gateway_share(g, true))
    log_error("the worker takes no connections of other workers any more: %s", strerror(errno));
  gateway_listen(g, g->listened);
}
