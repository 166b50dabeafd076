/* Whether the rows of a reading may be shown and stored: compares the version that was read with the newest version that the
 * catalog knows.
 *
 * The version holds the hash of the rows as this reading saw them, also when its rev is the catalog's.  The hash of the catalog
 * would name the same rows as long as every change has an entry in the log, and taking it would spare the digests.  But while a
 * dump is restored, or after a TRUNCATE or without a trigger, rows change and rev does not.  A worker that took the catalog's hash
 * then would store half a timeline under the key of the whole one.  After the restore that key is current again, so the page
 * would stay wrong until the next edit, and no sweep would see it: sweeps compare rows, not fragments.  A hash of what was
 * read cannot do that.  It costs about 2 us of the server for each row, and each row is read anyway (rows_activity_list.h). */
#ifndef DIPTYCH_STORE_STORE_LAG_H
#define DIPTYCH_STORE_STORE_LAG_H

#include "store/store_live.h"

/* LAG_OLDER: the rev is lower.  The replica lags, or a restore has just reset the counters and the watcher has not yet
 * noticed.  The snapshot must not be used.
 * LAG_UNLOGGED: the rows differ, or are gone, and no change-log entry says so: a dump is being restored, for example, and
 * the table is half full.  Only the watcher decides whether that is believed (watch_doubt.c), and publishes it.
 * LAG_EARLIER: the rev is the same, but the snapshot began before a change fell due, or the database's clock was set
 * back.  The store tries a few times and then uses the snapshot. */
enum store_lag { LAG_NONE, LAG_EARLIER, LAG_OLDER, LAG_UNLOGGED };

/* p: what was read of the product `id`. */
enum store_lag store_lag_of(struct store_live *s, uint64_t id, const struct product *p, int64_t db_now_us);
/* A version of the same rev with another hash, although nothing fell due. */
bool store_unlogged(struct version known, struct version read, int64_t db_now_us);
/* The watcher does not believe the database. */
bool store_doubted(const struct store_live *s);
/* Waits a moment before the next reading.  false: the deadline is too near. */
MUST_USE bool store_lag_pause(const struct store_context *x);

/* The watcher repeats a reading that the server refused, and reports the fault to the operators. */
void store_refusal_report(struct store_live *s, uint64_t id);
/* The watcher compares these rows with the catalog at once. */
void store_suspect_report(struct store_live *s, uint64_t id);

#endif
