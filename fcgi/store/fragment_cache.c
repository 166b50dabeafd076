#include "store/fragment_cache.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/lru.h"

#define USUAL_BYTES 2048                       /* of one fragment */
#define LARGEST_SHARE 8                        /* one eighth of the bytes */
#define UNPACKED(packed) (2 * (packed) + 1024) /* first guess; the arena grows */

struct place {
  struct arena *arena; /* owns this place, its key and its value */
  const void *value;
  struct lru_entry at;
};

struct fragment_cache {
  struct lru *lru;
  size_t max;
};

struct fragment_cache *fragment_cache_new(size_t max_bytes)
{
  struct fragment_cache *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->max = max_bytes;
  s->lru = lru_new(max_bytes, 0, USUAL_BYTES);
  if (!s->lru)
    fragment_cache_free(&s);
  return s;
}

static void place_free(struct lru_entry *e)
{
  struct arena *a = LRU_OWNER(e, struct place, at)->arena;
  arena_free(&a);
}

void fragment_cache_free(struct fragment_cache **s)
{
  if (!*s)
    return;
  for (struct lru_entry *e; (*s)->lru && (e = lru_pop((*s)->lru));)
    place_free(e);
  lru_free(&(*s)->lru);
  free(*s);
  *s = NULL;
}

void fragment_cache_tidy(struct fragment_cache *s)
{
  for (struct lru_entry *e; (e = lru_over(s->lru));)
    place_free(e);
}

const void *fragment_cache_get(struct fragment_cache *s, struct span key)
{
  struct lru_entry *e = lru_get(s->lru, key, XXH3_64bits(key.p, key.n));
  return e ? LRU_OWNER(e, struct place, at)->value : NULL;
}

/* NULL: the body is damaged, or no memory. */
static struct place *place_new(enum fragment_kind kind, struct span key, struct span body)
{
  struct arena *a = arena_new_sized(sizeof(struct place) + key.n + UNPACKED(body.n), 0);
  struct place *p = a ? ARENA_NEW(a, struct place) : NULL;
  if (p) {
    *p = (struct place){.arena = a, .value = fragment_unpack(kind, arena_copy(a, body), a)};
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

const void *fragment_cache_put(struct fragment_cache *s, enum fragment_kind kind, struct span key, struct span body)
{
  if (!s->max || body.n > s->max / LARGEST_SHARE)
    return NULL;
  const void *kept = fragment_cache_get(s, key);
  struct place *p = kept ? NULL : place_new(kind, key, body);
  if (p)
    lru_put(s->lru, &p->at);
  return p ? p->value : kept;
}

size_t fragment_cache_bytes(const struct fragment_cache *s)
{
  return lru_bytes(s->lru);
}
