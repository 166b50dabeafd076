/* One event of a connection, and one request from libfcgi through the site to its answer.  After each request the
 * connection is kept, deferred, lingering or closed, the scoreboard shows the worker as idle, and the arena is
 * empty. */
#include "pool/gateway_state.h"
#include "pool/reply.h"
#include "http/bare_error.h"
#include "http/target.h"

#define LINGER_US (1000 * INT64_C(1000))
#define LOADED_US (100 * INT64_C(1000)) /* a worker counts as loaded this long after a request waited for it */
#define IDLE_US (2 * INT64_C(1000))     /* a worker that has been idle this long could have served the request */

void gateway_bad(struct gateway *g, const char *why)
{
  METRICS_ADD(&g->s->slot->metrics, requests_bad, 1);
  log_limited(&g->bad_limit, 10, LOG_LEVEL_WARN, "closed a FastCGI connection: %s", why);
}

static void response_count(struct metrics *m, int status)
{
  METRICS_ADD(m, requests, 1);
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

static bool stop_requested(const struct gateway *g)
{
  return g->leaving || atomic_load_explicit(&g->s->slot->leaving, memory_order_relaxed);
}

struct request gateway_request_empty(struct gateway *g, int64_t deadline_us)
{
  return (struct request){.arena = g->arena,
                          .stage = &g->s->slot->stage,
                          .deadline_us = deadline_us,
                          .waiter = &g->waiter,
                          .may_defer = clock_mono_us() < deadline_us && g->deferred < g->connections_most / 2};
}

void gateway_begin(struct gateway *g, struct connection *c, struct span method, struct span target)
{
  const struct refused_paths *refused = &g->s->board->refused;
  int64_t now_us = clock_mono_us();
  struct request_ids ids = refused_paths_ids(refused, target);
  scoreboard_request_begin(g->s->slot, now_us, method, target, ids);
  c->refused = refused_paths_refuses(refused, ids, now_us);
}

/* Makes the answer in g->response.  false: the request is deferred. */
static bool respond(struct gateway *g, const struct connection *c, const struct request *rq)
{
  struct response *r = &g->response;
  buf_clear(&r->headers);
  *r = (struct response){.headers = r->headers};
  if (c->refused) {
    METRICS_ADD(&g->s->slot->metrics, requests_refused, 1);
    bare_error(500, config_base_path(g->s->config), rq->id, r);
    return true;
  }
  if (scoreboard_begun_before(g->s->board, g->s->slot, rq->id, rq->target)) {
    log_warn("502 for %.*s %.200s (request %.*s): another worker has begun it and not ended it", SPAN_ARG(rq->method),
             arena_z(rq->arena, target_logged(rq->target)), SPAN_ARG(rq->id));
    bare_error(502, config_base_path(g->s->config), rq->id, r);
    return true;
  }
  g->s->app->worker_handle(g->s->self, rq, r);
  if (r->deferred && rq->may_defer)
    return false;
  if (r->route >= g->s->app->n_routes)
    r->route = 0;
  if (r->deferred || r->headers.failed || r->status < 100 || r->status > 599)
    bare_error(500, config_base_path(g->s->config), rq->id, r);
  return true;
}

/* false: the peer did not read the answer. */
static bool respond_write(struct gateway *g, struct connection *c, const struct request *rq)
{
  const struct gateway_setup *s = g->s;
  stage_set(rq->stage, STAGE_WRITE);
  c->close_after = c->close_after || stop_requested(g);
  struct reply to = {.fd = c->fd,
                     .id = c->scan.id,
                     .head = span_eq(rq->method, SPAN("HEAD")),
                     .last = c->scan.keep && c->close_after,
                     .deadline_us = clock_mono_us() + s->config->deadline * 1000};
  return reply_write(&to, &g->response, &g->head);
}

/* The latency counts from the arrival of the request, also when it was deferred meanwhile: its deadline is from then. */
static void answer_count(struct gateway *g, const struct request *rq, bool written)
{
  const struct response *r = &g->response;
  const struct gateway_setup *s = g->s;
  response_count(&s->slot->metrics, r->status);
  scoreboard_answer_count(s->board, s->slot, r->route,
                          &(struct route_answer){.status = r->status,
                                                 .us = clock_mono_us() - (rq->deadline_us - s->config->deadline * 1000),
                                                 .bytes = written ? g->head.n + reply_body(r, rq->method).n : 0});
}

/* After an answer: keeps the connection, lets it linger or closes it.  false: closed. */
static bool settle(struct gateway *g, struct connection *c, bool written)
{
  bool kept = connection_request_done(c) && written;
  c->due_us = 0;
  /* Closing with unread input would reset the connection before the peer has read the answer. */
  if (written && (!c->scan.stdin_ended || c->scan.more)) {
    connection_linger(c, 0);
    gateway_due(g, c, clock_mono_us() + LINGER_US);
    kept = connection_discard(c);
  }
  if (kept && gateway_watch(g, c))
    return true;
  gateway_drop(g, c);
  return false;
}

bool gateway_answer(struct gateway *g, struct connection *c, struct request *rq)
{
  struct scoreboard_slot *slot = g->s->slot;
  int64_t begun_us = clock_mono_us();
  g->serving = c;
  bool answered = respond(g, c, rq), written = answered && respond_write(g, c, rq), open = true;
  g->serving = NULL;
  METRICS_ADD(&slot->metrics, busy_us, clock_mono_us() - begun_us);
  if (answered) {
    request_log_end(&g->log, rq, &g->response, written ? reply_body(&g->response, rq->method).n : 0);
    answer_count(g, rq, written);
    scoreboard_request_end(slot);
    g->handled++;
    open = settle(g, c, written);
  } else {
    METRICS_ADD(&slot->metrics, requests_deferred, 1);
    request_log_pause(&g->log, &c->times);
    scoreboard_request_pause(slot);
    gateway_defer(g, c, rq, g->response.deferred);
  }
  stage_set(rq->stage, STAGE_IDLE);
  arena_reset(g->arena);
  return open;
}

void gateway_request(struct gateway *g, struct connection *c, struct gateway_event event)
{
  const struct gateway_setup *s = g->s;
  int64_t now_us = clock_mono_us();
  struct request rq = gateway_request_empty(g, now_us + s->config->deadline * 1000);
  rq.under_load = event.under_load;
  if (event.waited || event.under_load)
    g->loaded_us = now_us;
  rq.lately_loaded = now_us - g->loaded_us < LOADED_US;
  gateway_touch(g, c);
  g->last_served = c;
  c->body_awaited = false;
  request_log_begin(&g->log);
  stage_set(rq.stage, STAGE_READ);
  gateway_begin(g, c, c->scan.method, c->scan.target);
  if (!(c->refused ? connection_request_skip(c, &rq) : connection_request_take(c, &rq))) {
    gateway_bad(g, c->scan.why);
    gateway_drop(g, c);
    request_log_drop(&g->log);
    scoreboard_request_pause(s->slot);
    arena_reset(g->arena);
  } else {
    c->close_after = event.hung_up || (event.waited && scoreboard_other_idle(s->board, s->slot, now_us, IDLE_US));
    gateway_answer(g, c, &rq);
  }
  if (g->holding)
    g->resume_us = 0; /* the request that accepting was held for has come: listen again */
}

/* The parameters have arrived, but not the end of the body.  It usually follows within moments, and a connection can
 * be kept only when the body is read to its end.  true: wait for it. */
static bool body_await(struct gateway *g, struct connection *c, bool hung_up)
{
  int64_t now_us = clock_mono_us();
  if (c->scan.stdin_ended || c->full || hung_up || (c->body_awaited && now_us >= c->due_us))
    return false;
  if (!c->body_awaited) {
    gateway_due(g, c, now_us + GATEWAY_BODY_US);
    c->body_awaited = true;
  }
  return gateway_watch(g, c);
}

/* Peeks again: the buffer holds the bytes of another connection. */
void gateway_body_late(struct gateway *g, struct connection *c)
{
  if (connection_peek(c, g->buffer) == CONNECTION_REQUEST) {
    gateway_request(g, c, (struct gateway_event){.waited = false});
    return;
  }
  gateway_bad(g, c->scan.why ? c->scan.why : "cut off in its body");
  gateway_drop(g, c);
}

void gateway_turn(struct gateway *g, struct connection *c, struct gateway_event event)
{
  if (c->state == CONNECTION_LINGER) {
    if (!connection_discard(c))
      gateway_drop(g, c);
    return;
  }
  if (c->state == CONNECTION_DEFERRED) {
    gateway_deferred_turn(g, c, event);
    return;
  }
  enum connection_result result = connection_peek(c, g->buffer);
  if (result == CONNECTION_REQUEST && stop_requested(g) && gateway_send_fd(g, c, GATEWAY_SEND_MS))
    return; /* here it would be answered with a configuration that may no longer be in force */
  if (result == CONNECTION_REQUEST && body_await(g, c, event.hung_up))
    return;
  if (result == CONNECTION_REQUEST)
    gateway_request(g, c, event);
  else if ((result == CONNECTION_NOTHING || result == CONNECTION_PARTIAL) && !event.hung_up) {
    if (!c->watched && c->due_us)
      gateway_hold(g);
    if (result == CONNECTION_PARTIAL && !c->due_us)
      gateway_due(g, c, clock_mono_us() + GATEWAY_PARAMS_US);
    if (!gateway_watch(g, c))
      gateway_drop(g, c);
  } else {
    if (result == CONNECTION_BROKEN || result == CONNECTION_PARTIAL)
      gateway_bad(g, result == CONNECTION_BROKEN ? c->scan.why : "cut off in its parameters");
    gateway_drop(g, c);
  }
}
