/* The watcher: the one process that follows the database and writes the catalog.
 *
 * Each poll is one statement.  It asks the change log for new entries, for numbers that are still missing, and
 * whether it is still the same log.  The watcher reads the changed rows and publishes them together with the new
 * position in the log, in one step.  A watcher that dies at any point loses nothing.  It also handles
 *   another log (a restore, another database, entries purged too early): it reads everything
 *   changes without a log entry (TRUNCATE, cascades, dropped triggers): the sweep compares versions
 *   time: editorials and activities fall due, the windows of scores end at the full hour
 *   the state file in state_dir, from which a pool starts while the database is away
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
