#include "cache/cache_server.h"

#include <stdlib.h>

#include "base/clock.h"

#define HOLD_US (1 * CLOCK_SECOND)
#define RELAPSES_MAX 3 /* 8 s */
#define CHANGE_LINES 6 /* in a minute */
#define PROBE_US (1 * CLOCK_SECOND)
#define LOOKUP_FIRST_US (50 * INT64_C(1000))

/* Between two attempts. */
static int64_t hold_us(const struct cache_server *s)
{
  unsigned relapses = atomic_load_explicit(&s->health->relapses, memory_order_relaxed);
  return HOLD_US << (relapses < RELAPSES_MAX ? relapses : RELAPSES_MAX);
}

static void behaviors_set(memcached_st *mc, int64_t timeout_us)
{
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, (uint64_t)timeout_us / 1000);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, (uint64_t)timeout_us / 1000 * CACHE_TIMEOUTS_MOST);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_SND_TIMEOUT, (uint64_t)timeout_us);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_RCV_TIMEOUT, (uint64_t)timeout_us);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_NO_BLOCK, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_VERIFY_KEY, 1);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0); /* cache_server_ready decides when to try again */
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_DEAD_TIMEOUT, 0);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_AUTO_EJECT_HOSTS, 0);
  memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_BUFFER_REQUESTS, 1); /* stores and deletions only */
}

/* Makes mc for the address in use.  false: no address, or no memory. */
static bool mc_make(struct cache_server *s)
{
  char host[CACHE_ADDRESS_HOST];
  if (s->mc && s->mc_at == s->address.at && !s->address.is_name)
    return true;
  if (s->mc)
    memcached_free(s->mc);
  s->mc = s->address.n ? memcached_create(NULL) : NULL;
  if (!s->mc)
    return false;
  cache_address_number(&s->address, host);
  memcached_return_t rc = s->address.port ? memcached_server_add(s->mc, host, s->address.port)
                                          : memcached_server_add_unix_socket(s->mc, host);
  behaviors_set(s->mc, s->timeout_us);
  s->mc_at = s->address.at;
  return rc == MEMCACHED_SUCCESS;
}

bool cache_server_open(struct cache_server *s, struct span name, struct cache_health *health, int64_t timeout_us)
{
  *s = (struct cache_server){.health = health, .timeout_us = timeout_us, .probe = CACHE_PROBE_NONE, .changed.most = CHANGE_LINES};
  if (!cache_address_parse(&s->address, name))
    return false;
  cache_address_look_up(&s->address);
  return s->address.is_name || mc_make(s);
}

void cache_server_close(struct cache_server *s)
{
  if (s->mc)
    memcached_free(s->mc);
  s->mc = NULL;
  cache_probe_end(&s->probe);
  cache_address_close(&s->address);
}

/* Logs when the server goes down or comes back, once in the pool. */
static void health_update(struct cache_server *s, const char *why)
{
  int64_t was_us;
  if (!cache_health_update(s->health, &was_us))
    return;
  if (atomic_load(&s->health->down))
    log_limited(&s->changed, 60, LOG_LEVEL_WARN, "memcached: %s is down: %s: its fragments are made from the database",
                s->health->name, why);
  else
    log_limited(&s->changed, 60, LOG_LEVEL_INFO, "memcached: %s is up again after %lld s", s->health->name,
                (long long)(was_us / CLOCK_SECOND));
}

static void doubt(struct cache_server *s, int64_t hold)
{
  s->doubted = true;
  s->on_trial = false;
  s->hold_until_us = clock_mono_us() + hold;
  cache_probe_begin(&s->probe, &s->address, PROBE_US);
}

static void strike(struct cache_server *s, const char *why)
{
  breaker_struck(&s->health->breaker, hold_us(s));
  health_update(s, why);
}

