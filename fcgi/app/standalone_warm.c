/* `diptych warm`: renders the fragments of all products into memcached.
 *
 * The site changes while it runs.  Each batch reads the newest publication of the catalog.  Rounds follow until every product
 * that is published has its current version in memcached, or is in the report: a round renders the products that are new or
 * were edited, and then asks memcached for the fragments of those that it has rendered.  The last round begins with a catalog
 * that is as new as its beginning, so no product that exists at the end is missing. */
#include "app/standalone.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/standalone_process.h"
#include "store/store_open.h"

#define BATCH_US (10 * CLOCK_SECOND)
#define NEWS_US (5 * CLOCK_SECOND)
#define BATCH 20      /* products */
#define CACHE_MS 1000 /* memcached_timeout is at least this */
#define ROUNDS_MOST 20
#define TRIES_MOST 2 /* to store what memcached does not have afterwards */

static const enum fragment_kind kinds[] = {FRAGMENT_PROFILE,  FRAGMENT_CARD,      FRAGMENT_NEWS,   FRAGMENT_SPARKS,
                                           FRAGMENT_TIMELINE, FRAGMENT_QUESTIONS, FRAGMENT_SOURCE, FRAGMENT_PREDICTIONS};
#define KINDS (sizeof kinds / sizeof *kinds)
_Static_assert(BATCH * KINDS <= STORE_WANTS_MAX, "a batch is one call of the store");

enum state { NEW, RENDERED, STORED, FAILED, LOST };

struct entry {
  uint64_t id;
  struct version version; /* that was rendered, or that failed */
  enum state state;
  enum err err;      /* FAILED */
  unsigned tries, refused, round; /* refused: bodies over a limit; round: the last one in which it was published */
};

struct warm {
  struct standalone *s;
  FILE *out;
  unsigned rate, round;
  int64_t began_us;
  size_t rendered; /* products, also several times */
  struct entry *v; /* by id */
  size_t n, cap;
};

static int entry_cmp(const void *a, const void *b)
{
  const struct entry *x = a, *y = b;
  return (x->id > y->id) - (x->id < y->id);
}

static struct entry *entry_find(const struct warm *w, size_t sorted, uint64_t id)
{
  struct entry key = {.id = id};
  return sorted ? bsearch(&key, w->v, sorted, sizeof key, entry_cmp) : NULL;
}

static bool entry_add(struct warm *w, uint64_t id)
{
  if (w->n == w->cap) {
    size_t cap = w->cap ? 2 * w->cap : 1024;
    struct entry *v = realloc(w->v, cap * sizeof *v);
    if (!v)
      return false;
    w->v = v;
    w->cap = cap;
  }
  w->v[w->n++] = (struct entry){.id = id, .round = w->round};
  return true;
}

/* ---- the products that are published now */

struct warm_product {
  uint64_t id;
  struct version version;
};

/* NULL: no memory.  Reads again while the catalog changes under it. */
static struct warm_product *published_list(const struct warm *w, size_t *n)
{
  struct catalog_pin pin;
  struct warm_product *list = NULL;
  do {
    free(list);
    *n = 0;
    struct catalog_list all = catalog_pin_current(w->s->shared.catalog, &pin) ? catalog_by_slug(&pin) : (struct catalog_list){0};
    if (!(list = malloc((all.n + 1) * sizeof *list)))
      return NULL;
    for (uint32_t i = 0; i < all.n; i++) {
      struct facts f;
      if (catalog_facts(&pin, all.ordinals[i], &f))
        list[(*n)++] = (struct warm_product){f.id, catalog_newest_version(&pin, all.ordinals[i])};
    }
  } while (!catalog_pin_valid(&pin));
  return list;
}

/* Adds new products, and marks edited ones as new.  false: no memory. */
static bool round_begin(struct warm *w)
{
  size_t n, sorted = w->n;
  struct warm_product *list = published_list(w, &n);
  bool complete = list != NULL;
  w->round++;
  for (size_t i = 0; complete && i < n; i++) {
    struct entry *e = entry_find(w, sorted, list[i].id);
    if (!e)
      complete = entry_add(w, list[i].id);
    else {
      e->round = w->round;
      if (!version_eq(e->version, list[i].version) && e->state != NEW) {
        e->state = NEW;
        e->tries = 0;
      }
    }
  }
  qsort(w->v, w->n, sizeof *w->v, entry_cmp);
  free(list);
  return complete;
}

