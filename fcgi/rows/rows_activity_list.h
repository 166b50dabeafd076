/* Reads the activities of a few products one by one, for fragments.
 *
 * Everything that a fragment needs of the activities comes from one pass over them: the counts and times of the facts, the
 * digest, the newest ones, and the counts by the hour.  The server examines no row that it does not return, and it has
 * nothing to sort.  rows_activities_sql (rows_activity.h) has the server count, because the watcher reads thousands of
 * products and no activity of theirs.  Both give the same facts and the same hash: the server decides what is a spark or a
 * release for both, under its own collation. */
#ifndef DIPTYCH_ROWS_ROWS_ACTIVITY_LIST_H
#define DIPTYCH_ROWS_ROWS_ACTIVITY_LIST_H

#include "rows/rows_reading.h"

/* An activity whose texts are not copied yet. */
struct activity_row {
  const struct product *owner;
  uint64_t id, digest;
  int64_t occurred_us;
  unsigned flags; /* as the server decides: no event, a spark, a release */
  enum activity_class class;
  bool event;
  void *row;
};

void rows_activity_list_sql(const struct rows_reading *r, struct buf *sql);
/* Fills facts, hash, activities, sparks, releases and moves of the products, and r->list. */
MUST_USE enum err rows_activity_list_take(struct rows_reading *r, struct db_rows *rows);
/* Copies an activity with its texts. */
void rows_activity_list_text(struct rows_reading *r, const struct activity_row *row, struct activity *to);

#endif
