/* Functions over struct catalog_position: the cursor in the change log and the gaps below it.
 *
 * The database assigns a number when a row is inserted, but the row appears when its transaction commits.  So a lower
 * number can appear after a higher one, or never when the transaction was rolled back.  Skipped numbers are kept as
 * gaps and asked for again until their time is over.  Gaps are sorted and do not overlap.
 *
 * The catalog stores the position together with the changes up to it. */
#ifndef DIPTYCH_CATALOG_CATALOG_POSITION_H
#define DIPTYCH_CATALOG_CATALOG_POSITION_H

#include "catalog/catalog_writer.h"

/* Moves the cursor to a new entry; entries come in ascending order.  Skipped numbers become a gap until until_us (real
 * time).  false: there were too many gaps and the oldest was dropped. */
MUST_USE bool catalog_position_advance(struct catalog_position *p, uint64_t seq, uint64_t entity_id, int64_t changed_us,
                                       int64_t until_us);

/* Adds a gap below the cursor; gaps come in ascending order.  false: as above. */
MUST_USE bool catalog_position_add_gap(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us);

/* A missing number appeared.  GAP_TRUNCATED: it split a gap, there was no room for two, and the shorter part was
 * dropped. */
enum catalog_gap_fill { GAP_NOT_FOUND, GAP_FILLED, GAP_TRUNCATED };
MUST_USE enum catalog_gap_fill catalog_position_fill(struct catalog_position *p, uint64_t seq);

/* Drops the gaps whose time is over; returns their number. */
size_t catalog_position_expire(struct catalog_position *p, int64_t now_us);

uint64_t catalog_position_missing(const struct catalog_position *p); /* numbers in all gaps */

/* True: the entry at the cursor is the one that was read before. */
bool catalog_position_anchored(const struct catalog_position *p, uint64_t entity_id, int64_t changed_us);

#endif
