#include "store/store_open.h"

#include <stdlib.h>

#include "cache/envelope.h"
#include "store/store_live.h"

#define LEASE_POLL_MS 5

static void want_answer(struct want *w, const void *value)
{
  w->value = value;
  w->got = w->version;
  w->incomplete = false;
  w->err = ERR_OK;
}

static const void *want_unpack(struct store_live *s, const struct store_context *x, enum fragment_kind kind, struct span key,
                               struct span body)
{
  const void *cached = x->under_load ? fragment_cache_put(s->fragments, kind, key, body) : NULL;
  return cached ? cached : fragment_unpack(kind, body, x->arena);
}

/* Answers the want with a value from memcached, if the value is valid. */
static bool want_take(struct store_live *s, const struct store_context *x, struct want *w, struct span key,
                      struct span value)
{
  struct span body;
  if (!value.p) {
    METRICS_ADD(s->metrics, cache_misses, 1);
    return false;
  }
  const void *decoded = envelope_open(value, key, s->secret, &body) ? want_unpack(s, x, w->kind, key, body) : NULL;
  if (!decoded) {
    METRICS_ADD(s->metrics, cache_bad, 1);
    return false;
  }
  METRICS_ADD(s->metrics, cache_hits, 1);
  want_answer(w, decoded);
  return true;
}

static bool from_fragment_cache(struct store_live *s, struct want *w, struct span key)
{
  const void *value = fragment_cache_get(s->fragments, key);
  if (!value)
    return false;
  METRICS_ADD(s->metrics, fragments_reused, 1);
  want_answer(w, value);
  return true;
}

/* One multi-get for all open wants.  own: the fragments that this worker keeps count, too. */
static void cache_ask(struct store_live *s, const struct store_context *x, struct want *wants, size_t n, bool own)
{
  char (*texts)[FRAGMENT_KEY_MAX + 1] = arena_array(x->arena, n, sizeof *texts);
  struct span *keys = ARENA_ARRAY(x->arena, n, struct span), *values = ARENA_ARRAY(x->arena, n, struct span);
  struct want **open = ARENA_ARRAY(x->arena, n, struct want *);
  size_t m = 0;
  if (!texts || !keys || !values || !open)
    return;
  for (size_t i = 0; i < n; i++)
    if (want_open(&wants[i])) {
      open[m] = &wants[i];
      keys[m] = span_of(texts[m], store_want_key(s, &wants[i], texts[m]));
      bool local = own && (x->under_load || cache_key_down(s->cache, keys[m]));
      if (!local || !from_fragment_cache(s, &wants[i], keys[m]))
        m++;
    }
  if (m == 0)
    return;
  stage_set(x->stage, STAGE_CACHE);
  cache_get(s->cache, keys, m, x->arena, values);
  for (size_t i = 0; i < m; i++)
    want_take(s, x, open[i], keys[i], values[i]);
}

static void from_cache(struct store_live *s, const struct store_context *x, struct want *wants, size_t n)
{
  cache_ask(s, x, wants, n, true);
}

/* The product ids of open wants, without duplicates.  The filler of the smaller id also fills a pair.  If a pair needed
 * the leases of both products, two fillers could deadlock with one lease each. */
static size_t missing_ids(const struct want *wants, size_t n, uint64_t *ids)
{
  size_t m = 0;
  for (size_t i = 0; i < n; i++) {
    const struct want *w = &wants[i];
    size_t at = 0;
    if (!want_open(w) || w->kind == FRAGMENT_SITE || w->kind == FRAGMENT_PAGE ||
        fragment_made_alone(w->kind, w->page))
      continue;
    while (at < m && ids[at] != w->id)
      at++;
    if (at == m)
      ids[m++] = w->id;
  }
  return m;
}

static size_t version_lease_key(const struct store_live *s, uint64_t id, struct version v, char out[FRAGMENT_KEY_MAX + 1])
{
  size_t len = fragment_key(out, FRAGMENT_PROFILE, 0, id, v, s->rendering);
  out[0] = 'l';
  return len;
}

