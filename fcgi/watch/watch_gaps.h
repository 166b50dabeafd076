/* The gaps of the change log: how a poll asks for them, and what happens when something has committed in one.
 *
 * The newest gaps are exact: the poll asks for their numbers and gets the entries.  Of the older ones, which may be merged
 * (catalog/catalog_position.h), the poll counts the entries of whole spans, one count for many gaps.  A count that differs
 * leads to a search: it counts ever smaller parts of the span until single gaps remain, and reads their entries. */
#ifndef DIPTYCH_WATCH_WATCH_GAPS_H
#define DIPTYCH_WATCH_WATCH_GAPS_H

#include "watch/watch.h"

/* Adds the parts of a UNION: rows of KIND_MISSING and KIND_COUNT.  Nothing when there are no gaps, or none is due. */
void watch_gaps_sql(struct watcher *w, struct buf *sql);

/* Takes a row of KIND_COUNT. */
void watch_gaps_count(struct watcher *w, const struct db_rows *row);

/* After the poll's answer was read: searches the spans whose count differs, in w->position, and notes what it finds in
 * w->next_position and w->changed.  purged: all entries up to this number may be gone.  *found: entries. */
MUST_USE enum err watch_gaps_search(struct watcher *w, uint64_t purged, size_t *found);

/* The table of gaps was full, and gaps were merged. */
void watch_gaps_full(struct watcher *w);

#endif
