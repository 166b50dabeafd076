/* The timeouts of libmemcached apply to each wait, not to the whole call: a server that sends one byte at a time
 * could hold a call for seconds.  Therefore each operation runs under a cutoff (base/cutoff.h), which shuts down the
 * connections after memcached_timeout.  Unread bytes on a connection mean that the server has answered and that this
 * process did not get the CPU.  The operation then gets another period of memcached_timeout, up to
 * TIMEOUT_PERIODS_MAX periods.  An operation that was cut off is a failure and counts against the breaker. */
#include "cache/cache.h"

#include <libmemcached/memcached.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cutoff.h"
#include "base/log.h"
#include "cache/cache_answer.h"
#include "cache/cache_peers.h"

#define BREAKER_HOLD_US (1 * CLOCK_SECOND)
#define TIMEOUT_PERIODS_MAX 4

struct cache {
  memcached_st *mc; /* NULL: no servers configured */
  struct metrics *metrics;
  struct breaker *breaker;
  int64_t timeout_us;
  time_t ttl, lease_ttl;
  struct cache_peers peers;
  int periods;           /* of timeout_us that the running operation has used */
  int64_t hold_until_us; /* monotonic; an operation of this process failed: it sends none until then */
  struct log_limit failed, large;
};

static bool server_add(struct cache *c, struct span server)
{
  char name[256];
  if (server.n == 0 || server.n >= sizeof name)
    return false;
  memcpy(name, server.p, server.n);
  name[server.n] = 0;
  if (name[0] == '/')
    return cache_peers_add(&c->peers, name, 0) && memcached_server_add_unix_socket(c->mc, name) == MEMCACHED_SUCCESS;
  char *colon = strrchr(name, ':');
  long port = colon ? strtol(colon + 1, NULL, 10) : 11211;
  if (colon)
    *colon = 0;
  return port > 0 && port < 65536 && cache_peers_add(&c->peers, NULL, (uint16_t)port) &&
         memcached_server_add(c->mc, name, (in_port_t)port) == MEMCACHED_SUCCESS;
}

static bool servers_add(struct cache *c, const char *list)
{
  struct span rest = span_z(list);
  while (rest.p) {
    struct span server = span_trim(span_split(&rest, ','));
    if (server.n && !server_add(c, server)) {
      log_error("memcached = \"%s\": \"%.*s\" is not an address: write /path/to/socket or host:port", list,
                SPAN_ARG(server));
      return false;
    }
  }
  return true;
}

static void behaviors_set(memcached_st *mc, int64_t timeout_ms)
{
  uint64_t ms = (uint64_t)timeout_ms;
  memcached_behavior_set_distribution(mc, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, ms);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, ms);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_SND_TIMEOUT, ms * 1000);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_RCV_TIMEOUT, ms * 1000);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_NO_BLOCK, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_VERIFY_KEY, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0); /* the breaker decides when to try again */
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_DEAD_TIMEOUT, 0);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_AUTO_EJECT_HOSTS, 0);
}

struct cache *cache_new(const struct config *conf, struct metrics *m, struct breaker *b)
{
  struct cache *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  *c = (struct cache){.metrics = m,
                      .breaker = b,
                      .timeout_us = conf->memcached_timeout * 1000,
                      .ttl = (time_t)conf->cache_ttl,
                      .lease_ttl = (time_t)conf->lease_ttl};
  if (!*conf->memcached)
    return c;
  c->mc = memcached_create(NULL);
  if (!c->mc || !servers_add(c, conf->memcached)) {
    cache_free(&c);
    return NULL;
  }
  behaviors_set(c->mc, conf->memcached_timeout);
  return c;
}

void cache_free(struct cache **c)
{
  if (!*c)
    return;
  if ((*c)->mc)
    memcached_free((*c)->mc);
  free(*c);
  *c = NULL;
}

bool cache_usable(struct cache *c)
{
  return c->mc && breaker_closed(c->breaker) && clock_mono_us() >= c->hold_until_us;
}

/* Runs in a signal handler. */
static bool timeout_expired(void *of)
{
  struct cache *c = of;
  if (++c->periods < TIMEOUT_PERIODS_MAX && cache_peers_readable(&c->peers))
    return false;
  cache_peers_shut(&c->peers);
  return true;
}

/* True: the operation may run, and its timeout runs until operation_end. */
static bool operation_begin(struct cache *c)
{
  if (!c->mc)
    return false;
  if (clock_mono_us() >= c->hold_until_us && breaker_allows(c->breaker, BREAKER_HOLD_US)) {
    c->periods = 0;
    cutoff_start(c->timeout_us, timeout_expired, c);
    return true;
  }
  METRICS_ADD(c->metrics, cache_skipped, 1);
  return false;
}

