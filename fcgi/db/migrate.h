/* `diptych migrate`: brings the database's schema up to the files NNN_*.sql of sql_dir.
 *
 * Files run in the order of their numbers, each at most once: a file's last statement records its
 * number in schema_version.  Schema statements can't be rolled back, so a run that was cut off leaves
 * its file unrecorded and the next run repeats it: every statement of a file can be repeated.
 *
 * Safe on a live site: a statement that needs a table for itself waits at most LOCK_WAIT_S for it,
 * because everybody else queues behind that wait, then steps back and tries again.  Two runs at once
 * are kept apart by a named lock.  Triggers are replaced in one step; where the server can't (MySQL),
 * under a lock on their table.
 *
 * It logs in as mysql_admin_user, which owns triggers and views afterwards: they run with its rights. */
#ifndef DIPTYCH_DB_MIGRATE_H
#define DIPTYCH_DB_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

/* What was done goes to `out`, a failure and what to do about it to `why`.  With `purge`, also folds
 * change-log entries older than seven days into their counts.  False: it failed. */
bool migrate_run(const struct config *config, bool purge, FILE *out, FILE *why);

/* The number of the last file in sql_dir; 0: none is there. */
unsigned migrate_newest(const struct config *config);

#endif
