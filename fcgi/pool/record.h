/* Looks at the bytes of a FastCGI connection before libfcgi reads them (they are only peeked), and
 * decides whether they are a whole request that libfcgi can be trusted with.
 *
 * libfcgi waits for ever on a peer that is silent in mid-request, returns success for parameters
 * that were cut off, overflows its stack on FCGI_GET_VALUES, takes padding behind BEGIN_REQUEST and behind
 * the record that ends a stream for the next record, and makes C strings of names and values that may
 * hold '=' and NUL.  So nothing of that reaches it: a request is BEGIN_REQUEST (responder),
 * PARAMS records up to an empty one, then STDIN, all of one id and version 1 (FastCGI Specification
 * 1.0, sections 3.3, 5.1, 5.2).  Padding is legal on each of them; where libfcgi would misread it, it
 * gets the request that record_unpadded writes.  These are pure functions over bytes; they keep nothing. */
#ifndef DIPTYCH_POOL_RECORD_H
#define DIPTYCH_POOL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Most bytes of a request up to the end of its parameters. */
#define RECORD_LIMIT ((size_t)64 * 1024)

enum record_verdict {
  RECORD_PARTIAL, /* right so far: wait for more */
  RECORD_WHOLE,   /* all parameters are here: hand it over */
  RECORD_BAD      /* close the connection; `why` says why */
};

struct record_request {
  enum record_verdict verdict;
  const char *why;  /* of RECORD_BAD: a phrase for the log */
  uint16_t id;      /* of the request */
  bool keep;        /* the peer asks to keep the connection */
  bool stdin_ended; /* the request's body is here too, to its end */
  bool more;        /* bytes follow the end of the body and its padding */
  bool padded;      /* libfcgi would misread it: give it the request of record_unpadded instead */
  size_t length;    /* bytes of the whole records that were seen, padding included */
  struct span params; /* of RECORD_WHOLE: all of them, joined in the scratch */
};

/* `scratch` has RECORD_LIMIT bytes: the parameters of many records are joined there. */
struct record_request record_scan(struct span bytes, char *scratch);

/* The request of a RECORD_WHOLE scan, whose scratch must still be as it was, without padding and body. */
void record_unpadded(const struct record_request *scan, struct buf *out);

/* Header of a record into out[8]. */
#define RECORD_HEADER 8
enum record_type {
  RECORD_BEGIN_REQUEST = 1,
  RECORD_ABORT_REQUEST,
  RECORD_END_REQUEST,
  RECORD_PARAMS,
  RECORD_STDIN,
  RECORD_STDOUT,
  RECORD_UNKNOWN_TYPE = 11
};
void record_header(unsigned char *out, enum record_type type, uint16_t id, size_t content, size_t padding);

#endif
