#include "pool/refused_paths.h"

#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "http/target.h"
#include "text/json.h"

#define DEATHS_OF_TARGET 2
#define DEATHS_OF_PATH 3
#define FIRST_US (10 * CLOCK_SECOND)   /* length of the first refusal */
#define LONGEST_US (600 * CLOCK_SECOND)
#define FORGET_US (600 * CLOCK_SECOND) /* without a death, after the refusal */
#define LOG_LINES 20                   /* in 10 s */
#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

_Static_assert(sizeof ((struct refused_paths *)NULL)->key == crypto_shorthash_siphash24_KEYBYTES, "the key is SipHash's");

void refused_paths_open(struct refused_paths *t)
{
  t->limit.most = LOG_LINES;
  if (getrandom(t->key, sizeof t->key, GRND_NONBLOCK) != sizeof t->key) {
    int64_t now_us = clock_now_us();
    memcpy(t->key, &now_us, sizeof now_us);
  }
}

/* kind: makes the hashes of a path and of a target without a query differ.  Never 0. */
static uint64_t hash_of(const struct refused_paths *t, struct span s, unsigned char kind)
{
  unsigned char key[sizeof t->key];
  uint64_t hash;
  memcpy(key, t->key, sizeof key);
  key[0] ^= kind;
  crypto_shorthash_siphash24((unsigned char *)&hash, (const unsigned char *)s.p, s.n, key);
  return hash | 1;
}

struct request_ids refused_paths_ids(const struct refused_paths *t, struct span target)
{
  size_t query = span_find(target, '?');
  return (struct request_ids){.target = hash_of(t, target, 0),
                              .path = query < target.n ? hash_of(t, span_head(target, query), 1) : 0};
}

bool refused_paths_refuses(const struct refused_paths *t, struct request_ids ids, int64_t now_us)
{
  if (now_us >= LOAD(t->until_us))
    return false;
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++) {
    uint64_t hash = LOAD(t->v[i].hash);
    if (hash && (hash == ids.target || hash == ids.path) && now_us < LOAD(t->v[i].until_us))
      return true;
  }
  return false;
}

bool refused_paths_counts(int signal)
{
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGFPE || signal == SIGILL;
}

static bool is_forgotten(const struct refused_path *e, int64_t now_us)
{
  int64_t until_us = LOAD(e->until_us), since_us = e->death_us > until_us ? e->death_us : until_us;
  return LOAD(e->hash) && now_us - since_us > FORGET_US;
}

/* The entry with the lowest rank is replaced first: free ones, then those that are not refused, the oldest death first,
 * then the refusal that ends first. */
static int64_t rank(const struct refused_path *e, int64_t now_us)
{
  int64_t until_us = LOAD(e->until_us);
  if (LOAD(e->hash) == 0 || is_forgotten(e, now_us))
    return INT64_MIN;
  return until_us > now_us ? until_us : e->death_us - now_us;
}

/* The entry of this hash, or a new one. */
static struct refused_path *entry_of(struct refused_paths *t, uint64_t hash, int64_t now_us)
{
  struct refused_path *least = &t->v[0];
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++) {
    struct refused_path *e = &t->v[i];
    if (LOAD(e->hash) == hash && !is_forgotten(e, now_us))
      return e;
    if (rank(e, now_us) < rank(least, now_us))
      least = e;
  }
  atomic_store(&least->until_us, 0); /* first: a worker must not see the new hash with the old time */
  memset(least->text, 0, sizeof least->text);
  least->deaths = least->refusals = 0;
  least->death_us = 0;
  least->last_target = 0;
  atomic_store(&least->hash, hash);
  return least;
}

static int64_t refusal_us(unsigned refusals)
{
  int64_t us = FIRST_US;
  for (unsigned i = 0; i < refusals && us < LONGEST_US; i++)
    us *= 2;
  return us < LONGEST_US ? us : LONGEST_US;
}