/* Waits until the catalog has everything that was committed before this call, or, on a replica, what it has received.
 * false: the database does not answer. */
static bool news_wait(const struct warm *w)
{
  struct catalog_state st;
  int64_t now_us = clock_now_us(), until_us = clock_mono_us() + NEWS_US;
  do {
    catalog_state_get(w->s->shared.catalog, &st);
    if (st.confirmed_us >= now_us || (st.replica && st.database_up && st.lag_us != 0))
      return true;
    standalone_pause();
  } while (clock_mono_us() < until_us);
  return false;
}

/* ---- batches */

struct batch {
  struct entry *entries[BATCH];
  struct want wants[BATCH * KINDS];
  size_t n, m;
};

/* Makes the wants of the entries.  An entry that is not published any more has none. */
static void wants_make(struct batch *b, const struct catalog_pin *pin)
{
  b->m = 0;
  for (size_t i = 0; i < b->n; i++) {
    uint32_t ordinal = catalog_find_id(pin, b->entries[i]->id);
    for (size_t k = 0; ordinal != CATALOG_NONE && k < KINDS; k++)
      b->wants[b->m++] = (struct want){.kind = kinds[k],
                                       .page = kinds[k] == FRAGMENT_TIMELINE,
                                       .id = b->entries[i]->id,
                                       .version = catalog_newest_version(pin, ordinal),
                                       .ordinal = ordinal};
  }
}

static unsigned refused_count(const struct want *w)
{
  unsigned n = 0;
  if (w->kind == FRAGMENT_PROFILE) {
    const struct profile *p = w->value;
    n = (unsigned)p->current.refused + p->heading.refused + p->prediction.refused;
  }
  const struct answers *a = w->kind == FRAGMENT_QUESTIONS ? w->value : NULL;
  for (size_t i = 0; a && i < a->n; i++)
    n += a->v[i].body.refused;
  return n;
}

static void rendered_take(struct entry *e, const struct want *wants, size_t m)
{
  e->state = RENDERED;
  e->refused = 0;
  for (size_t i = 0; i < m; i++) {
    const struct want *w = &wants[i];
    if (w->id != e->id)
      continue;
    e->version = w->err == ERR_OK ? w->got : w->version;
    if (w->err != ERR_OK || w->incomplete || w->stale) {
      e->state = FAILED;
      e->err = w->err != ERR_OK ? w->err : ERR_UNAVAILABLE;
      return;
    }
    e->refused += refused_count(w);
  }
}

/* What is not in memcached is rendered once more, and then reported. */
static void stored_take(struct entry *e, const struct want *wants, size_t m)
{
  bool missing = false;
  for (size_t i = 0; i < m; i++)
    missing = missing || (wants[i].id == e->id && wants[i].err != ERR_OK && version_eq(wants[i].version, e->version));
  e->state = !missing ? STORED : ++e->tries < TRIES_MOST ? NEW : LOST;
}

static void batch_run(struct warm *w, struct batch *b, bool render)
{
  struct stage stage = {0};
  struct catalog_pin pin;
  struct arena *arena = arena_new(0);
  if (arena && catalog_pin_current(w->s->shared.catalog, &pin)) {
    struct store_context x = {.arena = arena, .stage = &stage, .deadline_us = clock_mono_us() + BATCH_US, .pin = &pin};
    wants_make(b, &pin);
    if (render)
      store_fetch(app_worker_store(w->s->worker), &x, b->wants, b->m);
    else
      store_cached(app_worker_store(w->s->worker), &x, b->wants, b->m);
    for (size_t i = 0; i < b->n; i++)
      render ? rendered_take(b->entries[i], b->wants, b->m) : stored_take(b->entries[i], b->wants, b->m);
  }
  for (size_t i = 0; !arena && i < b->n; i++) {
    b->entries[i]->state = FAILED;
    b->entries[i]->err = ERR_NO_MEMORY;
  }
  arena_free(&arena);
}

static void progress(const struct warm *w, size_t done, size_t all)
{
  char bar[41];
  size_t filled = all ? done * 40 / all : 40;
  for (size_t i = 0; i < 40; i++)
    bar[i] = i < filled ? '#' : '.';
  bar[40] = 0;
  if (isatty(fileno(w->out))) {
    fprintf(w->out, "\r[%s] %zu of %zu products", bar, done, all);
    fflush(w->out);
  }
}

