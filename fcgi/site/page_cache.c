#include "site/page_cache.h"

#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/lru.h"

#define NEWCOMERS_SHARE 5   /* one fifth of the bytes */
#define USUAL_BYTES 8192    /* of one page */
#define ALLOCATION_BYTES 32 /* what malloc adds */

struct entry {
  struct finished_page f; /* first member: a pointer to it is a pointer to the entry */
  struct lru_entry at;
  char *memory; /* key, body, link and linked names in one block */
};

struct page_cache {
  struct lru *lru;
  size_t max;
  struct metrics *metrics;
  uint64_t seed; /* drawn for each process */
};

struct page_cache *page_cache_new(size_t max_bytes, struct metrics *m)
{
  struct page_cache *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->max = max_bytes;
  if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) != sizeof t->seed)
    t->seed = (uint64_t)clock_now_us() ^ (uintptr_t)t; /* early in the machine's life */
  t->metrics = m;
  t->lru = lru_new(max_bytes, max_bytes - max_bytes / NEWCOMERS_SHARE, USUAL_BYTES);
  if (!t->lru)
    page_cache_free(&t);
  return t;
}

/* Clients choose among millions of addresses, so they could choose keys that collide.  The seed is secret and
 * prevents that. */
static uint64_t hash_of(const struct page_cache *t, struct span s)
{
  return XXH3_64bits_withSeed(s.p, s.n, t->seed);
}

static struct entry *entry_of(struct lru_entry *e)
{
  return e ? LRU_OWNER(e, struct entry, at) : NULL;
}

static void entry_free(struct entry *e)
{
  free((char *)e->f.gzip.p);
  free(e->memory);
  free(e);
}

void page_cache_free(struct page_cache **t)
{
  if (!*t)
    return;
  for (struct entry *e; (*t)->lru && (e = entry_of(lru_pop((*t)->lru)));)
    entry_free(e);
  lru_free(&(*t)->lru);
  free(*t);
  *t = NULL;
}

struct finished_page *page_cache_get(struct page_cache *t, struct span key)
{
  struct entry *e = entry_of(lru_get(t->lru, key, hash_of(t, key)));
  return e ? &e->f : NULL;
}

static struct entry *entry_new(const struct finished_page *f, uint64_t hash)
{
  struct entry *e = calloc(1, sizeof *e);
  char *p = e ? malloc(f->key.n + f->body.n + f->link.n + f->linked.n + 1) : NULL;
  if (!p) {
    free(e);
    return NULL;
  }
  e->f = *f;
  e->memory = p;
  struct span *parts[] = {&e->f.key, &e->f.body, &e->f.link, &e->f.linked};
  for (size_t i = 0; i < 4; i++) {
    if (parts[i]->n)
      memcpy(p, parts[i]->p, parts[i]->n);
    parts[i]->p = p;
    p += parts[i]->n;
  }
  e->f.gzip = span_of(NULL, 0);
  e->at.key = e->f.key;
  e->at.hash = hash;
  e->at.bytes = sizeof *e + ALLOCATION_BYTES + f->key.n + f->body.n + f->link.n + f->linked.n;
  return e;
}

static bool drop(struct page_cache *t, struct span key, uint64_t hash)
{
  struct entry *e = entry_of(lru_find(t->lru, key, hash));
  bool resident = e && e->at.again;
  if (e) {
    lru_take(t->lru, &e->at);
    entry_free(e);
  }
  return resident;
}

struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f)
{
  uint64_t hash = hash_of(t, f->key);
  struct entry *e = NULL;
  if (f->body.n + f->key.n + sizeof *e < t->max / NEWCOMERS_SHARE)
    e = entry_new(f, hash);
  bool resident = drop(t, f->key, hash);
  if (!e)
    return NULL;
  e->at.again = resident;
  lru_put(t->lru, &e->at);
  for (struct entry *old; (old = entry_of(lru_over(t->lru)));) {
    METRICS_ADD(t->metrics, pages_evicted, 1);
    e = old == e ? NULL : e;
    entry_free(old);
  }
  return e ? &e->f : NULL;
}

void page_cache_put_gzip(struct page_cache *t, struct finished_page *f, struct span gzip)
{
  struct entry *e = (struct entry *)f;
  char *copy = f->gzip.p || !gzip.n ? NULL : malloc(gzip.n);
  if (!copy)
    return;
  memcpy(copy, gzip.p, gzip.n);
  f->gzip = span_of(copy, gzip.n);
  lru_grow(t->lru, &e->at, gzip.n);
}

size_t page_cache_bytes(const struct page_cache *t)
{
  return lru_bytes(t->lru);
}

size_t page_cache_count(const struct page_cache *t)
{
  return lru_count(t->lru);
}
