/* Private to the files of the gateway: gateway.c (the event loop and its end), gateway_accept.c (the listening
 * socket and the list of connections), gateway_transfer.c (how connections get to other workers), gateway_pass.c (when
 * requests do), gateway_serve.c (events of one connection, one request) and gateway_deferred.c (deferred requests). */
#ifndef DIPTYCH_POOL_GATEWAY_STATE_H
#define DIPTYCH_POOL_GATEWAY_STATE_H

#include <sys/epoll.h>

#include "base/log.h"
#include "base/waiter.h"
#include "pool/connection.h"
#include "pool/gateway.h"
#include "pool/request_log.h"

#define GATEWAY_EVENTS 64

struct gateway {
  const struct gateway_setup *s;
  struct epoll_event events[GATEWAY_EVENTS]; /* of this turn; `events` 0: its connection has gone */
  unsigned n_events, next_event;             /* next_event: all before are being handled, or have been */
  int epoll_fd;
  bool listening;
  bool holding;      /* not listening, because a new connection's request is on its way */
  int64_t resume_us; /* when to listen again */
  int64_t loaded_us; /* when a request last waited for this worker, or others did; 0: never */
  struct arena *arena;
  char *buffer; /* 2 * RECORD_LIMIT */
  struct buf head;
  struct response response;
  struct connection *oldest, *newest;    /* in order of their last request */
  const struct connection *last_served;  /* compare only: it may be freed */
  const struct connection *serving;      /* whose request runs; NULL: none runs */
  struct waiter waiter;                  /* of the requests of this turn */
  bool passing, listened;                /* it has begun to pass connections; it was listening before */
  size_t connections, connections_most;
  unsigned deferred;       /* connections in state CONNECTION_DEFERRED */
  int64_t next_due_us;     /* no connection is due before; 0: none is due */
  int64_t quiet_us;        /* leaving: kept connections stay open until then; 0: not set */
  uint64_t handled;        /* requests answered */
  uint64_t handled_before; /* value of `handled` at the last epoll_wait */
  int signal_fd;
  bool stop_requested;     /* by a signal, or because the master died */
  bool leaving;
  struct request_log log;
  struct log_limit bad_limit, accept_limit;
};

#define GATEWAY_PARAMS_US (1000 * INT64_C(1000)) /* time limit for a request to arrive */
#define GATEWAY_SEND_MS 50                       /* a leaving worker waits this long for the others to receive some */
#define GATEWAY_BODY_US (20 * INT64_C(1000))     /* wait this long for the end of the body, to keep the connection */

/* gateway_accept.c */
void gateway_add(struct gateway *g, struct connection *c);   /* adds a new connection */
void gateway_touch(struct gateway *g, struct connection *c); /* makes it the newest */
void gateway_drop(struct gateway *g, struct connection *c);  /* closes and frees it */
void gateway_due(struct gateway *g, struct connection *c, int64_t due_us); /* sets its timeout; 0: none */
bool gateway_watch(struct gateway *g, struct connection *c); /* adds it to the epoll set; false: failed */
bool gateway_kept_idle(const struct connection *c); /* between two requests */
void gateway_listen(struct gateway *g, bool on);
bool gateway_share(struct gateway *g, bool on);  /* wakeups, and connections from other workers; false: failed */
/* A new connection's request is on its way.  Stops listening for 10 ms if another worker is idle, so that this
 * request does not have to wait behind the next one. */
void gateway_hold(struct gateway *g);
/* Makes room for one connection: closes the connection that has been idle longest if needed.  false: no room. */
bool gateway_room(struct gateway *g);
/* Accepts one connection and leaves the others to other workers.  false: none waits, or none can be accepted. */
bool gateway_accept(struct gateway *g);
/* Wakes another worker to accept: epoll may have woken this worker for a connection that it has not accepted. */
void gateway_wakeup(struct gateway *g);

/* gateway_transfer.c */
/* Passes a connection without a running request to another worker.  When the socket pair is full, it waits up to wait_ms.
 * false: it stays here. */
bool gateway_send_fd(struct gateway *g, struct connection *c, int wait_ms);
void gateway_send_all_fds(struct gateway *g); /* passes on all idle connections */
bool gateway_receive_fd(struct gateway *g); /* takes one connection; false: none waits */

/* gateway_pass.c */
void gateway_pass_open(struct gateway *g); /* sets g->waiter */
void gateway_pass_end(struct gateway *g);  /* in each turn, before connections are taken and at the end */

/* gateway_serve.c */
void gateway_bad(struct gateway *g, const char *why); /* counts and logs a bad connection; does not close it */
struct gateway_event {
  bool waited;     /* the request had to wait for the end of another request */
  bool under_load; /* there were other events at the same time */
  bool hung_up;    /* the peer sends no more */
  bool gone;       /* the peer does not read either */
};
/* Handles an event on c, or a new connection. */
void gateway_turn(struct gateway *g, struct connection *c, struct gateway_event event);
void gateway_request(struct gateway *g, struct connection *c, struct gateway_event event); /* after CONNECTION_REQUEST */
void gateway_body_late(struct gateway *g, struct connection *c); /* the end of the body did not come in time */
struct request gateway_request_empty(struct gateway *g, int64_t deadline_us);
/* Records the request that begins, and finds out whether its path is refused. */
void gateway_begin(struct gateway *g, struct connection *c, struct span method, struct span target);
/* After gateway_begin: answers a request or defers it.  false: the connection is closed. */
bool gateway_answer(struct gateway *g, struct connection *c, struct request *rq);

/* gateway_deferred.c */
void gateway_defer(struct gateway *g, struct connection *c, const struct request *rq, struct deferred *deferred);
void gateway_deferred_cancel(struct gateway *g, struct connection *c); /* before c is closed */
void gateway_deferred_turn(struct gateway *g, struct connection *c, struct gateway_event event);
void gateway_resume(struct gateway *g, struct connection *c); /* the work is done, or c->due_us has passed */
/* The app's descriptor is readable: calls worker_work and answers the deferred requests that are done. */
void gateway_work(struct gateway *g);

#endif
