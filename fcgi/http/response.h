/* An answer, finished before its first byte is written: status, header lines, body.  Or, to a patient
 * request, none yet: when `later` is set, nothing else counts, and the request is to be handed in again
 * when that is done (base/deferred.h).
 * The gateway adds Content-Length and writes all of it at once; for HEAD it leaves the body away but
 * keeps its length.  `body` may point into the worker's page table or the request's arena and stays
 * valid until the gateway has written it. */
#ifndef DIPTYCH_HTTP_RESPONSE_H
#define DIPTYCH_HTTP_RESPONSE_H

#include "base/buf.h"
#include "base/deferred.h"

struct response {
  int status;         /* 100-599 */
  struct buf headers; /* whole lines "Name: value\r\n"; without Status and Content-Length */
  struct span body;
  bool no_body;       /* 204, 304: no Content-Length either */
  struct deferred *deferred;
};

/* Adds one line.  A value with CR, LF or NUL is refused: false, nothing is added. */
bool response_header(struct response *r, const char *name, struct span value);

#endif
