/* A response is complete before its first byte is written: status, header lines, body.  If `deferred` is set, there is
 * no response yet: the other fields are not valid, and the gateway calls again when `deferred` is done
 * (base/deferred.h).  Only a request with may_defer gets such a response.
 * The gateway adds Content-Length.  For HEAD it sends the length without the body.  `body` may point into the page
 * cache or into the request's arena; it is valid until the gateway has written it. */
#ifndef DIPTYCH_HTTP_RESPONSE_H
#define DIPTYCH_HTTP_RESPONSE_H

#include "base/buf.h"
#include "base/deferred.h"

struct response {
  int status;         /* 100-599 */
  struct buf headers; /* lines "Name: value\r\n", without Status and Content-Length; the gateway frees it */
  struct span body;
  bool no_body;       /* 204, 304: no Content-Length either */
  struct deferred *deferred;
  unsigned route;     /* index of the name of what answers, in the routes of struct app (pool/app.h); 0: none */
};

/* Adds one line.  False: the value contains CR, LF or NUL, and nothing is added. */
bool response_header(struct response *r, const char *name, struct span value);

#endif
