/* Activities, each read once even when a view that joins returns it several times.  When copies differ, the one with the
 * least digest counts. */
#ifndef DIPTYCH_ROWS_ROWS_ACTIVITY_H
#define DIPTYCH_ROWS_ROWS_ACTIVITY_H

#include "model/score.h"
#include "rows/rows_reading.h"

/* A release, as rows_kind reads it, with a version that is not of blanks alone. */
#define ROWS_IS_RELEASE "(IFNULL(a.kind, '') NOT IN ('post', 'event') AND TRIM(IFNULL(a.version, '')) <> '')"

struct rows_window {
  int64_t from_us, until_us; /* CLOCK_NEVER: from the earliest; CLOCK_FOREVER: no end */
};

/* " FROM ... a WHERE ...": the published activities of a set of products. */
void rows_activity_from(struct buf *sql, const struct rows_set *set, const struct rows_window *window, bool repeats);
/* The same for the products of a reading, up to the site's clock. */
void rows_activity_due(const struct rows_reading *r, struct buf *sql, int64_t from_us);
/* Counts, newest times and hashes.  rows_activities_take asks again when a view returned rows several times; a reading starts
 * with r->repeats false. */
void rows_activities_sql(const struct rows_reading *r, struct buf *sql);
MUST_USE enum err rows_activities_take(struct rows_reading *r, struct db_rows *rows);
/* ", SUM(...)" for each past month, oldest first: the releases and posts in the 90 days up to its end. */
void rows_activity_past_sql(struct buf *sql, int64_t past_us);
/* Reads these sums from `column` on; *any: one is not 0. */
void rows_activity_past_take(const struct db_rows *rows, unsigned column, uint16_t out[SCORE_MONTHS], bool *any);
/* Copies an activity from the columns id, kind, class, title, url, version, occurred_at; `column` is the first. */
void rows_activity_take(struct arena *arena, const struct db_rows *rows, unsigned column, struct activity *to);

#endif
