/* Checks the bytes of a FastCGI connection before libfcgi reads them.  Pure functions over bytes.
 *
 * libfcgi has these faults:
 * - It waits without limit for a peer that is silent in the middle of a request.
 * - It returns success for parameters that were cut off.
 * - It overflows its stack on FCGI_GET_VALUES.
 * - It reads the padding after BEGIN_REQUEST, and after the record that ends a stream, as the next record.
 * - It makes C strings of names and values, which may contain '=' and NUL.
 *
 * record_scan therefore accepts only this request: BEGIN_REQUEST (responder), PARAMS records up to an empty one,
 * then STDIN, all with the same id and version 1 (FastCGI Specification 1.0, sections 3.3, 5.1, 5.2).  Padding is
 * legal on each record.  Where libfcgi would misread it, libfcgi gets the output of record_unpadded instead. */
#ifndef DIPTYCH_POOL_RECORD_H
#define DIPTYCH_POOL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Maximum bytes of a request up to the end of its parameters. */
#define RECORD_LIMIT ((size_t)64 * 1024)

enum record_verdict {
  RECORD_PARTIAL, /* valid so far: wait for more */
  RECORD_WHOLE,   /* all parameters have arrived: libfcgi can parse it */
  RECORD_BAD      /* malformed, `why` says how: close the connection */
};

struct record_request {
  enum record_verdict verdict;
  const char *why;  /* RECORD_BAD: a phrase for the log */
  uint16_t id;      /* of the request */
  bool keep;        /* the peer asks to keep the connection */
  bool stdin_ended; /* the whole body has arrived too */
  bool more;        /* bytes follow after the end of the body */
  bool padded;      /* libfcgi would misread it: use record_unpadded */
  size_t length;    /* bytes of the complete records, padding included */
  struct span params; /* RECORD_WHOLE: all parameters, concatenated in the scratch */
  struct span method, target, request_id; /* values of REQUEST_METHOD, REQUEST_URI and REQUEST_ID in params */
};

/* `scratch` has RECORD_LIMIT bytes, for the concatenated parameters. */
struct record_request record_scan(struct span bytes, char *scratch);

/* Writes the request of a RECORD_WHOLE scan without padding and body.  The scratch must be unchanged. */
void record_unpadded(const struct record_request *scan, struct buf *out);

/* Writes the header of a record into out[RECORD_HEADER]. */
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
