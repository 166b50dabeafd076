/* How long the master waits before it replaces a process that died early.  workers.c and watcher_process.c use it. */
#ifndef DIPTYCH_POOL_RESTART_DELAY_H
#define DIPTYCH_POOL_RESTART_DELAY_H

#include <stdint.h>

/* Delay before the next start after `failures` consecutive failures: 50 ms, doubled each time, 2 s at most. */
int64_t restart_delay_us(unsigned failures);

#endif