static size_t count(const struct warm *w, enum state state)
{
  size_t n = 0;
  for (size_t i = 0; i < w->n; i++)
    n += w->v[i].round == w->round && w->v[i].state == state;
  return n;
}

static void rate_keep(const struct warm *w)
{
  while (w->rate && clock_mono_us() - w->began_us < (int64_t)w->rendered * CLOCK_SECOND / w->rate)
    standalone_pause();
}

/* Renders the NEW entries of this round, or looks up the RENDERED ones. */
static void entries_run(struct warm *w, enum state state)
{
  struct batch b = {.n = 0};
  size_t all = count(w, state), done = 0;
  for (size_t i = 0; i < w->n; i++) {
    if (w->v[i].round == w->round && w->v[i].state == state)
      b.entries[b.n++] = &w->v[i];
    if (b.n < BATCH && (i + 1 < w->n || !b.n))
      continue;
    batch_run(w, &b, state == NEW);
    done += b.n;
    if (state == NEW) {
      w->rendered += b.n;
      progress(w, done, all);
      rate_keep(w);
    }
    b.n = 0;
  }
}

/* ---- the report */

static void entry_report(const struct warm *w, const struct entry *e)
{
  struct catalog_pin pin;
  struct facts f = {0};
  bool known = catalog_pin_current(w->s->shared.catalog, &pin) && catalog_facts(&pin, catalog_find_id(&pin, e->id), &f);
  fprintf(w->out, "product %llu (%.*s): ", (unsigned long long)e->id, SPAN_ARG(known ? f.slug : SPAN("")));
  if (e->state == FAILED)
    fprintf(w->out, "%s\n", err_text(e->err));
  else if (e->state == LOST)
    fputs("the cache does not keep it: is every server up, and is there memory for all products?\n", w->out);
  else
    fputs("it is edited again and again\n", w->out);
}

/* Returns the number of products that are not in the cache. */
static size_t report(const struct warm *w)
{
  size_t missing = 0, all = 0;
  unsigned refused = 0;
  fputs(isatty(fileno(w->out)) ? "\n" : "", w->out);
  for (size_t i = 0; i < w->n; i++) {
    const struct entry *e = &w->v[i];
    if (e->round != w->round)
      continue;
    all++;
    refused += e->refused;
    if (e->state != STORED) {
      missing++;
      entry_report(w, e);
    }
  }
  fprintf(w->out,
          "%zu products in %.1f s; %llu had to be rendered, %zu are not in the cache, %u Markdown bodies are over a limit\n",
          all, (double)(clock_mono_us() - w->began_us) / 1e6, (unsigned long long)w->s->metrics.fills, missing, refused);
  uint64_t lost = w->s->metrics.cache_errors + w->s->metrics.cache_skipped;
  if (lost)
    fprintf(w->out, "%llu operations of the cache failed: check that memcached runs, and warm again\n", (unsigned long long)lost);
  return missing;
}

/* The last round finds nothing to do.  Returns the exit code. */
static int warm_run(struct warm *w)
{
  bool current, more;
  do {
    current = news_wait(w);
    if (!round_begin(w)) {
      fputs("out of memory\n", w->out);
      return 1;
    }
    more = count(w, NEW) || count(w, RENDERED);
    entries_run(w, NEW);
    entries_run(w, RENDERED);
  } while (current && more && w->round < ROUNDS_MOST);
  size_t missing = report(w);
  if (!current)
    fputs("the database does not answer: what was edited since then may be missing\n", w->out);
  return missing > 0 || !current;
}

int standalone_warm(const struct config *c, unsigned rate, FILE *out)
{
  struct standalone s = {0};
  struct warm w = {.s = &s, .out = out, .rate = rate};
  struct config patient = *c; /* no visitor waits */
  if (patient.memcached_timeout < CACHE_MS)
    patient.memcached_timeout = CACHE_MS;
  int code = 1;
  if (!*c->memcached) {
    fputs("no memcached is configured: there is nothing to warm\n", out);
    return code;
  }
  if (standalone_open(&s, &patient, stderr)) {
    w.began_us = clock_mono_us();
    code = warm_run(&w);
  }
  standalone_close(&s);
  free(w.v);
  return code;
}
