/* The moves of a timeline, for pages with one: as entries for the JSON representation, as rows of a day and product for the
 * others.  Build only. */
#ifndef DIPTYCH_SITE_BUILD_TIMELINE_H
#define DIPTYCH_SITE_BUILD_TIMELINE_H

#include "model/day_rows.h"
#include "site/build.h"

struct timeline_moves {
  const struct sentences_move *v; /* newest first */
  size_t n;
  const struct facts *const *members; /* the products, by the member of a move */
  size_t n_members;
};

/* Both return arrays of the arena and set *n; *n is 0 when memory ran out. */
struct activity_view *build_timeline_entries(struct page *p, const struct timeline_moves *m, size_t *n);
/* After the days, a row without time and moves for each product that made none, unless all made none. */
struct day_draw *build_timeline_days(struct page *p, const struct timeline_moves *m, size_t *n);
struct day_draw build_day_without(const struct facts *f, size_t position); /* such a row */

#endif
