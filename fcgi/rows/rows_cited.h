/* Activities that bodies name by "[^activity:7]".
 *
 * A body may name the activities of its own product; a text on a pair, those of both.  Each change of an activity is in the
 * version of its product, so a fragment with such a note has the version of all that it shows.  A reading of whole products
 * finds these activities in its list.  For a past editorial one more statement reads them, and only when a body names one. */
#ifndef DIPTYCH_ROWS_ROWS_CITED_H
#define DIPTYCH_ROWS_ROWS_CITED_H

#include "rows/rows_reading.h"

#define ROWS_CITED_MOST 4000 /* of one reading; others are not found */

struct rows_cited {
  struct arena *arena;
  uint64_t *ids; /* as they come, with duplicates, until rows_cited_find */
  size_t n, room;
};

/* Adds the ids that a body names. */
void rows_cited_add(struct rows_cited *c, struct span body);
/* Sets `cited` of the products of the reading. */
MUST_USE enum err rows_cited_find(struct rows_reading *r, struct rows_cited *c);
/* The same for all bodies of a reading with texts, while its list is there. */
MUST_USE enum err rows_cited_read(struct rows_reading *r);

#endif
