/* Requests that the site cannot answer yet, since another process works on it (base/deferred.h): the pool's
 * way to let nobody else wait for them.
 *
 * A request deferred is its connection alone, with what libfcgi parsed still in its slot.  When what it
 * waits for is done, or its deadline has come, it is copied out once more and handed in as if it were
 * new; so what changed meanwhile counts, and nothing of the first attempt has to be kept.  Only then is
 * it counted, written and settled like any other.  At most half of the connections may be deferred, and
 * a worker that leaves answers these first. */
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
  c->stirred = false;
  g->deferred++;
  deferred_publish(g);
  gateway_due(g, c, rq->deadline_us);
  gateway_watch(g, c); /* if only to learn that the peer has gone */
}

void gateway_deferred_forget(struct gateway *g, struct connection *c)
{
  if (!c->deferred)
    return;
  c->deferred->waiters--;
  c->deferred = NULL;
  g->deferred--;
  deferred_publish(g);
}

/* What a peer sends meanwhile is looked at after the answer: its event will not come again. */
void gateway_deferred_turn(struct gateway *g, struct connection *c, struct gateway_event event)
{
  c->stirred = true;
  c->close_after = c->close_after || event.hung_up;
  if (event.gone)
    gateway_drop(g, c);
}

void gateway_resume(struct gateway *g, struct connection *c)
{
  struct deferred *deferred = c->deferred;
  struct request rq = gateway_request_empty(g, c->due_us);
  bool stirred = c->stirred, open = false;
  deferred->waiters++; /* until the app has made use of it */
  gateway_deferred_forget(g, c);
  c->state = CONNECTION_OPEN;
  c->due_us = 0;
  if (connection_request_again(c, &rq))
    open = gateway_answer(g, c, &rq);
  else {
    gateway_bad(g, c->scan.why);
    gateway_drop(g, c);
  }
  deferred->waiters--;
  if (open && stirred)
    gateway_turn(g, c, (struct gateway_event){.waited = true});
}

void gateway_work(struct gateway *g)
{
  g->s->app->worker_work(g->s->self);
  for (struct connection *c = g->oldest, *newer; c && g->deferred; c = newer) {
    newer = c->newer;
    if (c->deferred && c->deferred->done)
      gateway_resume(g, c);
  }
}
