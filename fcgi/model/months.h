/* Counts of a product's releases and posts by calendar month (UTC), for the small charts of lists.  They hold absolute
 * months, so they stay right when time passes: a month after the last one has no move yet. */
#ifndef DIPTYCH_MODEL_MONTHS_H
#define DIPTYCH_MODEL_MONTHS_H

#include <stddef.h>

#include "model/moves.h"

#define MONTHS_SHOWN 12 /* the current month and the eleven before it */

struct months {
  int32_t last; /* the month of counts[0], in months since the year 0; the others go back from it */
  uint16_t counts[MONTHS_SHOWN];
};

int32_t months_of(int64_t us);
/* moves: newest slot first; they reach back at least 12 months. */
void months_count(const struct moves_count *moves, size_t n, struct months *out);
uint32_t months_get(const struct months *m, int32_t month);

#endif
