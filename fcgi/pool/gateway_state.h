/* What the parts of the gateway share, and nobody else: gateway.c (the loop, and leaving),
 * gateway_accept.c (the listening socket and the list of connections), gateway_send_fd.c (handing them
 * over), gateway_serve.c (one connection's turn, one request) and gateway_deferred.c (requests that are set
 * aside). */
#ifndef DIPTYCH_POOL_GATEWAY_STATE_H
#define DIPTYCH_POOL_GATEWAY_STATE_H

#include "base/log.h"
#include "pool/connection.h"
#include "pool/gateway.h"

struct gateway {
  const struct gateway_setup *s;
  int epoll_fd;
  bool listening;
  bool holding;      /* not listening, for a fresh connection's sake */
  int64_t resume_us; /* not listening: when to try again */
  struct arena *arena;
  char *buffer; /* 2 * RECORD_LIMIT */
  struct buf head;
  struct response response;
  struct connection *oldest, *newest; /* by last request */
  const struct connection *last;      /* served last; only compared, it may be gone */
  size_t connections, connections_most;
  unsigned deferred; /* connections in that state */
  int64_t next_due_us; /* no connection is due before; 0: none is */
  int64_t quiet_us;    /* leaving: until when kept connections may be used; 0: not set */
  uint64_t handled;
  uint64_t looked; /* handled when the loop last looked for events */
  int signal_fd;
  bool stop_requested;    /* by a signal, or by the master's death */
  bool leaving;
  struct log_limit bad, starved;
};

#define GATEWAY_PARAMS_US (1000 * INT64_C(1000)) /* that a request has to arrive in */
#define GATEWAY_BODY_US (20 * INT64_C(1000))     /* that its body has to arrive in, for the connection to be kept */

/* gateway_accept.c */
void gateway_add(struct gateway *g, struct connection *c);   /* a new one */
void gateway_touch(struct gateway *g, struct connection *c); /* it is the newest now */
void gateway_drop(struct gateway *g, struct connection *c);  /* closes and frees it */
void gateway_due(struct gateway *g, struct connection *c, int64_t due_us);
bool gateway_watch(struct gateway *g, struct connection *c);
bool gateway_kept_idle(const struct connection *c); /* between two requests */
void gateway_listen(struct gateway *g, bool on);
/* A fresh connection whose request is still under way: it would wait if the next one's came first, so
 * the next ones are left to a worker that idles, for a moment. */
void gateway_hold(struct gateway *g);
/* Room for one more, if need be in place of the one that has been quiet longest.  false: none. */
bool gateway_room(struct gateway *g);
/* One connection; the others are left to other workers.  false: none waits. */
bool gateway_accept(struct gateway *g);
/* Lets another worker look at the listening socket, whose wake-up this one may have had for nothing. */
void gateway_wakeup(struct gateway *g);

/* gateway_send_fd.c */
/* Hands a connection between two requests, or whose next has not been taken, over to another worker.
 * false: it stays here. */
bool gateway_send_fd(struct gateway *g, struct connection *c);
void gateway_send_all_fds(struct gateway *g); /* all that are idle */
bool gateway_receive_fd(struct gateway *g); /* one that another handed over; false: none waits */

/* gateway_serve.c */
void gateway_bad(struct gateway *g, const char *why);
/* Something happened on c, or it is new. */
struct gateway_event {
  bool waited;  /* its request waited for another one's end */
  bool under_load; /* others were there at the same time */
  bool hung_up; /* nothing more will come */
  bool gone;    /* nor be taken */
};
void gateway_turn(struct gateway *g, struct connection *c, struct gateway_event event);
void gateway_request(struct gateway *g, struct connection *c, struct gateway_event event); /* connection_look found one */
struct request gateway_request_empty(const struct gateway *g, int64_t deadline_us);
/* Answers a request or sets it aside.  false: the connection is gone. */
bool gateway_answer(struct gateway *g, struct connection *c, struct request *rq);

/* gateway_deferred.c */
void gateway_defer(struct gateway *g, struct connection *c, const struct request *rq, struct deferred *deferred);
void gateway_deferred_forget(struct gateway *g, struct connection *c); /* it is to be closed */
void gateway_deferred_turn(struct gateway *g, struct connection *c, struct gateway_event event);
void gateway_resume(struct gateway *g, struct connection *c); /* done, or its deadline has come */
/* The app's descriptor is readable: answers whatever can be answered then. */
void gateway_work(struct gateway *g);

#endif
