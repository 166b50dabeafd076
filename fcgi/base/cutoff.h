/* A time limit for blocking library calls that take no timeout for the whole call.
 *
 * A timer of this process sends a signal when the time is over.  The signal handler calls `cut`, which ends
 * the wait, for example by shutdown(2) of the socket.  There can be one limit at a time, in one thread.  When
 * the timer cannot be created, an error is logged once per process and calls have no limit.
 *
 * cutoff_stop leaves the timer set.  Its signal does nothing then, but a poll(2) or a sleep of this process may end with EINTR. */
#ifndef DIPTYCH_BASE_CUTOFF_H
#define DIPTYCH_BASE_CUTOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Ends the wait.  Runs in a signal handler: async-signal-safe functions only.  false: the wait could not be
 * ended yet; the next tick calls it again. */
typedef bool cutoff_cut(void *context);

/* Calls `cut` after `us` microseconds and then again after 1, 2, 4 ... 64 ms, until cutoff_stop. */
void cutoff_start(int64_t us, cutoff_cut *cut, void *context);
/* true: the wait was cut off; discard the result of the call. */
MUST_USE bool cutoff_stop(void);

#endif
