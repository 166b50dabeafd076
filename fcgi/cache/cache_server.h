/* One memcached server as a process sees it: its connection, and whether operations may be sent to it.
 *
 * A server that failed an operation in this process is doubted: the process sends it nothing until a probe
 * (cache_probe.h) was answered.  So a dead server costs each worker one memcached_timeout at most, once.  The second
 * failure within the pool opens the server's breaker (cache_health.h): workers that have not met the dead server skip
 * it too.  While the breaker is open, one worker at a time probes.  An answered probe closes the breaker.
 *
 * A server may answer probes and fail operations, for example when it answers byte by byte.  Such a relapse doubles the
 * time until the next attempt, up to 8 s, and then only a successful operation closes the breaker. */
#ifndef DIPTYCH_CACHE_CACHE_SERVER_H
#define DIPTYCH_CACHE_CACHE_SERVER_H

#include <libmemcached/memcached.h>

#include "base/log.h"
#include "cache/cache_answer.h"
#include "cache/cache_health.h"
#include "cache/cache_probe.h"

#define CACHE_KEY_MAX 64
#define CACHE_TIMEOUTS_MOST 4 /* times memcached_timeout, that an operation may take at most (cache.c) */

/* What was sent to a server that has not answered since. */
struct cache_posted {
  bool any;
  size_t stores;
  size_t bytes; /* of the largest store */
  size_t key_n;
  char key[CACHE_KEY_MAX]; /* of the largest store */
};

struct cache_server {
  struct cache_address address;
  struct cache_health *health;
  memcached_st *mc;                  /* connects by itself; NULL: no address is known yet */
  size_t mc_at;                      /* the address that mc has */
  int64_t timeout_us;
  bool doubted;                      /* an operation of this process failed, or this process probes for the others */
  bool on_trial;                     /* a probe was answered, and no operation has succeeded since */
  int64_t hold_until_us;             /* monotonic, doubted: send nothing and begin no new probe before */
  bool answered;                     /* since this process last asked for fragments */
  struct cache_probe probe;
  struct cache_posted posted;
  struct log_limit failed, changed;
};

/* false: no memory, or not an address. */
MUST_USE bool cache_server_open(struct cache_server *s, struct span name, struct cache_health *health, int64_t timeout_us);
void cache_server_close(struct cache_server *s);

/* True: an operation would be sent.  Changes nothing. */
MUST_USE bool cache_server_usable(const struct cache_server *s);
/* Like cache_server_usable, but also moves probes on.  Never waits, but for the first lookup of a name. */
MUST_USE bool cache_server_ready(struct cache_server *s);

/* Between requests: moves probes on, also those that no request waits for. */
void cache_server_tidy(struct cache_server *s);
bool cache_server_name_wait(struct cache_server *s, int64_t wait_us); /* true: it is known */

/* The end of an operation.  Returns what its code means; after CACHE_TROUBLE the connection is closed. */
enum cache_answer cache_server_settle(struct cache_server *s, const char *what, memcached_return_t rc);

#endif
