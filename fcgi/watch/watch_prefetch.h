/* Reads all products for a full load.  On a large site the database takes nearly all of the time, and it gives one
 * processor to each connection.  So a few connections, each in its own thread, read ranges of ids in parallel,
 * and the watcher takes their batches.  A small site is read on the watcher's own connection.
 *
 * Every batch is one snapshot.  A lost connection costs its current batch only. */
#ifndef DIPTYCH_WATCH_WATCH_PREFETCH_H
#define DIPTYCH_WATCH_WATCH_PREFETCH_H

#include "rows/rows_batch.h"

struct watcher;
struct watch_prefetch;

/* NULL: no memory, or the database did not answer (*err). */
MUST_USE struct watch_prefetch *watch_prefetch_open(struct watcher *w, enum err *err);
void watch_prefetch_close(struct watch_prefetch **prefetch); /* waits for running statements */

/* The next batch, in no order; it lives until the next call.  *end: there are no more.
 * UNAVAILABLE, INVALID, RETRY: the database's error. */
MUST_USE enum err watch_prefetch_take(struct watch_prefetch *prefetch, struct rows_batch *out, bool *end);

#endif