/* The name of a server is looked up since the start of the process.  The first operation waits for it a moment. */
static bool first_use(struct cache_server *s)
{
  if (cache_address_settle(&s->address, LOOKUP_FIRST_US < s->timeout_us ? LOOKUP_FIRST_US : s->timeout_us) == CACHE_LOOKUP_DONE) {
    cache_address_choose(&s->address, s->timeout_us);
    return mc_make(s);
  }
  doubt(s, hold_us(s));
  return false;
}

static bool probed(struct cache_server *s)
{
  const char *why = "";
  int64_t now_us = clock_mono_us();
  if (!s->probe.running) {
    /* hold_until_us has passed, or the probe was answered earlier (on_trial). */
    if (now_us < s->hold_until_us)
      return false;
    if (s->on_trial) {
      s->doubted = !mc_make(s);
      return !s->doubted;
    }
    if (breaker_closed(&s->health->breaker) || breaker_allows(&s->health->breaker, hold_us(s)))
      cache_probe_begin(&s->probe, &s->address, PROBE_US);
    return false;
  }
  switch (cache_probe_turn(&s->probe, &s->address, &why)) {
  case CACHE_PROBE_ANSWERED:
    s->on_trial = true;
    if (atomic_load(&s->health->relapses) == 0) {
      breaker_succeeded(&s->health->breaker);
      health_update(s, why);
    }
    return probed(s);
  case CACHE_PROBE_FAILED:
    cache_address_next(&s->address);
    s->hold_until_us = now_us + hold_us(s);
    strike(s, why);
    return false;
  case CACHE_PROBE_RUNS:
    break;
  }
  return false;
}

bool cache_server_usable(const struct cache_server *s)
{
  return s->mc && !s->doubted && (s->on_trial || breaker_closed(&s->health->breaker));
}

bool cache_server_ready(struct cache_server *s)
{
  if (cache_server_usable(s))
    return true;
  if (s->doubted)
    return probed(s);
  if (breaker_closed(&s->health->breaker))
    return s->mc || first_use(s);
  if (breaker_allows(&s->health->breaker, hold_us(s)))
    doubt(s, 0); /* this worker probes for all */
  return false;
}

/* Not for a server that this process has not used yet: its name may still be looked up. */
void cache_server_tidy(struct cache_server *s)
{
  bool ready = (!s->mc && !s->doubted) || cache_server_ready(s);
  (void)ready;
}

bool cache_server_name_wait(struct cache_server *s, int64_t wait_us)
{
  return s->mc || cache_address_settle(&s->address, wait_us) == CACHE_LOOKUP_DONE;
}

static void trouble_handle(struct cache_server *s, const char *what, memcached_return_t rc)
{
  atomic_fetch_add_explicit(&s->health->errors, 1, memory_order_relaxed);
  log_limited(&s->failed, 60, LOG_LEVEL_WARN, "memcached: %s: %s failed: %s: this worker skips the server until it answers",
              s->health->name, what, memcached_strerror(s->mc, rc));
  if (s->on_trial)
    atomic_fetch_add(&s->health->relapses, 1);
  cache_address_shut(&s->address); /* otherwise memcached_quit waits for the rest of an answer */
  s->posted = (struct cache_posted){.any = false};
  memcached_quit(s->mc);           /* a late answer must not be read as the answer to the next request */
  doubt(s, hold_us(s));
}

enum cache_answer cache_server_settle(struct cache_server *s, const char *what, memcached_return_t rc)
{
  enum cache_answer answer = cache_answer_settle(&s->health->breaker, rc, hold_us(s));
  s->answered = answer != CACHE_TROUBLE;
  if (answer == CACHE_TROUBLE)
    trouble_handle(s, what, rc);
  else if (s->on_trial) {
    s->on_trial = false;
    atomic_store(&s->health->relapses, 0);
  }
  health_update(s, answer == CACHE_TROUBLE ? memcached_strerror(s->mc, rc) : "");
  return answer;
}
