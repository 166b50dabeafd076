/* Places keys on servers, and runs each operation within memcached_timeout.
 *
 * Each server has a memcached_st of its own, so a server that fails does not spoil what the others answer.  With several
 * servers a further memcached_st, which never connects, places the keys by ketama.  The place of a key depends on the
 * configured servers only, never on their health: the keys of a dead server are misses and do not move.  A multi-get is
 * sent to all its servers before the first answer is read.
 *
 * The timeouts of libmemcached apply to each wait, not to the whole call: a server that sends one byte at a time
 * could hold a call for seconds.  Therefore each operation runs under a cutoff (base/cutoff.h), which shuts down the
 * connections to the current server after memcached_timeout.  Unread bytes on a connection mean that the server has
 * answered and that this process did not get the CPU.  The operation then gets more time, up to CACHE_TIMEOUTS_MOST times
 * memcached_timeout.  An operation that was cut off is a failure of its server.
 *
 * Stores and deletions ask for no answer, and libmemcached sends several of them together: a page whose fragments are missing
 * stores two dozen.  Their order is kept.  cache_settle then touches the largest of the stored values: its answer comes after
 * they were handled, and says when the server has no room for such a value.  It may take CACHE_TIMEOUTS_MOST times
 * memcached_timeout, too: a server that has just started takes milliseconds for the first value of each size.  This holds for
 * a server that has answered the same request.  Another one may be frozen: a product's fragments are stored together, also
 * those that the page did not ask for. */
#include "cache/cache.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/cutoff.h"
#include "base/log.h"
#include "cache/cache_server.h"

#define LEASE_OWNER 24 /* hex digits of the owner and of the number of the call */

struct cache {
  size_t n; /* servers; 0: none configured */
  struct cache_server servers[CACHE_SERVERS_MAX];
  memcached_st *ring; /* places keys; NULL: there is one server at most */
  struct metrics *metrics;
  int64_t timeout_us;
  time_t ttl, lease_ttl;
  struct log_limit large;
  uint64_t owner;  /* of leases: a random number of this process */
  unsigned leases; /* calls of cache_leases */
  /* Of the running operation; shared with the signal handler. */
  struct cache_server *volatile current; /* the server that is waited for; NULL: none */
  volatile sig_atomic_t late;            /* timeout_us have passed */
  volatile sig_atomic_t patient;         /* the operation waits for others, too */
  volatile int64_t end_us;               /* monotonic: it is cut off now at the latest */
  volatile sig_atomic_t cut;             /* the current server was cut off */
};

static bool server_place(struct cache *c, const struct cache_address *a)
{
  return (a->port ? memcached_server_add(c->ring, a->host, a->port) : memcached_server_add_unix_socket(c->ring, a->host)) ==
         MEMCACHED_SUCCESS;
}

static bool ring_make(struct cache *c)
{
  bool placed = (c->ring = memcached_create(NULL)) != NULL;
  for (size_t i = 0; i < c->n && placed; i++)
    placed = server_place(c, &c->servers[i].address);
  return placed && memcached_behavior_set_distribution(c->ring, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA) == MEMCACHED_SUCCESS;
}

static bool servers_open(struct cache *c, const struct cache_healths *healths)
{
  for (size_t i = 0; i < healths->n; i++)
    if (!cache_server_open(&c->servers[c->n++], span_z(healths->v[i]->name), healths->v[i], c->timeout_us)) {
      log_error("memcached: \"%s\" is not an address: write /path/to/socket, host:port or [IPv6]:port", healths->v[i]->name);
      return false;
    }
  return c->n < 2 || ring_make(c);
}

struct cache *cache_new(const struct config *conf, struct metrics *m, const struct cache_healths *healths)
{
  struct cache *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->metrics = m;
  c->timeout_us = conf->memcached_timeout * 1000;
  c->ttl = (time_t)conf->cache_ttl;
  c->lease_ttl = (time_t)conf->lease_ttl;
  if (!servers_open(c, healths) || getrandom(&c->owner, sizeof c->owner, 0) != sizeof c->owner)
    cache_free(&c);
  return c;
}

void cache_free(struct cache **c)
{
  if (!*c)
    return;
  for (size_t i = 0; i < (*c)->n; i++)
    cache_server_close(&(*c)->servers[i]);
  if ((*c)->ring)
    memcached_free((*c)->ring);
  free(*c);
  *c = NULL;
}