static size_t lease_key(const struct store_live *s, const struct want *wants, size_t n, uint64_t id,
                        char out[FRAGMENT_KEY_MAX + 1])
{
  struct version v = {0};
  for (size_t i = 0; i < n; i++)
    if (want_concerns(&wants[i], id))
      v = wants[i].id == id ? wants[i].version : wants[i].other_version;
  return version_lease_key(s, id, v, out);
}

/* Another worker could not pass on its fragment of this product, because the server of its key is down. */
static bool is_unsharable(const struct store_live *s, const struct want *wants, size_t n, uint64_t id)
{
  char key[FRAGMENT_KEY_MAX + 1];
  for (size_t i = 0; i < n; i++)
    if (want_open(&wants[i]) && want_concerns(&wants[i], id) &&
        cache_key_down(s->cache, span_of(key, store_want_key(s, &wants[i], key))))
      return true;
  return false;
}

struct leases {
  uint64_t ids[STORE_WANTS_MAX]; /* of products that this worker fills */
  bool held[STORE_WANTS_MAX];    /* with a lease */
  size_t n;
  struct catalog_moved ahead[STORE_AHEAD_MOST]; /* of others, with leases */
  size_t n_ahead;
};

static bool was_late(const struct store_live *s, const struct catalog_moved *m)
{
  for (size_t i = 0; i < STORE_AHEAD_LATE; i++)
    if (s->late[i].id == m->id && version_eq(s->late[i].version, m->version))
      return true;
  return false;
}

/* Takes leases of products to fill ahead.  After a publication with many edits, pages that show
 * one of the products each would read it alone, and a reading of many costs little more than one of few. */
static void take_ahead(struct store_live *s, const struct store_context *x, const uint64_t *ids, size_t m, struct leases *ours)
{
  char texts[STORE_AHEAD_MOST][FRAGMENT_KEY_MAX + 1];
  struct span keys[STORE_AHEAD_MOST];
  enum err got[STORE_AHEAD_MOST];
  struct catalog_moved v[STORE_AHEAD_MOST];
  bool hurried = x->deadline_us - clock_mono_us() < s->config->deadline * 1000 / 2;
  size_t n = hurried ? 0 : catalog_moved_find(x->pin, v, STORE_AHEAD_MOST), kept = 0;
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < m && ids[k] != v[i].id)
      k++;
    if (k == m && !was_late(s, &v[i]))
      v[kept++] = v[i];
  }
  for (size_t i = 0; i < kept; i++)
    keys[i] = span_of(texts[i], version_lease_key(s, v[i].id, v[i].version, texts[i]));
  if (kept)
    cache_leases(s->cache, keys, kept, x->arena, got);
  for (size_t i = 0; i < kept; i++)
    if (got[i] == ERR_OK)
      ours->ahead[ours->n_ahead++] = v[i];
}

/* Takes the leases of the ids.  Another worker fills those that are not in *ours. */
static void take_leases(struct store_live *s, const struct store_context *x, const struct want *wants, size_t n,
                        const uint64_t *ids, size_t m, struct leases *ours)
{
  char texts[STORE_WANTS_MAX][FRAGMENT_KEY_MAX + 1];
  struct span keys[STORE_WANTS_MAX];
  enum err got[STORE_WANTS_MAX];
  uint64_t asked[STORE_WANTS_MAX];
  size_t k = 0;
  bool usable = cache_usable(s->cache);
  for (size_t i = 0; i < m; i++) {
    if (!usable || is_unsharable(s, wants, n, ids[i])) {
      ours->held[ours->n] = false;
      ours->ids[ours->n++] = ids[i];
      continue;
    }
    keys[k] = span_of(texts[k], lease_key(s, wants, n, ids[i], texts[k]));
    asked[k++] = ids[i];
  }
  if (!k)
    return;
  cache_leases(s->cache, keys, k, x->arena, got);
  for (size_t i = 0; i < k; i++) {
    if (got[i] == ERR_LIMIT)
      continue;
    ours->held[ours->n] = got[i] == ERR_OK;
    ours->ids[ours->n++] = asked[i];
  }
  if (ours->n)
    take_ahead(s, x, ids, m, ours);
}

