/* The parts of preview_open.c. */
#ifndef DIPTYCH_PREVIEW_PREVIEW_PARTS_H
#define DIPTYCH_PREVIEW_PREVIEW_PARTS_H

#include "preview/preview_open.h"
#include "rows/rows_preview.h"

/* The rows of one preview, read as if they were published.  All memory is the request's arena. */
struct preview_rows {
  struct rows_preview chosen;
  uint64_t ids[PREVIEW_PRODUCTS]; /* of the products, without 0 */
  size_t n;
  struct product *products; /* n of them */
  struct rows_page page;    /* of PAGE */
  struct rows_site site;    /* of a question of the site */
  bool has_page, has_site;
};

/* preview_catalog.c: a copy of the catalog in which the rows are published. */
MUST_USE enum err preview_catalog_open(const struct catalog *shared, const struct preview_rows *rows, struct arena *arena,
                                       struct catalog **out);

/* preview_store.c: answers the wants of the rows from them, and all others from the worker's store.  The struct lives in the
 * arena; store_close is not needed.  NULL: no memory. */
struct store *preview_store_open(const struct preview_parts *parts, const struct preview_rows *rows, struct arena *arena);

/* preview_lint.c: fills the findings. */
void preview_lint(const struct preview_parts *parts, const struct preview_request *rq, const struct preview_rows *rows,
                  struct preview *out);

#endif
