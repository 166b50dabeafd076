/* A probe asks a memcached server whether it answers, without waiting: it sends a get of a key that does not exist on a
 * connection of its own, and a later call sees the answer.  So a server that is down costs no request any time. */
#ifndef DIPTYCH_CACHE_CACHE_PROBE_H
#define DIPTYCH_CACHE_CACHE_PROBE_H

#include "cache/cache_address.h"

struct cache_probe {
  int fd; /* -1: not connected */
  bool running, sent;
  int64_t until_us; /* monotonic: the answer is late from then on */
  char answer[8];
  size_t n;
};

#define CACHE_PROBE_NONE ((struct cache_probe){.fd = -1})

enum cache_probe_result { CACHE_PROBE_RUNS, CACHE_PROBE_ANSWERED, CACHE_PROBE_FAILED };

/* Begins a probe; a name is looked up again meanwhile. */
void cache_probe_begin(struct cache_probe *p, struct cache_address *a, int64_t wait_us);
/* After cache_probe_begin, until the result is not RUNS.  *why: a phrase for the log, after FAILED. */
MUST_USE enum cache_probe_result cache_probe_turn(struct cache_probe *p, struct cache_address *a, const char **why);
void cache_probe_end(struct cache_probe *p);

#endif
