/* Functions over struct catalog_position: the cursor in the change log and the gaps below it.
 *
 * The database assigns a number when a row is inserted, but the row appears when its transaction commits.  So a lower
 * number can appear after a higher one, or never when the transaction was rolled back.  Skipped numbers are kept as
 * gaps and asked for again until their time is over.  Gaps are sorted and do not overlap.
 *
 * The nodes of a Galera cluster assign every third number or so, so nearly every entry leaves a gap.  Therefore the
 * newest CATALOG_GAPS_EXACT gaps stay as they are, and an older gap is merged with its neighbour: the merged gap counts
 * the numbers between that have appeared.  When the count in the database is higher, something has committed in the
 * gap.  Then all its entries are read again, which is harmless.  A full table merges more, and loses nothing.
 *
 * The catalog stores the position together with the changes up to it. */
#ifndef DIPTYCH_CATALOG_CATALOG_POSITION_H
#define DIPTYCH_CATALOG_CATALOG_POSITION_H

#include "catalog/catalog_writer.h"

#define CATALOG_GAPS_EXACT 64  /* the newest gaps, which are not merged */
#define CATALOG_GAP_PRESENT 64 /* most entries in a merged gap, and */
#define CATALOG_GAP_WIDTH 4096 /* most numbers in it, while the table has room */

/* Moves the cursor to a new entry; entries come in ascending order.  Skipped numbers become a gap until until_us (real
 * time).  false: the table was full, and larger gaps were merged. */
MUST_USE bool catalog_position_advance(struct catalog_position *p, uint64_t seq, uint64_t entity_id, int64_t changed_us,
                                       int64_t until_us);

/* Adds a gap below the cursor; gaps come in ascending order.  false: as above. */
MUST_USE bool catalog_position_add_gap(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us);

/* A gap below all others, which come in descending order.  false: as above. */
MUST_USE bool catalog_position_add_gap_below(struct catalog_position *p, uint64_t first, uint64_t last, int64_t until_us);

/* A missing number appeared.  false: it was in no gap.  In a merged gap, call it once for each number only. */
MUST_USE bool catalog_position_fill(struct catalog_position *p, uint64_t seq);

/* In the range of a gap that had `before` entries, `now` were counted. */
void catalog_position_recount(struct catalog_position *p, const struct catalog_gap *gap, uint64_t now);

/* Drops the gaps whose time is over; returns their number. */
size_t catalog_position_expire(struct catalog_position *p, int64_t now_us);

uint64_t catalog_position_missing(const struct catalog_position *p); /* numbers in all gaps */

/* True: the entry at the cursor is the one that was read before. */
bool catalog_position_anchored(const struct catalog_position *p, uint64_t entity_id, int64_t changed_us);

#endif
