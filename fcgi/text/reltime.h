/* Relative times, in the language of the site: "just now", "5m ago", "3h ago", "12d ago", "2mo ago", "1y ago".  An age under
 * 60 s and any time in the future is "just now".  Then whole minutes, hours and days; from 30 days on floor(days/30) months;
 * from 365 days on floor(days/365) years.  All times are in microseconds. */
#ifndef DIPTYCH_TEXT_RELTIME_H
#define DIPTYCH_TEXT_RELTIME_H

#include <stddef.h>
#include <stdint.h>

#define RELTIME_MAX 48

/* Writes the label, NUL-terminated, and returns its length.  The label of CLOCK_NEVER is empty. */
size_t reltime_label(char out[RELTIME_MAX], int64_t then_us, int64_t now_us);

/* The first time after now_us at which the label is different; CLOCK_FOREVER: never.  A page that shows the label is
 * valid until then. */
int64_t reltime_next_change(int64_t then_us, int64_t now_us);

/* The first time at which the label was the same as now.  CLOCK_NEVER: then_us is in the future or CLOCK_NEVER. */
int64_t reltime_began(int64_t then_us, int64_t now_us);

#endif