static size_t place_of(const struct cache *c, struct span key)
{
  return c->ring ? memcached_generate_hash(c->ring, key.p, key.n) : 0;
}

bool cache_usable(const struct cache *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (cache_server_usable(&c->servers[i]))
      return true;
  return false;
}

bool cache_key_down(const struct cache *c, struct span key)
{
  return !c->n || !cache_server_usable(&c->servers[place_of(c, key)]);
}

void cache_tidy(struct cache *c)
{
  for (size_t i = 0; i < c->n; i++)
    cache_server_tidy(&c->servers[i]);
}

bool cache_names_wait(struct cache *c, int64_t wait_us)
{
  bool known = true;
  int64_t until_us = clock_mono_us() + wait_us;
  for (size_t i = 0; i < c->n; i++) {
    int64_t left_us = until_us - clock_mono_us();
    known = cache_server_name_wait(&c->servers[i], left_us > 0 ? left_us : 0) && known;
  }
  return known;
}

/* Runs in a signal handler. */
static bool timeout_expired(void *of)
{
  struct cache *c = of;
  c->late = 1;
  if (!c->current || (clock_mono_us() < c->end_us && (c->patient || cache_address_readable(&c->current->address))))
    return false;
  cache_address_shut(&c->current->address);
  c->cut = 1;
  return true;
}

static void timeout_start(struct cache *c)
{
  c->late = 0;
  c->patient = 0;
  c->end_us = clock_mono_us() + c->timeout_us * CACHE_TIMEOUTS_MOST;
  cutoff_start(c->timeout_us, timeout_expired, c);
}

static void current_set(struct cache *c, struct cache_server *s)
{
  c->cut = 0;
  c->current = s;
}

/* Ends the part of an operation that concerns the current server. */
static enum cache_answer current_settle(struct cache *c, const char *what, memcached_return_t rc)
{
  struct cache_server *s = c->current;
  c->current = NULL;
  enum cache_answer answer = cache_server_settle(s, what, c->cut ? MEMCACHED_TIMEOUT : rc);
  if (answer == CACHE_TROUBLE)
    METRICS_ADD(c->metrics, cache_errors, 1);
  return answer;
}

/* true: the server can be asked. */
static bool server_ready(struct cache *c, struct cache_server *s)
{
  if (cache_server_ready(s))
    return true;
  METRICS_ADD(c->metrics, cache_skipped, 1);
  atomic_fetch_add_explicit(&s->health->skipped, 1, memory_order_relaxed);
  return false;
}

/* NULL: the server is skipped.  Otherwise the timeout runs until operation_end. */
static memcached_st *server_begin(struct cache *c, struct cache_server *s)
{
  if (!server_ready(c, s))
    return NULL;
  current_set(c, s);
  timeout_start(c);
  return s->mc;
}

static memcached_st *operation_begin(struct cache *c, struct span key)
{
  return c->n ? server_begin(c, &c->servers[place_of(c, key)]) : NULL;
}

static enum cache_answer operation_end(struct cache *c, const char *what, memcached_return_t rc)
{
  if (cutoff_stop())
    c->cut = 1;
  return current_settle(c, what, rc);
}

/* The end of an operation that gets no answer.  That it was sent says nothing about the health of the server. */
static bool sending_end(struct cache *c, const char *what, memcached_return_t rc)
{
  bool sent = !cutoff_stop() && (rc == MEMCACHED_SUCCESS || rc == MEMCACHED_BUFFERED);
  if (!sent)
    (void)current_settle(c, what, c->cut ? MEMCACHED_TIMEOUT : rc);
  c->current = NULL;
  return sent;
}

/* An operation that is sent without asking for an answer.  libmemcached may keep it until the next one. */
static memcached_st *post_begin(struct cache *c, struct span key)
{
  memcached_st *mc = operation_begin(c, key);
  if (mc)
    memcached_behavior_set(mc, MEMCACHED_BEHAVIOR_NOREPLY, 1);
  return mc;
}

static bool post_end(struct cache *c, const char *what, memcached_return_t rc)
{
  struct cache_server *s = c->current;
  memcached_behavior_set(s->mc, MEMCACHED_BEHAVIOR_NOREPLY, 0);
  bool sent = sending_end(c, what, rc);
  s->posted.any = s->posted.any || sent;
  return sent;
}