static void failure_handle(struct cache *c, const char *what, memcached_return_t rc)
{
  METRICS_ADD(c->metrics, cache_errors, 1);
  log_limited(&c->failed, 60, LOG_LEVEL_WARN, "memcached: %s failed: %s: this worker skips the cache for 1 s", what,
              memcached_strerror(c->mc, rc));
  cache_peers_shut(&c->peers); /* otherwise memcached_quit waits for the rest of an answer */
  memcached_quit(c->mc);       /* a late answer must not be read as the answer to the next request */
  c->hold_until_us = clock_mono_us() + BREAKER_HOLD_US;
}

static enum cache_answer operation_end(struct cache *c, const char *what, memcached_return_t rc)
{
  if (cutoff_stop())
    rc = MEMCACHED_TIMEOUT;
  enum cache_answer answer = cache_answer_settle(c->breaker, rc, BREAKER_HOLD_US);
  if (answer == CACHE_TROUBLE)
    failure_handle(c, what, rc);
  return answer;
}

static void result_take(const memcached_result_st *r, const struct span *keys, size_t n, struct arena *arena,
                        struct span *values)
{
  struct span key = span_of(memcached_result_key_value(r), memcached_result_key_length(r));
  for (size_t i = 0; i < n; i++)
    if (!values[i].p && span_eq(keys[i], key)) {
      values[i] = arena_copy(arena, span_of(memcached_result_value(r), memcached_result_length(r)));
      return;
    }
}

static enum err get_batch(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values)
{
  const char *ps[CACHE_BATCH];
  size_t ns[CACHE_BATCH];
  for (size_t i = 0; i < n; i++)
    ps[i] = keys[i].p, ns[i] = keys[i].n;
  METRICS_ADD(c->metrics, cache_gets, 1);
  memcached_return_t rc = memcached_mget(c->mc, ps, ns, n);
  if (rc == MEMCACHED_SUCCESS) {
    memcached_result_st result;
    memcached_result_create(c->mc, &result);
    while (memcached_fetch_result(c->mc, &result, &rc))
      result_take(&result, keys, n, arena, values);
    memcached_result_free(&result);
  }
  enum cache_answer answer = operation_end(c, "get", rc == MEMCACHED_SERVER_ERROR ? MEMCACHED_PROTOCOL_ERROR : rc);
  return answer == CACHE_TROUBLE ? ERR_UNAVAILABLE : ERR_OK;
}

enum err cache_get(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values)
{
  for (size_t i = 0; i < n; i++)
    values[i] = span_of(NULL, 0);
  enum err e = ERR_OK;
  for (size_t at = 0; at < n && e == ERR_OK; at += CACHE_BATCH)
    e = operation_begin(c) ? get_batch(c, keys + at, n - at < CACHE_BATCH ? n - at : CACHE_BATCH, arena, values + at)
                 : ERR_UNAVAILABLE;
  return e;
}

void cache_set(struct cache *c, struct span key, struct span value)
{
  if (value.n > CACHE_VALUE_MAX) {
    METRICS_ADD(c->metrics, cache_too_large, 1);
    log_limited(&c->large, 60, LOG_LEVEL_WARN,
                "memcached: %.*s has %zu bytes, over %d: it is not stored, and made again for each use", SPAN_ARG(key), value.n,
                CACHE_VALUE_MAX);
    return;
  }
  if (!operation_begin(c))
    return;
  memcached_return_t rc = memcached_set(c->mc, key.p, key.n, value.p, value.n, c->ttl, 0);
  enum cache_answer answer = operation_end(c, "set", rc);
  if (answer == CACHE_DONE)
    METRICS_ADD(c->metrics, cache_stores, 1);
  else if (answer != CACHE_TROUBLE) {
    METRICS_ADD(c->metrics, cache_errors, 1); /* the server answers, but has no room for this value */
    log_limited(&c->large, 60, LOG_LEVEL_WARN, "memcached: did not store a value of %zu bytes: %s", value.n,
                memcached_strerror(c->mc, rc));
  }
}

enum err cache_lease(struct cache *c, struct span key)
{
  if (!operation_begin(c))
    return ERR_UNAVAILABLE;
  enum cache_answer answer = operation_end(c, "add", memcached_add(c->mc, key.p, key.n, "1", 1, c->lease_ttl, 0));
  return answer == CACHE_DONE ? ERR_OK : answer == CACHE_REFUSED ? ERR_LIMIT : ERR_UNAVAILABLE;
}

void cache_release(struct cache *c, struct span key)
{
  if (operation_begin(c)) /* a lease that is not deleted expires */
    (void)operation_end(c, "delete", memcached_delete(c->mc, key.p, key.n, 0));
}
