/* Deferred requests: their answer needs the work of another process (base/deferred.h), and the worker serves other
 * requests meanwhile.
 *
 * A deferred request exists only as its connection and the parameters in the connection's FCGX_Request.  When
 * the work is done, or the time to try again or the deadline has come, the request is copied again and handled like a new
 * one.  So it sees what has changed meanwhile, and no state of the first attempt is kept.  It is counted once, when it is
 * answered.  At most half of connections_most may be deferred.  A leaving worker answers its deferred requests before it
 * ends. */
#include "pool/gateway_state.h"

static void deferred_publish(struct gateway *g)
{
  atomic_store_explicit(&g->s->slot->deferred, g->deferred, memory_order_relaxed);
}

void gateway_defer(struct gateway *g, struct connection *c, const struct request *rq, struct deferred *deferred)
{
  deferred->waiters++;
  c->deferred = deferred;
  c->state = CONNECTION_DEFERRED;
  c->input_pending = false;
  g->deferred++;
  deferred_publish(g);
  c->deadline_us = rq->deadline_us;
  gateway_due(g, c, deferred->again_us && deferred->again_us < rq->deadline_us ? deferred->again_us : rq->deadline_us);
  gateway_watch(g, c); /* to notice that the peer has gone */
}

void gateway_deferred_cancel(struct gateway *g, struct connection *c)
{
  if (!c->deferred)
    return;
  c->deferred->waiters--;
  c->deferred = NULL;
  g->deferred--;
  deferred_publish(g);
}

/* Remembers the event, which is edge-triggered; gateway_resume reads the input after the answer. */
void gateway_deferred_turn(struct gateway *g, struct connection *c, struct gateway_event event)
{
  c->input_pending = true;
  c->close_after = c->close_after || event.hung_up;
  if (event.gone)
    gateway_drop(g, c);
}

void gateway_resume(struct gateway *g, struct connection *c)
{
  struct deferred *deferred = c->deferred;
  struct request rq = gateway_request_empty(g, c->deadline_us);
  bool input_pending = c->input_pending, open = false;
  deferred->waiters++; /* keeps it valid during gateway_answer */
  gateway_deferred_cancel(g, c);
  c->state = CONNECTION_OPEN;
  c->due_us = 0;
  request_log_resume(&g->log, &c->times);
  if (connection_request_again(c, &rq)) {
    gateway_begin(g, c, rq.method, rq.target);
    open = gateway_answer(g, c, &rq);
  } else {
    request_log_drop(&g->log);
    gateway_bad(g, c->scan.why);
    gateway_drop(g, c);
  }
  deferred->waiters--;
  if (open && input_pending)
    gateway_turn(g, c, (struct gateway_event){.waited = true});
}

/* A request that runs may pass any connection to another worker: no loop goes on from one to the next. */
static struct connection *done_first(const struct gateway *g)
{
  struct connection *c = g->oldest;
  while (c && !(c->deferred && c->deferred->done))
    c = c->newer;
  return c;
}

void gateway_work(struct gateway *g)
{
  g->s->app->worker_work(g->s->self);
  struct connection *c;
  for (unsigned n = g->deferred; n && (c = done_first(g)); n--)
    gateway_resume(g, c);
}
