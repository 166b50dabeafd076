/* The real source of previews.
 *
 *   token -> its row (rows_preview.h) -> public already? -> rows as if published -> private catalog -> findings of lint
 *
 * What is read for a preview goes into no cache: not into memcached, the fragment cache, the page cache, the shared catalog
 * or its file.  Products that the preview does not change come from the caches as usual.  It all ends with close. */
#ifndef DIPTYCH_PREVIEW_PREVIEW_OPEN_H
#define DIPTYCH_PREVIEW_PREVIEW_OPEN_H

#include "db/db.h"
#include "preview/preview_source.h"
#include "preview/preview_token.h"

/* All borrowed; they must outlive the source. */
struct preview_parts {
  const struct config *config;
  struct metrics *metrics;
  const struct catalog *catalog; /* the shared one */
  struct store *store;
  struct db *db;
  struct preview_limits *limits; /* shared by the workers of a pool */
};

struct preview_source *preview_open(const struct preview_parts *parts); /* NULL: no memory */
void preview_close(struct preview_source **s);

#endif
