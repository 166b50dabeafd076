/* A request as pages see it.  The gateway copies it from the FastCGI parameters and checks only its syntax: the method
 * is a token, the target is not too long. */
#ifndef DIPTYCH_HTTP_REQUEST_H
#define DIPTYCH_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/stage.h"
#include "base/waiter.h"

struct request {
  struct span method;            /* "GET" */
  struct span target;            /* REQUEST_URI as the client sent it: path and query, percent-encoded */
  struct span if_none_match;     /* header values; empty: absent */
  struct span if_modified_since;
  struct span accept_encoding;
  struct span id;                /* request id for the log and error pages: [A-Za-z0-9-]{1,64} */
  int64_t deadline_us;           /* monotonic: when the response must be complete */
  bool may_defer;                /* the response may set `deferred` */
  struct arena *arena;           /* all memory of this request */
  bool under_load;               /* other requests wait for this worker */
  bool lately_loaded;            /* a request waited for this worker a moment ago, or others wait */
  struct waiter *waiter;         /* what its worker does while it waits; NULL: nothing */
  struct stage *stage;           /* where the request reports what it is doing; never NULL */
};

#endif
