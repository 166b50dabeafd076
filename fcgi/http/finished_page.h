/* A page as it is sent: bodies, validators and what its headers say.  The page cache keeps such pages. */
#ifndef DIPTYCH_HTTP_FINISHED_PAGE_H
#define DIPTYCH_HTTP_FINISHED_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define FINISHED_DIGEST 16
#define FINISHED_ETAG 16

struct finished_page {
  struct span key;          /* path, form and page number */
  struct span body;         /* identity */
  struct span gzip;         /* null pointer: not made yet */
  struct span content_type; /* static */
  struct span link;         /* value of the Link header; empty: none */
  bool hidden;              /* not for search engines, and the body has no place to say so */
  char etag[FINISHED_ETAG + 1];
  unsigned char digest[FINISHED_DIGEST];
  uint64_t publication, floors; /* the catalog's, and its count of raised versions, before it was planned */
  int64_t modified_us;      /* Last-Modified */
  int64_t label_us;         /* the site's clock: when the youngest label began; CLOCK_NEVER: no label */
  int64_t next_change_us;   /* the site's clock: when a label changes */
  int64_t right_us;         /* monotonic: when it was last known to be right */
  bool embeddable;          /* cross-origin */
  bool versioned;           /* the address names this very content, which is compressed in itself */
};

#endif