static void release_leases(struct store_live *s, const struct want *wants, size_t n, const struct leases *ours)
{
  char key[FRAGMENT_KEY_MAX + 1];
  cache_settle(s->cache);
  for (size_t i = 0; i < ours->n; i++)
    if (ours->held[i])
      cache_release(s->cache, span_of(key, lease_key(s, wants, n, ours->ids[i], key)));
  for (size_t i = 0; i < ours->n_ahead; i++)
    cache_release(s->cache, span_of(key, version_lease_key(s, ours->ahead[i].id, ours->ahead[i].version, key)));
  cache_settle(s->cache);
}

/* Another worker may have read newer rows and raised the version floor: from now on, ask for that version. */
static void refresh_versions(const struct store_context *x, struct want *wants, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    struct want *w = &wants[i];
    if (!want_open(w) || w->ordinal == CATALOG_NONE)
      continue;
    w->version = catalog_newest_version(x->pin, w->ordinal);
    if (w->kind == FRAGMENT_PAIR)
      w->other_version = catalog_newest_version(x->pin, catalog_find_id(x->pin, w->other_id));
  }
}

/* Those of the products to fill ahead that no other pool has stored. */
static size_t ahead_missing(struct store_live *s, const struct store_context *x, const struct leases *leased,
                            struct catalog_moved out[STORE_AHEAD_MOST])
{
  char texts[STORE_AHEAD_MOST][FRAGMENT_KEY_MAX + 1];
  struct span keys[STORE_AHEAD_MOST], values[STORE_AHEAD_MOST], body;
  const struct catalog_moved *v = leased->ahead;
  size_t n = 0;
  for (size_t i = 0; i < leased->n_ahead; i++)
    keys[i] = span_of(texts[i], fragment_key(texts[i], FRAGMENT_PROFILE, 0, v[i].id, v[i].version, s->rendering));
  if (leased->n_ahead)
    cache_get(s->cache, keys, leased->n_ahead, x->arena, values);
  for (size_t i = 0; i < leased->n_ahead; i++)
    if (values[i].p && envelope_open(values[i], keys[i], s->secret, &body))
      catalog_stored_set(x->pin, catalog_find_id(x->pin, v[i].id), v[i].version);
    else
      out[n++] = v[i];
  return n;
}

/* Fills the products whose leases this worker holds.  Asks memcached first: the previous holder may have stored the
 * fragments since the last multi-get. */
static enum err fill_leased(struct store_live *s, const struct store_context *x, struct want *wants, size_t n,
                            const struct leases *leased)
{
  uint64_t missing[STORE_WANTS_MAX], ours[STORE_WANTS_MAX];
  struct store_filled f = {.ids = ours};
  if (cache_usable(s->cache))
    from_cache(s, x, wants, n);
  size_t open = missing_ids(wants, n, missing);
  for (size_t i = 0; i < open; i++)
    for (size_t k = 0; k < leased->n; k++)
      if (missing[i] == leased->ids[k])
        ours[f.n++] = leased->ids[k];
  f.n_ahead = f.n ? ahead_missing(s, x, leased, f.ahead) : 0;
  enum err e = f.n ? store_fill_products(s, x, &f, wants, n) : ERR_OK;
  release_leases(s, wants, n, leased);
  return e;
}

/* A body that had no time is in no cache: a request that is handled again would lose it. */
static bool any_incomplete(const struct want *wants, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (wants[i].err == ERR_OK && wants[i].incomplete)
      return true;
  return false;
}

