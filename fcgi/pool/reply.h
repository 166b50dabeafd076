/* Writes one complete answer on a FastCGI connection: STDOUT records, the empty STDOUT record and END_REQUEST, in
 * one sendmsg when the socket accepts it.  libfcgi would split the answer into writes of 8 KB, each of which can
 * block for SO_SNDTIMEO and raise SIGPIPE.  Here one deadline holds for the whole answer, and a worker that dies
 * has sent either all of a typical page or nothing.
 *
 * Closing a kept connection after an answer is a race: nginx may have sent its next request on it already, and
 * that request gets a 502.  So the last answer of a connection has one more record after END_REQUEST, an
 * UNKNOWN_TYPE without a meaning (FastCGI Specification 1.0, section 4.2).  nginx keeps a connection only when
 * END_REQUEST is the end of its input.  It therefore closes this connection itself, before it can reuse it. */
#ifndef DIPTYCH_POOL_REPLY_H
#define DIPTYCH_POOL_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/response.h"

struct reply {
  int fd;
  uint16_t id;         /* of the FastCGI request */
  bool head;           /* HEAD: send the length of the body, but no body */
  bool last;           /* the peer asked to keep the connection, but must close it */
  int64_t deadline_us; /* monotonic: give up on a peer that does not read */
};

/* The bytes of the body that an answer to this method has. */
static inline struct span reply_body(const struct response *r, struct span method)
{
  return r->no_body || span_eq(method, SPAN("HEAD")) ? span_of(NULL, 0) : r->body;
}

/* `scratch` is overwritten with the header block.  false: the peer is gone or too slow, the headers are too long, or
 * memory ran out; close the connection. */
MUST_USE bool reply_write(const struct reply *to, const struct response *r, struct buf *scratch);

#endif
