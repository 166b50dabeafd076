/* A time limit for library calls that wait by themselves and cannot be given one for the whole call.
 *
 * A timer of the process's own sends a signal when the time is over; its handler calls `cut`, which ends the
 * wait from outside, as by shutdown(2) of the socket.  One limit at a time, one thread.  Without a timer
 * (said once in the log) calls last as long as the library lets them. */
#ifndef DIPTYCH_BASE_CUTOFF_H
#define DIPTYCH_BASE_CUTOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Ends the wait.  It runs in a signal handler: async-signal-safe functions only.  false: not yet, ask again. */
typedef bool cutoff_cut(void *of);

/* Every us microseconds from now until cutoff_stop, `cut` is called. */
void cutoff_start(int64_t us, cutoff_cut *cut, void *of);
/* true: the wait was cut; what came out of the call is worth nothing. */
MUST_USE bool cutoff_stop(void);

#endif
