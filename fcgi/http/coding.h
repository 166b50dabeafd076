/* Content codings: which one an answer gets, and the compression (RFC 9110 section 12.5.3, RFC 8878, RFC 7932).
 *
 * A page is compressed once in each coding that is asked for, and the page cache keeps it.  The quality follows from how often
 * it can pay back: the first answer of a page gets the cheapest coding that the client takes, one that is asked for again gets
 * brotli, and one that is asked for often gets brotli at a quality that costs 20 times as much and saves a tenth more. */
#ifndef DIPTYCH_HTTP_CODING_H
#define DIPTYCH_HTTP_CODING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum coding {
  CODING_IDENTITY,
  CODING_GZIP,
  CODING_ZSTD,
  CODING_BROTLI,
  CODING_BROTLI_FINE, /* the same coding, smaller; its bytes differ, so it has a tag of its own */
  CODING_COUNT
};

/* The weights of an Accept-Encoding field in thousandths, 0: not accepted. */
struct coding_weights {
  int of[CODING_COUNT];
};

/* "*" stands for gzip: who writes it need not know the newer codings.  A coding that is less wanted than identity is not
 * accepted. */
struct coding_weights coding_read(struct span accept_encoding);

/* The coding of the highest weight.  Of equal ones: brotli for an answer that is asked for again, else the cheapest.
 * fine: the page is worth BROTLI_FINE. */
enum coding coding_choose(const struct coding_weights *w, bool again, bool fine);

const char *coding_name(enum coding c);   /* of Content-Encoding; NULL: identity */
const char *coding_suffix(enum coding c); /* of the ETag: "-gz"; "" for identity */

MUST_USE bool coding_compress(enum coding c, struct span body, struct buf *out);

#endif
