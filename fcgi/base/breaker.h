/* A breaker keeps a dead backend from costing every request its timeout.  One per backend, in shared
 * memory: the first worker that times out opens it for all; while it is open nobody asks; when its
 * time is over one caller may try (half open) and closes it on success.  No locks: a caller that dies
 * in between leaves only a moment. */
#ifndef DIPTYCH_BASE_BREAKER_H
#define DIPTYCH_BASE_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct breaker {
  _Atomic int64_t open_until_us; /* monotonic; 0: closed */
  _Atomic int64_t failed_us;     /* monotonic, of the last failure; 0: never */
  _Atomic uint64_t failures;     /* since the last success */
  /* Of the database: the id of something whose reading the server refused, for the watcher to try; 0: none. */
  _Atomic uint64_t refused;
};

MUST_USE bool breaker_allows(struct breaker *b, int64_t hold_us); /* true: try; half open lets one caller a hold through */
void breaker_succeeded(struct breaker *b);
void breaker_failed(struct breaker *b, int64_t hold_us); /* opens for hold_us */
/* Like breaker_failed, but only the second failure without a success in between opens it: for a backend
 * that is so fast that a single late answer says more about the machine's load. */
void breaker_struck(struct breaker *b, int64_t hold_us);
MUST_USE bool breaker_closed(const struct breaker *b);

#endif
