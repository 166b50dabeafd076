/* Decides how many workers the pool wants when `workers = auto`.  It is arithmetic over samples: no clock, no process, no
 * log.  scaling.c takes the samples and carries the decisions out.
 *
 * Two signs of load count: the busy share, which is the time that workers did not wait for events in a window of half a
 * second, and connections that stay in the listen queue.
 *
 *   Growth is fast: from a busy share of 80 % the number grows to where the share would be 60 %, and at most doubles.
 *   The next decision waits until all workers that are wanted are ready.
 *   Shrinking is slow: one worker in eight leaves when, for the whole delay, the workers that remain would have been busy
 *   for at most half of the time.  The next ones leave after a quarter of the delay.
 *
 * So a steady load settles between the two limits, and a load that comes back within the delay ends no worker.  When the
 * number has to grow soon after it shrank, the delay doubles, up to eightfold: waves that are longer than the delay stop
 * to change the number, too.
 *
 * More workers do not help when the processors are the limit.  From two workers for each processor on, the number
 * does not grow while most of the busy time is time on a processor or waiting for one. */
#ifndef DIPTYCH_POOL_AUTOSCALE_H
#define DIPTYCH_POOL_AUTOSCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct autoscale_limits {
  int least, most;
  int64_t delay_us; /* workers_shrink_delay */
  int processors;   /* that the workers may use; 0: unknown */
};

struct autoscale_sample {
  int64_t now_us;         /* monotonic */
  int wanted, ready;
  unsigned waiting;       /* connections in the listen queue; 0 also when the length is unknown */
  uint64_t busy_us;       /* of all workers since the start of the pool, with the requests that run */
  uint64_t processor_us;  /* time of all workers on a processor or waiting for one; 0: unknown */
};

enum autoscale_reason { AUTOSCALE_NONE, AUTOSCALE_BUSY, AUTOSCALE_QUEUE, AUTOSCALE_QUIET };

struct autoscale_decision {
  int wanted;
  enum autoscale_reason reason; /* AUTOSCALE_NONE: no change */
  unsigned busy_percent;        /* of the window */
  bool processor_bound;         /* it would have grown, but the processors are the limit */
};

struct autoscale {
  int64_t window_us; /* begin of the window; 0: there is none */
  uint64_t window_busy_us, window_processor_us;
  int64_t waiting_since_us; /* the listen queue has not been empty since; 0: it is empty */
  int64_t shrink_us;        /* no worker leaves before this time */
  int64_t grown_us, shrunk_us; /* the last changes; 0: none */
  unsigned doublings;       /* of the delay */
  int wanted;               /* after the last decision */
};

/* Call it every 100 to 200 ms.  A number that somebody else has changed starts the delay again. */
MUST_USE struct autoscale_decision autoscale_decide(struct autoscale *a, const struct autoscale_limits *l,
                                                    const struct autoscale_sample *s);

#endif
