/* How often a product shipped, hour by hour: enough for the activity chart of 12 months and for the scores at the ends of
 * 12 past months.  However much a product ships, the number of entries is bounded by the number of hours.
 *
 * All windows of counts end at a full hour and include it, while calendar months and days begin with one.  A slot
 * therefore is either the first instant of an hour or the rest of that hour, and both kinds of borders lie between slots.
 * Slots are ordered by time. */
#ifndef DIPTYCH_MODEL_MOVES_H
#define DIPTYCH_MODEL_MOVES_H

#include <stddef.h>

#include "model/product.h"
#include "model/score.h"

/* The activities of one slot that have the same class and are all events, or none of them is. */
struct moves_count {
  int64_t slot;
  enum activity_class class;
  bool event;
  uint32_t n;
};

int64_t moves_slot(int64_t us);
/* The slot of the first instant of an hour.  Slots up to this one are in a window that ends at `us`, a full hour; slots
 * from this one on are in a month or day that begins at `us`. */
static inline int64_t moves_slot_hour(int64_t us)
{
  return us / CLOCK_HOUR * 2;
}
/* The full hour at which the slot begins. */
static inline int64_t moves_slot_us(int64_t slot)
{
  return (slot >> 1) * CLOCK_HOUR;
}

/* The windows of the velocity that end at `end_us`, over counts in the order newest first. */
struct moves_windows {
  uint32_t n90, s30;
};
struct moves_windows moves_windows_at(const struct moves_count *v, size_t n, int64_t end_us);

/* The first instant of the calendar month (UTC) of `us`, and of the month `months` later. */
int64_t moves_month(int64_t us, int months);
/* The ends of the 12 calendar months before the one of `window_us`, oldest first.  A month ends at its last full hour,
 * 23:00 UTC of its last day: the last window that its readers saw. */
void moves_month_ends(int64_t window_us, int64_t ends[SCORE_MONTHS]);

/* How far back counts must reach for a window that ends at `window_us`: the 90 days before the first of the 12 ends, and
 * one more month, because a page may still show the month before. */
int64_t moves_from(int64_t window_us);

#endif
