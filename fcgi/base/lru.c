#include "base/lru.h"

#include <assert.h>
#include <stdlib.h>

#define BUCKETS_LEAST 64

struct queue {
  struct lru_entry *newest, *oldest;
  size_t bytes;
};

struct lru {
  struct lru_entry **buckets;
  size_t n_buckets, count, max, protected_max;
  struct queue once, again;
};

struct lru *lru_new(size_t max_bytes, size_t protected_bytes, size_t usual_bytes)
{
  struct lru *l = calloc(1, sizeof *l);
  if (!l)
    return NULL;
  l->max = max_bytes;
  l->protected_max = protected_bytes;
  l->n_buckets = BUCKETS_LEAST;
  while (l->n_buckets < max_bytes / usual_bytes)
    l->n_buckets *= 2;
  l->buckets = calloc(l->n_buckets, sizeof(*l->buckets));
  if (!l->buckets) {
    free(l);
    return NULL;
  }
  return l;
}

void lru_free(struct lru **l)
{
  if (!*l)
    return;
  assert((*l)->count == 0 && "an LRU was freed with entries in it");
  free((*l)->buckets);
  free(*l);
  *l = NULL;
}

static struct queue *queue_of(struct lru *l, const struct lru_entry *e)
{
  return e->again ? &l->again : &l->once;
}

static void queue_leave(struct lru *l, struct lru_entry *e)
{
  struct queue *q = queue_of(l, e);
  *(e->newer ? &e->newer->older : &q->newest) = e->older;
  *(e->older ? &e->older->newer : &q->oldest) = e->newer;
  q->bytes -= e->bytes;
}

static void queue_join(struct lru *l, struct lru_entry *e)
{
  struct queue *q = queue_of(l, e);
  e->newer = NULL;
  e->older = q->newest;
  *(q->newest ? &q->newest->newer : &q->oldest) = e;
  q->newest = e;
  q->bytes += e->bytes;
}

static struct lru_entry **bucket_of(const struct lru *l, uint64_t hash)
{
  return &l->buckets[hash & (l->n_buckets - 1)];
}

struct lru_entry *lru_find(const struct lru *l, struct span key, uint64_t hash)
{
  struct lru_entry *e = *bucket_of(l, hash);
  while (e && (e->hash != hash || !span_eq(e->key, key)))
    e = e->chain;
  return e;
}

struct lru_entry *lru_get(struct lru *l, struct span key, uint64_t hash)
{
  struct lru_entry *e = lru_find(l, key, hash);
  if (!e)
    return NULL;
  e->marked = e->again || !l->protected_max;
  if (!e->marked) {
    queue_leave(l, e);
    e->again = true;
    queue_join(l, e);
  }
  return e;
}

void lru_put(struct lru *l, struct lru_entry *e)
{
  e->marked = false;
  struct lru_entry **bucket = bucket_of(l, e->hash);
  e->chain = *bucket;
  *bucket = e;
  l->count++;
  queue_join(l, e);
}

void lru_take(struct lru *l, struct lru_entry *e)
{
  struct lru_entry **at = bucket_of(l, e->hash);
  while (*at != e)
    at = &(*at)->chain;
  *at = e->chain;
  l->count--;
  queue_leave(l, e);
}

void lru_resize(struct lru *l, struct lru_entry *e, size_t bytes)
{
  struct queue *q = queue_of(l, e);
  q->bytes = q->bytes - e->bytes + bytes;
  e->bytes = bytes;
}

/* The entry of the queue that goes next.  Marked ones get their second chance. */
static struct lru_entry *queue_turn(struct lru *l, struct queue *q)
{
  struct lru_entry *e;
  while ((e = q->oldest) && e->marked) {
    e->marked = false;
    queue_leave(l, e);
    queue_join(l, e);
  }
  return e;
}

struct lru_entry *lru_over(struct lru *l)
{
  for (struct lru_entry *e; l->again.bytes > l->protected_max && (e = queue_turn(l, &l->again));) {
    queue_leave(l, e);
    e->again = false;
    queue_join(l, e);
  }
  return lru_bytes(l) > l->max ? lru_pop(l) : NULL;
}

struct lru_entry *lru_pop(struct lru *l)
{
  struct lru_entry *e = queue_turn(l, l->once.oldest ? &l->once : &l->again);
  if (e)
    lru_take(l, e);
  return e;
}

size_t lru_bytes(const struct lru *l)
{
  return l->once.bytes + l->again.bytes;
}

size_t lru_count(const struct lru *l)
{
  return l->count;
}
