/* A request as pages see it: copied out of FastCGI parameters before anything else happens, checked
 * for shape only (method token, target length), not for meaning. */
#ifndef DIPTYCH_HTTP_REQUEST_H
#define DIPTYCH_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/stage.h"

struct request {
  struct span method;            /* "GET" */
  struct span target;            /* REQUEST_URI as the client sent it: path and query, still escaped */
  struct span if_none_match;     /* header values; empty: absent */
  struct span if_modified_since;
  struct span accept_encoding;
  struct span id;                /* request id for the log and error pages: [A-Za-z0-9-]{1,64} */
  int64_t deadline_us;           /* monotonic: when the answer must be out */
  bool patient;                  /* a response.later is an answer too */
  struct arena *arena;           /* everything of this request */
  bool under_load;                  /* others wait for this worker behind it */
  struct stage *stage;           /* where it is told what the request is doing; never NULL */
};

#endif