static void refuse(struct refused_paths *t, struct refused_path *e, const struct worker_death *d)
{
  int64_t us = refusal_us(e->refusals++);
  atomic_store(&e->until_us, d->now_us + us);
  if (d->now_us + us > LOAD(t->until_us))
    atomic_store(&t->until_us, d->now_us + us);
  log_limited(&t->limit, 10, LOG_LEVEL_ERROR, "refusing %s%s for %lld s: it ended %u workers, the last one %s %d", e->text,
              e->any_query ? " with any query" : "", (long long)(us / CLOCK_SECOND), e->deaths,
              d->fault.hung ? "because it hung, by signal" : "by signal", d->fault.signal);
}

static void text_set(struct refused_path *e, struct span target)
{
  target = target_logged(target);
  target = span_head(target, e->any_query ? span_find(target, '?') : target.n);
  target = span_head(target, sizeof e->text - 1);
  memcpy(e->text, target.p, target.n);
  e->text[target.n] = 0;
}

static void death_note(struct refused_paths *t, uint64_t hash, bool any_query, const struct worker_death *d)
{
  struct refused_path *e = entry_of(t, hash, d->now_us);
  bool known = e->refusals > 0;
  if (any_query && e->last_target == d->ids.target && !known)
    return; /* refused as a target */
  e->any_query = any_query;
  e->deaths = !known && d->now_us - e->death_us > d->window_us ? 1 : e->deaths + 1;
  e->death_us = d->now_us;
  e->last_target = d->ids.target;
  e->last = d->fault;
  text_set(e, d->target);
  /* Workers that had begun the request before the refusal die during it and do not prolong it. */
  if (d->now_us >= LOAD(e->until_us) && (known || e->deaths >= (any_query ? DEATHS_OF_PATH : DEATHS_OF_TARGET)))
    refuse(t, e, d);
}

void refused_paths_death(struct refused_paths *t, const struct worker_death *d)
{
  if (!d->ids.target)
    return;
  death_note(t, d->ids.target, false, d);
  if (d->ids.path)
    death_note(t, d->ids.path, true, d);
}

void refused_paths_clear(struct refused_paths *t)
{
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++) {
    atomic_store(&t->v[i].hash, 0);
    atomic_store(&t->v[i].until_us, 0);
  }
  atomic_store(&t->until_us, 0);
}

static int64_t left_us(const struct refused_path *e, int64_t now_us)
{
  int64_t until_us = LOAD(e->until_us);
  return LOAD(e->hash) && until_us > now_us ? until_us - now_us : 0;
}

unsigned refused_paths_count(const struct refused_paths *t, int64_t now_us)
{
  unsigned n = 0;
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++)
    n += left_us(&t->v[i], now_us) > 0;
  return n;
}

/* For a terminal: only printable ASCII. */
static void escaped(struct buf *out, const char *text)
{
  for (const char *p = text; *p; p++)
    if (*p >= 0x20 && *p < 0x7f)
      buf_putc(out, *p);
    else
      buf_printf(out, "\\x%02x", (unsigned char)*p);
}

void refused_paths_text(const struct refused_paths *t, int64_t now_us, struct buf *out)
{
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++) {
    const struct refused_path *e = &t->v[i];
    int64_t us = left_us(e, now_us);
    if (!us)
      continue;
    buf_puts(out, "refused: ");
    escaped(out, e->text);
    buf_printf(out, "%s, %lld s more: it ended %u workers, the last one %s %d\n", e->any_query ? " with any query" : "",
               (long long)((us + CLOCK_SECOND - 1) / CLOCK_SECOND), e->deaths,
               e->last.hung ? "because it hung, by signal" : "by signal", e->last.signal);
  }
}

void refused_paths_json(const struct refused_paths *t, int64_t now_us, struct buf *out)
{
  bool first = true;
  for (size_t i = 0; i < REFUSED_PATHS_MAX; i++) {
    const struct refused_path *e = &t->v[i];
    int64_t us = left_us(e, now_us);
    if (!us)
      continue;
    buf_puts(out, first ? "{\"path\":" : ",{\"path\":");
    json_write_string(out, span_z(e->text));
    buf_printf(out, ",\"any_query\":%s,\"ms_left\":%lld,\"deaths\":%u,\"signal\":%d,\"hung\":%s}", e->any_query ? "true" : "false",
               (long long)(us / 1000), e->deaths, e->last.signal, e->last.hung ? "true" : "false");
    first = false;
  }
}
