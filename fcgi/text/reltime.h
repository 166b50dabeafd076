/* Relative times: "just now", "5m ago", "3h ago", "12d ago", "2mo ago", "1y ago".  Under 60 s (and
 * anything in the future) is just now; then whole minutes, hours, days; from 30 days on floor(days/30)
 * months; from 365 days on floor(days/365) years. */
#ifndef DIPTYCH_TEXT_RELTIME_H
#define DIPTYCH_TEXT_RELTIME_H

#include <stddef.h>
#include <stdint.h>

#define RELTIME_MAX 24

/* The label, NUL-terminated, and its length.  A time that is CLOCK_NEVER has the empty label. */
size_t reltime_label(char out[RELTIME_MAX], int64_t then_us, int64_t now_us);

/* The first moment after now_us at which the label is another; CLOCK_FOREVER: none.  What is valid
 * until then: a page that shows the label.  A frozen clock never gets there. */
int64_t reltime_next_change(int64_t then_us, int64_t now_us);

/* When the label began to be what it is now; CLOCK_NEVER for a time in the future or CLOCK_NEVER. */
int64_t reltime_began(int64_t then_us, int64_t now_us);

#endif