/* Fills the products whose leases this worker gets and waits for those that other workers fill.  The wait ends after
 * lease_ttl, or after half of the time until the deadline; then the rest is filled without a lease.  A request that may be
 * deferred is handled anew for each question whether the others are done, so it waits since its arrival. */
static enum err fill_products(struct store_live *s, const struct store_context *x, struct want *wants, size_t n)
{
  uint64_t ids[STORE_WANTS_MAX];
  struct leases ours;
  int64_t began_us = x->may_defer ? x->deadline_us - s->config->deadline * 1000 : clock_mono_us();
  int64_t half_us = began_us + (x->deadline_us - began_us) / 2;
  int64_t wait_end_us = began_us + s->config->lease_ttl * CLOCK_SECOND;
  if (wait_end_us > half_us)
    wait_end_us = half_us;
  for (size_t m; (m = missing_ids(wants, n, ids)) > 0;) {
    bool late = clock_mono_us() >= wait_end_us;
    ours.n = ours.n_ahead = 0;
    if (!late)
      take_leases(s, x, wants, n, ids, m, &ours);
    if (late || ours.n) {
      struct store_filled all = {.ids = ids, .n = m};
      enum err e = late ? store_fill_products(s, x, &all, wants, n) : fill_leased(s, x, wants, n, &ours);
      if (e != ERR_OK)
        return e;
      continue;
    }
    METRICS_ADD(s->metrics, lease_waits, 1);
    stage_set(x->stage, STAGE_LEASE);
    if (x->may_defer && !any_incomplete(wants, n))
      return ERR_DEFERRED;
    (void)waiter_poll(x->waiter, NULL, LEASE_POLL_MS);
    refresh_versions(x, wants, n);
    from_cache(s, x, wants, n);
  }
  return ERR_OK;
}

static enum err fill_missing(struct store_live *s, const struct store_context *x, struct want *wants, size_t n)
{
  enum err e = fill_products(s, x, wants, n);
  for (size_t i = 0; i < n && e == ERR_OK; i++)
    if (want_open(&wants[i]))
      e = store_fill_other(s, x, &wants[i], wants, n);
  cache_settle(s->cache);
  return e;
}

/* The stored version was the newest one at some time of the last `us`. */
static bool replaced_within(const struct catalog_pin *pin, uint32_t ordinal, int64_t us)
{
  int64_t replaced_us = catalog_stored_replaced_us(pin, ordinal);
  return us == CLOCK_FOREVER || (replaced_us != CLOCK_NEVER && clock_now_us() - replaced_us <= us);
}

/* The database is unavailable: reopens the product's wants at the last version that is known to be stored. */
static bool product_stored(const struct store_context *x, struct want *wants, size_t n, const struct want *w, int64_t most_us)
{
  struct version v = catalog_last_stored(x->pin, w->ordinal);
  if (v.rev == 0 || version_eq(v, w->version) || !replaced_within(x->pin, w->ordinal, most_us))
    return false;
  for (size_t k = 0; k < n; k++)
    if (wants[k].id == w->id && wants[k].kind != FRAGMENT_PAIR && wants[k].ordinal == w->ordinal) {
      wants[k].version = v;
      wants[k].err = ERR_RETRY;
      wants[k].stale = true;
    }
  return true;
}

/* Reopens a pair at the versions that product_stored has chosen for its products. */
static void pair_stored(const struct want *wants, size_t n, struct want *w)
{
  for (size_t k = 0; k < n; k++) {
    if (wants[k].kind == FRAGMENT_PAIR || !wants[k].stale)
      continue;
    if (wants[k].id == w->id)
      w->version = wants[k].version;
    else if (wants[k].id == w->other_id)
      w->other_version = wants[k].version;
    else
      continue;
    w->err = ERR_RETRY;
    w->stale = true;
  }
}

