/* `diptych status --watch`: asks the pool once in each interval and shows a frame (status_frame.h).
 *
 * On a terminal the frame fills the screen until q or Ctrl-C; elsewhere a block of lines is printed for each interval.  While
 * no pool answers, the view says so and asks again: a pool may be restarted under it. */
#ifndef DIPTYCH_APP_STATUS_WATCH_H
#define DIPTYCH_APP_STATUS_WATCH_H

#include "base/err.h"

/* Returns the exit status: 0 when the user ended it. */
MUST_USE int status_watch_run(const char *control, int interval_ms);

#endif
