/* Writes one finished answer on a FastCGI connection: STDOUT records, the empty one and END_REQUEST,
 * all in one sendmsg when the socket takes it.  libfcgi's writer would cut the same answer into 8 KB
 * writes, each of which can block for SO_SNDTIMEO and raise SIGPIPE; here one deadline holds for the
 * whole answer, and a worker that dies leaves either all of a usual page or none.
 *
 * A kept connection cannot be closed after an answer without a race: nginx may already have put its
 * next request on it, and that visitor gets a 502.  So an answer that is the connection's last carries
 * one more record behind END_REQUEST, an UNKNOWN_TYPE that means nothing (FastCGI Specification 1.0,
 * section 4.2).  nginx keeps a connection only when END_REQUEST is the end of what it read; so it
 * closes this one itself, and knows it in the same moment as it knows the answer. */
#ifndef DIPTYCH_POOL_REPLY_H
#define DIPTYCH_POOL_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/response.h"

struct reply {
  int fd;
  uint16_t id;         /* of the FastCGI request */
  bool head;           /* HEAD: the body's length, not its bytes */
  bool last;           /* the peer, who wants to keep the connection, shall not */
  int64_t deadline_us; /* monotonic: when a peer that does not read is given up */
};

/* `scratch` holds the header block while it is written.  false: the peer is gone or too slow, and the
 * connection must be closed. */
MUST_USE bool reply_write(const struct reply *to, const struct response *r, struct buf *scratch);

#endif
