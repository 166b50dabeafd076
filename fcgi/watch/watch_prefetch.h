/* Reading all products, for a full load.  Of a large site nearly all of the time is the database's, and
 * a connection is given one processor there: so a few connections, each in a thread of its own, read
 * parts of the ids side by side, and the watcher takes what they have.  A small site is read by the
 * watcher itself.
 *
 * Every batch is one snapshot.  A connection that is cut costs its batch, not what was read before. */
#ifndef DIPTYCH_WATCH_WATCH_PREFETCH_H
#define DIPTYCH_WATCH_WATCH_PREFETCH_H

#include "rows/rows_facts.h"

struct watch;
struct watch_prefetch;

/* NULL: no memory, or the database did not answer (*err). */
struct watch_prefetch *watch_prefetch_open(struct watch *w, enum err *err) MUST_USE;
void watch_prefetch_close(struct watch_prefetch **a); /* waits for running statements */

/* The next batch, in no order; it lives until the next call.  UNAVAILABLE, INVALID, RETRY: as of the
 * database.  *end: there are no more. */
enum err watch_prefetch_take(struct watch_prefetch *a, struct rows_batch *out, bool *end) MUST_USE;

#endif