static void from_last_stored(struct store_live *s, const struct store_context *x, struct want *wants, size_t n)
{
  int64_t most_us = store_older_most_us(s->catalog, s->config);
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    const struct want *w = &wants[i];
    if (want_open(w) && w->ordinal != CATALOG_NONE && w->kind != FRAGMENT_PAIR)
      any |= product_stored(x, wants, n, w, most_us);
  }
  for (size_t i = 0; i < n; i++)
    if (wants[i].kind == FRAGMENT_PAIR)
      pair_stored(wants, n, &wants[i]);
  if (any)
    from_cache(s, x, wants, n);
}

/* A value that was incomplete for want of time is not made again in the same request: there is less time now. */
static void from_earlier(const struct store_context *x, struct want *w)
{
  for (size_t i = 0; i < x->n_earlier; i++) {
    const struct want *e = &x->earlier[i];
    bool same = e->kind == w->kind && e->page == w->page && e->id == w->id && e->other_id == w->other_id;
    if (!same || e->err != ERR_OK || !e->incomplete || !version_eq(e->got, w->version))
      continue;
    w->value = e->value;
    w->got = e->got;
    w->incomplete = true;
    w->err = ERR_OK;
  }
}

static void live_fetch(struct store *base, const struct store_context *x, struct want *wants, size_t n)
{
  struct store_live *s = (struct store_live *)base;
  bool open = false;
  db_waiter(s->db, x->waiter);
  for (size_t i = 0; i < n; i++) {
    wants[i].err = ERR_RETRY;
    wants[i].value = NULL;
    wants[i].stale = false;
    wants[i].incomplete = false;
    if (wants[i].kind != FRAGMENT_PAIR)
      from_earlier(x, &wants[i]);
  }
  from_cache(s, x, wants, n);
  for (size_t i = 0; i < n; i++)
    open = open || want_open(&wants[i]);
  enum err e = open ? fill_missing(s, x, wants, n) : ERR_OK;
  if (e != ERR_OK && e != ERR_DEFERRED)
    from_last_stored(s, x, wants, n);
  for (size_t i = 0; i < n; i++)
    if (want_open(&wants[i]))
      wants[i].err = arena_failed(x->arena) ? ERR_NO_MEMORY : e == ERR_DEFERRED ? e : ERR_UNAVAILABLE;
}

static void live_tidy(struct store *base)
{
  fragment_cache_tidy(((struct store_live *)base)->fragments);
}

static void live_close(struct store *base)
{
  struct store_live *s = (struct store_live *)base;
  fragment_cache_free(&s->fragments);
  db_free(&s->db);
  free(s);
}

void store_cached(struct store *base, const struct store_context *x, struct want *wants, size_t n)
{
  base->tidy(base);
  for (size_t i = 0; i < n; i++) {
    wants[i].err = ERR_RETRY;
    wants[i].value = NULL;
  }
  cache_ask((struct store_live *)base, x, wants, n, false);
  for (size_t i = 0; i < n; i++)
    if (want_open(&wants[i]))
      wants[i].err = ERR_NOT_FOUND;
}

struct db *store_database(struct store *base)
{
  return ((struct store_live *)base)->db;
}

void store_idle(struct store *base)
{
  db_idle(((struct store_live *)base)->db);
}

struct store *store_open(const struct config *c, const struct catalog *catalog, struct metrics *m,
                         struct breaker *database, struct cache *cache)
{
  struct store_live *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  *s = (struct store_live){.base = {live_fetch, live_tidy, live_close},
                           .config = c,
                           .catalog = catalog,
                           .metrics = m,
                           .database = database,
                           .cache = cache,
                           .rendering = fragment_rendering(c)};
  envelope_secret(s->secret, span_z(c->cache_secret));
  s->db = db_new(c, m, database);
  s->fragments = fragment_cache_new((size_t)c->fragment_cache_bytes);
  if (!s->db || !s->fragments) {
    live_close(&s->base);
    return NULL;
  }
  return &s->base;
}
