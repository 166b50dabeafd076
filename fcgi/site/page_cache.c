#include "site/page_cache.h"

#include <stdlib.h>

#include "base/buf.h"

#define NEWCOMERS_SHARE 5 /* one fifth of the bytes */

struct entry {
  struct finished_page f; /* first: a finished is its entry */
  struct entry *chain;
  struct entry *newer, *older;
  uint64_t hash;
  size_t bytes;
  bool resident;
  char *memory; /* key, body and link in one block */
};

struct queue {
  struct entry *newest, *oldest;
  size_t bytes;
};

struct page_cache {
  struct entry **buckets;
  size_t n_buckets, count, max;
  struct queue newcomers, residents;
  struct metrics *metrics;
};

struct page_cache *page_cache_new(size_t max_bytes, struct metrics *m)
{
  struct page_cache *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->n_buckets = 64;
  while (t->n_buckets < max_bytes / 8192)
    t->n_buckets *= 2;
  t->buckets = calloc(t->n_buckets, sizeof *t->buckets);
  t->max = max_bytes;
  t->metrics = m;
  if (!t->buckets)
    page_cache_free(&t);
  return t;
}

/* FNV-1a: keys are paths that exist, so nobody can choose them to collide at will. */
static uint64_t hash_of(struct span s)
{
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < s.n; i++)
    h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
  return h ^ h >> 29;
}

static struct queue *queue_of(struct page_cache *t, const struct entry *e)
{
  return e->resident ? &t->residents : &t->newcomers;
}

static void unlink_entry(struct page_cache *t, struct entry *e)
{
  struct queue *q = queue_of(t, e);
  *(e->newer ? &e->newer->older : &q->newest) = e->older;
  *(e->older ? &e->older->newer : &q->oldest) = e->newer;
  q->bytes -= e->bytes;
}

static void link_newest(struct page_cache *t, struct entry *e)
{
  struct queue *q = queue_of(t, e);
  e->newer = NULL;
  e->older = q->newest;
  *(q->newest ? &q->newest->newer : &q->oldest) = e;
  q->newest = e;
  q->bytes += e->bytes;
}

static void entry_free(struct entry *e)
{
  free((char *)e->f.gzip.p);
  free(e->memory);
  free(e);
}

static void drop(struct page_cache *t, struct entry *e)
{
  struct entry **at = &t->buckets[e->hash & (t->n_buckets - 1)];
  while (*at != e)
    at = &(*at)->chain;
  *at = e->chain;
  unlink_entry(t, e);
  t->count--;
  entry_free(e);
}

void page_cache_free(struct page_cache **t)
{
  if (!*t)
    return;
  while ((*t)->newcomers.oldest)
    drop(*t, (*t)->newcomers.oldest);
  while ((*t)->residents.oldest)
    drop(*t, (*t)->residents.oldest);
  free((*t)->buckets);
  free(*t);
  *t = NULL;
}

static struct entry *find(struct page_cache *t, struct span key, uint64_t hash)
{
  struct entry *e = t->buckets[hash & (t->n_buckets - 1)];
  while (e && (e->hash != hash || !span_eq(e->f.key, key)))
    e = e->chain;
  return e;
}

/* Residents over their share become newcomers again; newcomers over all bytes leave. */
static void make_room(struct page_cache *t)
{
  size_t share = t->max - t->max / NEWCOMERS_SHARE;
  while (t->residents.bytes > share && t->residents.oldest) {
    struct entry *e = t->residents.oldest;
    unlink_entry(t, e);
    e->resident = false;
    link_newest(t, e);
  }
  while (t->residents.bytes + t->newcomers.bytes > t->max && t->newcomers.oldest) {
    drop(t, t->newcomers.oldest);
    METRICS_ADD(t->metrics, pages_evicted, 1);
  }
}

struct finished_page *page_cache_get(struct page_cache *t, struct span key)
{
  struct entry *e = find(t, key, hash_of(key));
  if (!e)
    return NULL;
  unlink_entry(t, e);
  e->resident = true;
  link_newest(t, e);
  return &e->f;
}

static struct entry *entry_new(const struct finished_page *f)
{
  struct entry *e = calloc(1, sizeof *e);
  char *p = e ? malloc(f->key.n + f->body.n + f->link.n + 1) : NULL;
  if (!p) {
    free(e);
    return NULL;
  }
  e->f = *f;
  e->memory = p;
  struct span *parts[] = {&e->f.key, &e->f.body, &e->f.link};
  for (size_t i = 0; i < 3; i++) {
    if (parts[i]->n)
      memcpy(p, parts[i]->p, parts[i]->n);
    parts[i]->p = p;
    p += parts[i]->n;
  }
  e->f.gzip = span_of(NULL, 0);
  e->bytes = sizeof *e + 32 + f->key.n + f->body.n + f->link.n;
  return e;
}

struct finished_page *page_cache_put(struct page_cache *t, const struct finished_page *f)
{
  uint64_t hash = hash_of(f->key);
  struct entry *old = find(t, f->key, hash), *e = NULL;
  bool resident = old && old->resident;
  if (f->body.n + f->key.n + sizeof *e < t->max / NEWCOMERS_SHARE)
    e = entry_new(f);
  if (old)
    drop(t, old);
  if (!e)
    return NULL;
  e->hash = hash;
  e->resident = resident;
  e->chain = t->buckets[hash & (t->n_buckets - 1)];
  t->buckets[hash & (t->n_buckets - 1)] = e;
  t->count++;
  link_newest(t, e);
  make_room(t);
  return find(t, f->key, hash) == e ? &e->f : NULL;
}

void page_cache_drop(struct page_cache *t, struct span key)
{
  struct entry *e = find(t, key, hash_of(key));
  if (e)
    drop(t, e);
}

void page_cache_put_gzip(struct page_cache *t, struct finished_page *f, struct span gzip)
{
  struct entry *e = (struct entry *)f;
  char *copy = f->gzip.p || !gzip.n ? NULL : malloc(gzip.n);
  if (!copy)
    return;
  memcpy(copy, gzip.p, gzip.n);
  f->gzip = span_of(copy, gzip.n);
  e->bytes += gzip.n;
  queue_of(t, e)->bytes += gzip.n;
}

size_t page_cache_bytes(const struct page_cache *t)
{
  return t->newcomers.bytes + t->residents.bytes;
}

size_t page_cache_count(const struct page_cache *t)
{
  return t->count;
}
