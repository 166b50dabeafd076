/* `workers = auto`: samples the load of the pool and carries out what autoscale.h decides.  It starts no worker and ends
 * none: it changes `wanted`, and workers_balance does the rest, as after `diptych scale`. */
#ifndef DIPTYCH_POOL_SCALING_AUTO_H
#define DIPTYCH_POOL_SCALING_AUTO_H

#include "pool/workers.h"

/* Does nothing when the number is not automatic.  Call it at least every 200 ms, but not while a reload starts workers. */
void scaling_auto_turn(struct workers *w, int64_t now_us);

#endif
