#include "site/page_cache.h"

#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/lru.h"

#define NEWCOMERS_SHARE 5 /* one fifth of the bytes */
#define USUAL_BYTES 8192  /* of one page */
#define SEEN_EACH 4       /* fingerprints for each page of usual size that the cache has room for */
#define SEEN_LEAST 64

struct entry { /* then its key, body, link and linked names, in the same block of the heap */
  struct finished_page f; /* first member: a pointer to it is a pointer to the entry */
  struct lru_entry at;
};

struct page_cache {
  struct lru *lru;
  struct heap *heap;
  uint16_t *seen; /* fingerprints, by hash; malloc */
  size_t max, n_seen;
  struct metrics *metrics;
  uint64_t seed; /* drawn for each process */
};

static bool parts_open(struct page_cache *t)
{
  t->n_seen = SEEN_LEAST;
  while (t->n_seen < t->max / USUAL_BYTES * SEEN_EACH)
    t->n_seen *= 2;
  t->seen = calloc(t->n_seen, sizeof *t->seen);
  t->heap = heap_new(t->max);
  t->lru = lru_new(t->max, t->max - t->max / NEWCOMERS_SHARE, USUAL_BYTES);
  return t->seen && t->heap && t->lru;
}

struct page_cache *page_cache_new(size_t max_bytes, struct metrics *m)
{
  struct page_cache *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->max = max_bytes;
  t->metrics = m;
  if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) != sizeof t->seed)
    t->seed = (uint64_t)clock_now_us() ^ (uintptr_t)t; /* early in the machine's life */
  if (!parts_open(t))
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

static void entry_free(struct page_cache *t, struct entry *e)
{
  for (enum coding c = 0; c < CODING_COUNT; c++)
    heap_release(t->heap, (char *)e->f.coded[c].p);
  heap_release(t->heap, e);
}

void page_cache_free(struct page_cache **t)
{
  if (!*t)
    return;
  while ((*t)->lru && lru_pop((*t)->lru))
    ; /* the heap has all of them */
  lru_free(&(*t)->lru);
  heap_free(&(*t)->heap);
  free((*t)->seen);
  free(*t);
  *t = NULL;
}

struct finished_page *page_cache_get(struct page_cache *t, struct span key)
{
  struct entry *e = entry_of(lru_get(t->lru, key, hash_of(t, key)));
  return e ? &e->f : NULL;
}

/* True: the page was refused before.  Remembers it. */
static bool was_seen(struct page_cache *t, uint64_t hash)
{
  uint16_t *seen = &t->seen[hash & (t->n_seen - 1)], fingerprint = (uint16_t)(hash >> 48 | 1);
  bool again = *seen == fingerprint;
  *seen = fingerprint;
  return again;
}

/* Evicts pages until n bytes fit.  NULL: they do not fit into the empty cache. */
static void *room_make(struct page_cache *t, size_t n)
{
  struct entry *old;
  void *p;
  (void)lru_over(t->lru); /* nothing exceeds the heap; it moves residents that exceed their share */
  while (!(p = heap_alloc(t->heap, n)) && (old = entry_of(lru_pop(t->lru)))) {
    METRICS_ADD(t->metrics, pages_evicted, 1);
    entry_free(t, old);
  }
  return p;
}

static struct entry *entry_fill(struct entry *e, const struct finished_page *f, uint64_t hash)
{
  *e = (struct entry){.f = *f};
  char *p = (char *)(e + 1);
  struct span *parts[] = {&e->f.key, &e->f.body, &e->f.link, &e->f.linked};
  for (size_t i = 0; i < 4; i++) {
    if (parts[i]->n)
      memcpy(p, parts[i]->p, parts[i]->n);
    parts[i]->p = p;
    p += parts[i]->n;
  }
  memset(e->f.coded, 0, sizeof e->f.coded);
  e->at.key = e->f.key;
  e->at.hash = hash;
  e->at.bytes = heap_bytes_of(e);
  return e;
}

/* Removes the page that the new one replaces. */
static bool drop(struct page_cache *t, struct span key, uint64_t hash, bool *resident)
{
  struct entry *e = entry_of(lru_find(t->lru, key, hash));
  *resident = e && e->at.again;
  if (e) {
    lru_take(t->lru, &e->at);
    entry_free(t, e);
  }
  return e != NULL;
}

struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f)
{
  uint64_t hash = hash_of(t, f->key);
  bool resident, replaces = drop(t, f->key, hash, &resident);
  size_t bytes = sizeof(struct entry) + f->key.n + f->body.n + f->link.n + f->linked.n;
  if (bytes >= t->max / NEWCOMERS_SHARE)
    return NULL;
  struct entry *e = heap_alloc(t->heap, bytes);
  if (!e && (replaces || was_seen(t, hash)))
    e = room_make(t, bytes);
  if (!e)
    return NULL;
  entry_fill(e, f, hash)->at.again = resident;
  lru_put(t->lru, &e->at);
  return &e->f;
}

void page_cache_put_coded(struct page_cache *t, struct finished_page *f, enum coding coding, struct span body)
{
  struct entry *e = (struct entry *)f;
  if (f->coded[coding].p || !body.n || e->at.bytes + body.n >= t->max / NEWCOMERS_SHARE)
    return;
  lru_take(t->lru, &e->at); /* it is not evicted for itself */
  char *copy = room_make(t, body.n);
  if (copy) {
    memcpy(copy, body.p, body.n);
    f->coded[coding] = span_of(copy, body.n);
    e->at.bytes += heap_bytes_of(copy);
  }
  lru_put(t->lru, &e->at);
}

size_t page_cache_bytes(const struct page_cache *t)
{
  return lru_bytes(t->lru);
}

size_t page_cache_count(const struct page_cache *t)
{
  return lru_count(t->lru);
}
