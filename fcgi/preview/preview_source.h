/* The interface through which pages get previews: what a token of /preview/{token} stands for, and a catalog and a store in
 * which its row is published.  preview_open.h has the real source; a test may have another. */
#ifndef DIPTYCH_PREVIEW_PREVIEW_SOURCE_H
#define DIPTYCH_PREVIEW_PREVIEW_SOURCE_H

#include "store/store.h"

#define PREVIEW_FINDINGS 50 /* most that a preview lists */

/* What lint says of a row (lint/lint.h). */
struct preview_finding {
  struct span table;
  uint64_t id;
  struct span column, words, meaning, advice;
};

struct preview_product {
  uint64_t id;
  struct span slug, name;
  enum product_status status; /* as the public knows it */
};

struct preview {
  struct span entity; /* its table: "product", "editorial", "comparison", "page", "faq" or "alternative" */
  uint64_t id;
  bool is_both; /* a product with its editorial, which has the same id; entity is "product" */
  enum product_status status;
  int64_t due_us;     /* of an editorial, its date; CLOCK_NEVER: none */
  int64_t expires_us; /* CLOCK_FOREVER: the link lives until due_us */
  int64_t now_us;     /* the database's clock */
  struct preview_product products[2];
  size_t n_products;
  struct span page_slug;
  bool is_public;     /* nothing differs from the public page; the fields below are not set */
  bool is_past;       /* an editorial that is older than the product's current one */
  struct catalog *catalog;
  struct store *store;
  struct preview_finding findings[PREVIEW_FINDINGS];
  size_t n_findings, n_more; /* n_more: those beyond the list */
  bool linted;        /* false: lint could not be asked in time */
};

struct preview_request {
  struct span token;   /* as in the address */
  int64_t deadline_us; /* monotonic */
  struct arena *arena; /* of the request; all spans of the preview live there */
  struct stage *stage;
};

/* open  OK           close it after use
 *       NOT_FOUND    no row has this token, or it has expired, or no page can show its row
 *       INVALID      the row was withdrawn (archived)
 *       LIMIT        too many wrong tokens came to the pool; *retry_s says when to ask again
 *       UNAVAILABLE  the database or memory is missing; logged */
struct preview_source {
  enum err (*open)(struct preview_source *s, const struct preview_request *rq, struct preview *out, int *retry_s);
  void (*close)(struct preview_source *s, struct preview *p);
};

#endif
