/* The rows of a timeline: one for each day (UTC) and product.  A row has the moves of that product on that day in order of
 * time, so that a release of several lines is one row.  Pure functions. */
#ifndef DIPTYCH_MODEL_DAY_ROWS_H
#define DIPTYCH_MODEL_DAY_ROWS_H

#include "model/sentences.h"

struct day_row {
  size_t member;                 /* of the moves */
  int64_t newest_us;             /* the latest of them */
  const struct activity **moves; /* occurred_us ascending, then id ascending */
  size_t n;
};

/* Groups moves, which are newest first.  The rows are in the order of their newest moves.  Returns how many there are;
 * 0: there are none, or memory ran out. */
size_t day_rows_group(struct arena *a, const struct sentences_move *moves, size_t n, struct day_row **out);

/* The midnight at which the day began. */
int64_t day_rows_day(int64_t us);

/* True: the move's version says all that its title says ("Kafka 4.3.1 released"), and it can stand for the title next to
 * the product's name. */
bool day_rows_version_says_all(const struct activity *move, struct span name);

#endif
