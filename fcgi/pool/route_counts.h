/* Counters of answers by route: class of the status, latency and bytes.  Each worker has its own in the scoreboard, and is
 * their only writer; they outlive it, as its other metrics do.
 *
 * One add counts an answer with its route, its class and its latency at once.  The requests by class and the histogram
 * are sums over the same cells, so they agree with each other at any instruction at which a worker may die. */
#ifndef DIPTYCH_POOL_ROUTE_COUNTS_H
#define DIPTYCH_POOL_ROUTE_COUNTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define ROUTE_COUNTS_ROUTES 64 /* routes of an app; the answers of any further one count as those of route 0 */

/* X(class of the status) */
#define ROUTE_COUNTS_CLASSES(X) X(2xx) X(3xx) X(4xx) X(5xx)
#define ROUTE_COUNTS_CLASS 4

/* X(upper bound in us, le label in seconds).  A page from the page cache takes about 0.1 ms, a page from memcached about 1 ms;
 * the default deadline is 2 s. */
#define ROUTE_COUNTS_BOUNDS(X)                                                                                         \
  X(250, "0.00025")                                                                                                    \
  X(1000, "0.001")                                                                                                     \
  X(2500, "0.0025")                                                                                                    \
  X(5000, "0.005")                                                                                                     \
  X(10000, "0.01")                                                                                                     \
  X(25000, "0.025")                                                                                                    \
  X(50000, "0.05")                                                                                                     \
  X(100000, "0.1")                                                                                                     \
  X(250000, "0.25")                                                                                                    \
  X(500000, "0.5")                                                                                                     \
  X(1000000, "1")                                                                                                      \
  X(2500000, "2.5")
#define ROUTE_COUNTS_ADD_ONE(us, le) +1
#define ROUTE_COUNTS_BUCKETS (1 ROUTE_COUNTS_BOUNDS(ROUTE_COUNTS_ADD_ONE)) /* with +Inf */

struct route_counts {
  _Atomic uint64_t answers[ROUTE_COUNTS_CLASS][ROUTE_COUNTS_BUCKETS];
  _Atomic uint64_t us, bytes;
};

struct route_answer {
  int status;
  int64_t us;   /* from the arrived request to the written answer */
  size_t bytes; /* of headers and body */
};

void route_counts_add(struct route_counts *c, const struct route_answer *a);

#endif