/* One multi-get. */
struct batch {
  const struct span *keys;
  size_t n;
  struct span *values;
  unsigned char places[CACHE_BATCH];       /* the server of each key */
  unsigned char counts[CACHE_SERVERS_MAX]; /* keys of each server; 0: it is not asked, or has failed */
  size_t next; /* the key at which the search for the next result begins */
  bool leases; /* no fragments: neither hits nor misses */
};

_Static_assert(CACHE_SERVERS_MAX <= UCHAR_MAX && CACHE_BATCH <= UCHAR_MAX, "places and counts are bytes");

/* Returns the number of servers that can be asked. */
static size_t batch_place(struct cache *c, struct batch *b)
{
  size_t ready = 0;
  memset(b->counts, 0, c->n);
  for (size_t i = 0; i < b->n; i++) {
    b->places[i] = (unsigned char)place_of(c, b->keys[i]);
    b->counts[b->places[i]]++;
  }
  for (size_t at = 0; at < c->n; at++)
    if (b->counts[at] && server_ready(c, &c->servers[at]))
      ready++;
    else
      b->counts[at] = 0;
  return ready;
}

static bool batch_send(struct cache *c, struct batch *b, size_t at)
{
  const char *ps[CACHE_BATCH];
  size_t ns[CACHE_BATCH], n = 0;
  for (size_t i = 0; i < b->n; i++)
    if (b->places[i] == at)
      ps[n] = b->keys[i].p, ns[n++] = b->keys[i].n;
  METRICS_ADD(c->metrics, cache_gets, 1);
  current_set(c, &c->servers[at]);
  memcached_return_t rc = memcached_mget(c->servers[at].mc, ps, ns, n);
  if (rc == MEMCACHED_SUCCESS && !c->cut) {
    c->current = NULL;
    return true;
  }
  return current_settle(c, "get", rc == MEMCACHED_SUCCESS ? MEMCACHED_FAILURE : rc) != CACHE_TROUBLE;
}

static void result_take(const memcached_result_st *r, struct batch *b, size_t at, struct arena *arena)
{
  struct span key = span_of(memcached_result_key_value(r), memcached_result_key_length(r));
  for (size_t k = 0; k < b->n; k++) { /* a server answers in the order of the keys */
    size_t i = b->next + k < b->n ? b->next + k : b->next + k - b->n;
    if (b->places[i] == at && !b->values[i].p && span_eq(b->keys[i], key)) {
      b->values[i] = arena_copy(arena, span_of(memcached_result_value(r), memcached_result_length(r)));
      b->next = i + 1 < b->n ? i + 1 : 0;
      return;
    }
  }
}

/* A server whose turn comes after the timeout must have answered by then. */
static memcached_return_t answers_read(struct cache *c, struct batch *b, size_t at, struct arena *arena)
{
  memcached_st *mc = c->servers[at].mc;
  memcached_return_t rc = MEMCACHED_SUCCESS;
  memcached_result_st result;
  if (c->late && !cache_address_readable(&c->servers[at].address))
    return MEMCACHED_TIMEOUT;
  memcached_result_create(mc, &result);
  while (memcached_fetch_result(mc, &result, &rc))
    result_take(&result, b, at, arena);
  memcached_result_free(&result);
  return rc == MEMCACHED_SERVER_ERROR ? MEMCACHED_PROTOCOL_ERROR : rc;
}

static bool batch_read(struct cache *c, struct batch *b, size_t at, struct arena *arena)
{
  struct cache_health *h = c->servers[at].health;
  size_t hits = 0;
  current_set(c, &c->servers[at]);
  bool answered = current_settle(c, "get", answers_read(c, b, at, arena)) != CACHE_TROUBLE;
  for (size_t i = 0; i < b->n; i++)
    hits += b->places[i] == at && b->values[i].p;
  if (!b->leases) {
    atomic_fetch_add_explicit(&h->hits, hits, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->misses, b->counts[at] - hits, memory_order_relaxed);
  }
  return answered;
}

/* false: a server did not answer. */
static bool batch_get(struct cache *c, struct batch *b, struct arena *arena)
{
  bool all = true;
  c->current = NULL;
  timeout_start(c);
  for (size_t at = 0; at < c->n; at++)
    if (b->counts[at] && (c->late || !batch_send(c, b, at))) {
      b->counts[at] = 0; /* it failed, or the servers before it took all the time */
      all = false;
    }
  for (size_t at = 0; at < c->n; at++)
    if (b->counts[at])
      all = batch_read(c, b, at, arena) && all;
  return cutoff_stop() ? false : all;
}

