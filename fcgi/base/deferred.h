/* The state of a deferred request: its answer needs the work of another process.
 *
 * The site creates a struct deferred and sets response.deferred.  The site owns it and keeps it while
 * `waiters` is not 0.  The gateway increments `waiters` when it defers the request and checks `done` after
 * each worker_work.  When `done` is true, or again_us or the deadline has come, the gateway passes the whole request to
 * the site again and decrements `waiters`.  All of this happens in one process; nothing here is shared. */
#ifndef DIPTYCH_BASE_DEFERRED_H
#define DIPTYCH_BASE_DEFERRED_H

#include <stdbool.h>
#include <stdint.h>

struct deferred {
  bool done;        /* the work has succeeded or failed: the answer can be made */
  int64_t again_us; /* monotonic: when to try again, because nobody reports the end of the work; 0: not before it is done.
                       Valid until the gateway has deferred the request */
  unsigned waiters; /* requests that wait for it */
};

#endif
