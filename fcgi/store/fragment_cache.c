#include "store/fragment_cache.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/lru.h"

#define USUAL_BYTES 2048                       /* of one fragment */
#define LARGEST_SHARE 8                        /* a fragment over one eighth of max_bytes is not cached */
#define UNPACKED(packed) (2 * (packed) + 1024) /* first size of the arena, which grows */

struct cached_fragment {
  struct arena *arena; /* owns this struct, its key and its value */
  const void *value;
  struct lru_entry at;
};

struct fragment_cache {
  struct lru *lru;
  size_t max;
};

struct fragment_cache *fragment_cache_new(size_t max_bytes)
{
  struct fragment_cache *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->max = max_bytes;
  c->lru = lru_new(max_bytes, 0, USUAL_BYTES);
  if (!c->lru)
    fragment_cache_free(&c);
  return c;
}

static void cached_free(struct lru_entry *e)
{
  struct arena *a = LRU_OWNER(e, struct cached_fragment, at)->arena;
  arena_free(&a);
}

void fragment_cache_free(struct fragment_cache **c)
{
  if (!*c)
    return;
  for (struct lru_entry *e; (*c)->lru && (e = lru_pop((*c)->lru));)
    cached_free(e);
  lru_free(&(*c)->lru);
  free(*c);
  *c = NULL;
}

void fragment_cache_tidy(struct fragment_cache *c)
{
  for (struct lru_entry *e; (e = lru_over(c->lru));)
    cached_free(e);
}

const void *fragment_cache_get(struct fragment_cache *c, struct span key)
{
  struct lru_entry *e = lru_get(c->lru, key, XXH3_64bits(key.p, key.n));
  return e ? LRU_OWNER(e, struct cached_fragment, at)->value : NULL;
}

/* NULL: the body is damaged, or no memory. */
static struct cached_fragment *cached_new(enum fragment_kind kind, struct span key, struct span body)
{
  struct arena *a = arena_new_sized(sizeof(struct cached_fragment) + key.n + UNPACKED(body.n), 0);
  struct cached_fragment *p = a ? ARENA_NEW(a, struct cached_fragment) : NULL;
  if (p) {
    *p = (struct cached_fragment){.arena = a, .value = fragment_unpack(kind, arena_copy(a, body), a)};
    p->at.key = arena_copy(a, key);
    p->at.hash = XXH3_64bits(key.p, key.n);
  }
  if (!p || !p->value || arena_failed(a)) {
    arena_free(&a);
    return NULL;
  }
  p->at.bytes = arena_held(a);
  return p;
}

const void *fragment_cache_put(struct fragment_cache *c, enum fragment_kind kind, struct span key, struct span body)
{
  if (!c->max || body.n > c->max / LARGEST_SHARE)
    return NULL;
  const void *cached = fragment_cache_get(c, key);
  struct cached_fragment *p = cached ? NULL : cached_new(kind, key, body);
  if (p)
    lru_put(c->lru, &p->at);
  return p ? p->value : cached;
}

size_t fragment_cache_bytes(const struct fragment_cache *c)
{
  return lru_bytes(c->lru);
}
