/* The place in the change log: a cursor and the numbers below it that were never seen.
 *
 * Numbers are given out when a row is inserted but appear when its transaction commits, so a lower one
 * can appear after a higher one, or never, when it was rolled back.  Every number that was skipped is
 * kept as part of a range and asked for again until its time is over.  Ranges are sorted and apart.
 *
 * Pure functions over struct catalog_follow; the catalog stores it with what it led to. */
#ifndef DIPTYCH_CATALOG_FOLLOW_H
#define DIPTYCH_CATALOG_FOLLOW_H

#include "catalog/catalog_writer.h"

/* The next row beyond the cursor was seen; rows must come in ascending order.  What lies between is a
 * gap until `until_us`.  false: there were too many gaps and the oldest was given up. */
bool follow_advance(struct catalog_follow *f, uint64_t seq, uint64_t entity_id, int64_t changed_us, int64_t until_us) MUST_USE;

/* Ranges below the cursor that were found when the whole log was read; in ascending order.  false: as above. */
bool follow_gap(struct catalog_follow *f, uint64_t first, uint64_t last, int64_t until_us) MUST_USE;

/* A missing number appeared.  FOLLOW_CUT: it did, in the middle of a range, with no room for two: the shorter
 * part was given up. */
enum follow_filled { FOLLOW_NOT_MISSING, FOLLOW_FILLED, FOLLOW_CUT };
enum follow_filled follow_fill(struct catalog_follow *f, uint64_t seq) MUST_USE;

/* Gives up the ranges whose time is over; returns how many. */
size_t follow_expire(struct catalog_follow *f, int64_t now_us);

uint64_t follow_missing(const struct catalog_follow *f); /* numbers, not ranges */

/* Is the row that the cursor stood on still the same? */
bool follow_anchored(const struct catalog_follow *f, uint64_t entity_id, int64_t changed_us);

#endif
