/* A rendered page with its validators and the values of its headers.  The page cache stores such pages. */
#ifndef DIPTYCH_HTTP_FINISHED_PAGE_H
#define DIPTYCH_HTTP_FINISHED_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/coding.h"

#define FINISHED_DIGEST 16
#define FINISHED_ETAG 16

struct finished_page {
  struct span key;          /* path, representation and page number */
  struct span body;         /* identity coding */
  struct span coded[CODING_COUNT]; /* by coding; null pointer: not compressed yet */
  uint32_t asked;           /* how often it was answered from the page cache */
  struct span content_type; /* static */
  struct span link;         /* value of the Link header; empty: none */
  struct span linked;       /* names that its texts link to, which the plan does not know; usually empty */
  uint64_t linked_digest;   /* of what they mean */
  bool hidden;              /* needs "X-Robots-Tag: noindex": the body cannot contain a robots tag */
  char etag[FINISHED_ETAG + 1];
  unsigned char digest[FINISHED_DIGEST];
  uint64_t publication, floors; /* of the catalog before the plan: its publication, its count of version floors */
  int64_t modified_us;      /* Last-Modified */
  int64_t label_us;         /* on the site's clock: the start of the newest relative time; CLOCK_NEVER: none */
  int64_t next_change_us;   /* on the site's clock: when a relative time changes; CLOCK_FOREVER: never */
  int64_t verified_us;      /* monotonic: when the page was last verified to be current */
  bool embeddable;          /* pages of other sites may read it (CORS) */
  bool versioned;           /* the address contains a hash of the content, whose format is already compressed */
};

#endif