static enum err values_get(struct cache *c, const struct span *keys, size_t n, bool leases, struct arena *arena,
                           struct span *values)
{
  bool all = true;
  for (size_t i = 0; i < n; i++)
    values[i] = span_of(NULL, 0);
  for (size_t at = 0; at < n && c->n; at += CACHE_BATCH) {
    struct batch b = {.keys = keys + at, .values = values + at, .leases = leases};
    b.n = n - at < CACHE_BATCH ? n - at : CACHE_BATCH;
    all = batch_place(c, &b) && batch_get(c, &b, arena) && all;
  }
  return all && c->n ? ERR_OK : ERR_UNAVAILABLE;
}

enum err cache_get(struct cache *c, const struct span *keys, size_t n, struct arena *arena, struct span *values)
{
  for (size_t at = 0; at < c->n; at++)
    c->servers[at].answered = false;
  return values_get(c, keys, n, false, arena, values);
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
  memcached_st *mc = post_begin(c, key);
  struct cache_server *s = c->current;
  if (!mc || !post_end(c, "set", memcached_set(mc, key.p, key.n, value.p, value.n, c->ttl, 0)))
    return;
  s->posted.stores++;
  if (value.n >= s->posted.bytes && key.n <= sizeof s->posted.key) {
    s->posted.bytes = value.n;
    s->posted.key_n = key.n;
    memcpy(s->posted.key, key.p, key.n);
  }
}

static void server_settle(struct cache *c, struct cache_server *s)
{
  struct cache_posted p = s->posted;
  s->posted = (struct cache_posted){.any = false};
  memcached_st *mc = server_begin(c, s);
  if (!mc)
    return;
  if (!p.stores) {
    (void)sending_end(c, "delete", memcached_flush_buffers(mc));
    return;
  }
  c->patient = s->answered;
  enum cache_answer answer = operation_end(c, "set", memcached_touch(mc, p.key, p.key_n, c->ttl));
  if (answer == CACHE_DONE)
    METRICS_ADD(c->metrics, cache_stores, p.stores);
  else if (answer != CACHE_TROUBLE) {
    METRICS_ADD(c->metrics, cache_errors, 1);
    log_limited(&c->large, 60, LOG_LEVEL_WARN,
                "memcached: %s did not keep a value of %zu bytes: see its options -m (memory), -I (largest value) and -M",
                s->health->name, p.bytes);
  }
}

void cache_settle(struct cache *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->servers[i].posted.any)
      server_settle(c, &c->servers[i]);
}

enum err cache_lease(struct cache *c, struct span key)
{
  memcached_st *mc = operation_begin(c, key);
  if (!mc)
    return ERR_UNAVAILABLE;
  enum cache_answer answer = operation_end(c, "add", memcached_add(mc, key.p, key.n, "1", 1, c->lease_ttl, 0));
  return answer == CACHE_DONE ? ERR_OK : answer == CACHE_REFUSED ? ERR_LIMIT : ERR_UNAVAILABLE;
}

void cache_leases(struct cache *c, const struct span *keys, size_t n, struct arena *arena, enum err *got)
{
  char mine[LEASE_OWNER + 1];
  struct span *values = ARENA_ARRAY(arena, n, struct span);
  int length = snprintf(mine, sizeof mine, "%016" PRIx64 "%08x", c->owner, ++c->leases);
  for (size_t i = 0; i < n && values; i++) {
    memcached_st *mc = post_begin(c, keys[i]);
    if (mc)
      (void)post_end(c, "add", memcached_add(mc, keys[i].p, keys[i].n, mine, (size_t)length, c->lease_ttl, 0));
  }
  if (values)
    (void)values_get(c, keys, n, true, arena, values); /* a lease without a value is not had */
  for (size_t i = 0; i < n; i++)
    got[i] = !values || !values[i].p ? ERR_UNAVAILABLE : span_eq(values[i], span_z(mine)) ? ERR_OK : ERR_LIMIT;
}

void cache_release(struct cache *c, struct span key)
{
  memcached_st *mc = post_begin(c, key);
  if (mc) /* a lease that is not deleted expires */
    (void)post_end(c, "delete", memcached_delete(mc, key.p, key.n, 0));
}
