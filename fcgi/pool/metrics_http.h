/* HTTP/1.1 as the metrics process speaks it (RFC 9110, RFC 9112): one GET or HEAD for each connection, and the answer that
 * closes it.  These functions are pure: metrics_server.c reads and writes. */
#ifndef DIPTYCH_POOL_METRICS_HTTP_H
#define DIPTYCH_POOL_METRICS_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define METRICS_HTTP_REQUEST_MOST 8192 /* bytes of request line and header */

struct metrics_http_request {
  struct span path; /* without the query; points into what was received; not percent-decoded */
  bool head;        /* HEAD: the answer has no body */
};

/* Reads the request from the bytes that have arrived so far.  0: its header has not ended yet.  200: *out is complete.
 * Otherwise the status that refuses the request: 400, 405, 414, 431, 505. */
MUST_USE int metrics_http_read(struct span received, struct metrics_http_request *out);

struct metrics_http_answer {
  int status;
  const char *type; /* Content-Type */
  struct span body;
  bool head;
  int64_t now_us;   /* real time, for Date */
};

void metrics_http_write(struct buf *out, const struct metrics_http_answer *answer);

#endif
