/* The watcher: the one process that follows the database and writes the catalog.
 *
 * One statement a poll asks the change log for what is new, for numbers that are still missing, and
 * whether it is still the same log.  What changed is read again, published, and only then does the
 * cursor advance, in the same step: a watcher that dies anywhere loses nothing.  Besides the log it
 * looks after
 *   a log that is not the one it knew (restore, other database, purged too far): everything is read anew
 *   changes that no log tells (TRUNCATE, cascades, dropped triggers): the sweep compares versions
 *   time itself: editorials and activities that fall due, windows that end at the full hour
 *   the file copy in state_dir, by which a pool starts while the database is away
 * It runs until stop_fd is readable, through any failure of the database. */
#ifndef DIPTYCH_WATCH_WATCH_LOOP_H
#define DIPTYCH_WATCH_WATCH_LOOP_H

#include <stdatomic.h>

#include "base/breaker.h"
#include "base/metrics.h"
#include "catalog/catalog.h"
#include "config/config.h"

/* heartbeat_us (may be NULL) gets the monotonic time at least every few seconds.  Returns an exit status. */
int watcher_run(const struct config *config, struct catalog *catalog, struct breaker *db_breaker,
                struct metrics *metrics, int stop_fd, _Atomic int64_t *heartbeat_us);

#endif
