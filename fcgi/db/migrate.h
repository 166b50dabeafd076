/* `diptych migrate`: applies the files NNN_*.sql of sql_dir to the database's schema.
 *
 * Files run in the order of their numbers.  A file's last statement records its number in schema_version, and
 * recorded files are skipped.  Schema statements cannot be rolled back.  When a run is interrupted, its file is not
 * recorded and the next run repeats it, so every statement of a file must be repeatable.
 *
 * Migrations are safe on a live site.  Other sessions queue behind a statement that waits for a table lock, so it
 * waits LOCK_WAIT_S at most and is then tried again.  A named lock excludes a second run.  Triggers are replaced in
 * one step; on MySQL, which cannot do that, under a lock on their tables.
 *
 * It logs in as mysql_admin_user, who becomes the owner of triggers and views: they run with that account's rights. */
#ifndef DIPTYCH_DB_MIGRATE_H
#define DIPTYCH_DB_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"

struct migrate_task {
  bool purge;  /* fold change-log entries older than seven days into their counts */
  bool repair; /* mend what the schema lacks (schema_repair.h) */
  bool dry;    /* with repair: change nothing, and say what it would do */
};

/* Writes progress to `out`, and a failure with what to do about it to `why`.  False: it failed. */
MUST_USE bool migrate_run(const struct config *config, const struct migrate_task *task, FILE *out, FILE *why);

#endif
