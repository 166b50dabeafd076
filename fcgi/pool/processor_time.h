/* The time that the workers spent on a processor or waiting for one.  A worker whose busy time is mostly such time does not
 * wait for a backend, so a further worker would not make the pool faster.
 *
 * The kernel reports both times in /proc/PID/schedstat (Documentation/scheduler/sched-stats in its source). */
#ifndef DIPTYCH_POOL_PROCESSOR_TIME_H
#define DIPTYCH_POOL_PROCESSOR_TIME_H

#include "pool/scoreboard.h"

/* Of all ready workers since their starts, in microseconds.  0: the kernel does not report it. */
uint64_t processor_time_us(const struct scoreboard *b);

#endif
