/* Whether somebody purges the change log.
 *
 * Each hour, an event of the database takes entries older than seven days.  Where several servers replicate each other, it is
 * enabled on the one server that made it, and SLAVESIDE_DISABLED on the others: also on a replica that was promoted, or when
 * that one server has left a cluster.  Instead of the event, cron may run `diptych migrate --purge`.  So the log itself
 * tells: entries that every purge would have taken are there. */
#ifndef DIPTYCH_DB_DB_PURGE_H
#define DIPTYCH_DB_DB_PURGE_H

#include "db/db.h"

#define DB_PURGE_EVENT "change_log_purge_hourly"
#define DB_PURGE_OVERDUE_S (8 * UINT64_C(86400))

/* *age_s: of the oldest entry; 0: the log has one entry, which stays, or none. */
MUST_USE enum err db_purge_ask(struct db *db, int64_t deadline_us, uint64_t *age_s);

/* "", or a sentence without a full stop for operators.  It lives in `out`. */
const char *db_purge_trouble(uint64_t age_s, char *out, size_t n);

#endif
