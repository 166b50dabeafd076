/* What the pages about editorials share: dates, rows, and links to past editorials.  Build only, except
 * history_path. */
#ifndef DIPTYCH_SITE_HISTORY_H
#define DIPTYCH_SITE_HISTORY_H

#include "site/build.h"
#include "site/view_history.h"

/* "/products/kafka/history". */
struct span history_path(struct page *p, const struct facts *f);
/* Where the i-th editorial stands: "/products/kafka/history/2026-03-20", or the trajectory for the current one.  Empty: it
 * has no date. */
struct span history_editorial_path(struct page *p, const struct facts *f, uint32_t i);
/* "3 earlier editorials"; NULL: there is none, or memory ran out. */
struct link_view *history_link(struct page *p, const struct facts *f);

/* A row for the i-th editorial of a product.  False: the fragment belongs to other facts than these. */
bool history_row(struct page *p, const struct facts *f, const struct predictions *from, uint32_t i,
                 struct dated_editorial_view *out);

#endif
