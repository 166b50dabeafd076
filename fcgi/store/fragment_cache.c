#include "store/fragment_cache.h"

#include <stdlib.h>
#include <xxhash.h>

#define WAYS 8
#define USUAL_BYTES 4096 /* of one fragment, for the number of places */
#define UNPACKED(packed) (2 * (packed) + 1024) /* first guess; the arena grows */

struct place {
  struct arena *arena; /* NULL: empty.  Owns key, body and value */
  const void *value;
  struct span key;
  uint64_t hash;
  size_t bytes;
  bool used; /* since the hand last passed */
};

struct fragment_cache {
  size_t max, bytes, sets, hand;
  struct place *places; /* sets * WAYS */
  struct arena **gone;  /* taken off, but perhaps still looked at */
  size_t n_gone, gone_cap;
};

struct fragment_cache *fragment_cache_new(size_t max_bytes)
{
  struct fragment_cache *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->max = max_bytes;
  s->sets = 1;
  while (s->sets * WAYS * USUAL_BYTES < max_bytes)
    s->sets *= 2;
  s->places = max_bytes ? calloc(s->sets * WAYS, sizeof *s->places) : NULL;
  if (max_bytes && !s->places)
    fragment_cache_free(&s);
  return s;
}

static void gone_free(struct fragment_cache *s)
{
  while (s->n_gone)
    arena_free(&s->gone[--s->n_gone]);
}

void fragment_cache_free(struct fragment_cache **s)
{
  if (!*s)
    return;
  gone_free(*s);
  for (size_t i = 0; (*s)->places && i < (*s)->sets * WAYS; i++)
    arena_free(&(*s)->places[i].arena);
  free((*s)->places);
  free((*s)->gone);
  free(*s);
  *s = NULL;
}

/* false: no memory to remember it by; it stays. */
static bool take_off(struct fragment_cache *s, struct place *p)
{
  if (s->n_gone == s->gone_cap) {
    size_t cap = s->gone_cap ? 2 * s->gone_cap : 16;
    struct arena **more = realloc(s->gone, cap * sizeof(*more));
    if (!more)
      return false;
    s->gone = more;
    s->gone_cap = cap;
  }
  s->gone[s->n_gone++] = p->arena;
  s->bytes -= p->bytes;
  *p = (struct place){0};
  return true;
}

void fragment_cache_tidy(struct fragment_cache *s)
{
  gone_free(s);
  for (size_t turns = 2 * s->sets * WAYS; s->bytes > s->max && turns; turns--) {
    struct place *p = &s->places[s->hand++ % (s->sets * WAYS)];
    if (p->arena && !p->used)
      take_off(s, p);
    p->used = false;
  }
  gone_free(s);
}

static struct place *set_of(struct fragment_cache *s, uint64_t hash)
{
  return &s->places[(hash & (s->sets - 1)) * WAYS];
}

const void *fragment_cache_get(struct fragment_cache *s, struct span key)
{
  uint64_t hash = XXH3_64bits(key.p, key.n);
  struct place *p = s->places ? set_of(s, hash) : NULL;
  for (size_t i = 0; p && i < WAYS; i++)
    if (p[i].arena && p[i].hash == hash && span_eq(p[i].key, key)) {
      p[i].used = true;
      return p[i].value;
    }
  return NULL;
}

/* Where a new fragment goes: to an empty place of its set, else to one that was not used lately. */
static struct place *place_for(struct fragment_cache *s, uint64_t hash)
{
  struct place *set = set_of(s, hash), *p = &set[hash >> 32 & (WAYS - 1)];
  for (size_t i = 0; i < WAYS; i++) {
    if (!set[i].arena)
      return &set[i];
    if (p->used && !set[i].used)
      p = &set[i];
  }
  return take_off(s, p) ? p : NULL;
}

const void *fragment_cache_put(struct fragment_cache *s, enum fragment_kind kind, struct span key, struct span body)
{
  if (!s->places || body.n > s->max / 8)
    return NULL;
  struct arena *a = arena_new_sized(key.n + UNPACKED(body.n), 0);
  const void *value = a ? fragment_unpack(kind, arena_copy(a, body), a) : NULL;
  struct place made = {.arena = a, .value = value, .hash = XXH3_64bits(key.p, key.n), .used = true};
  struct place *p = NULL;
  if (value) {
    made.key = arena_copy(a, key);
    made.bytes = arena_used(a) + sizeof made;
    p = arena_failed(a) ? NULL : place_for(s, made.hash);
  }
  if (!p) {
    arena_free(&a);
    return NULL;
  }
  *p = made;
  s->bytes += made.bytes;
  return value;
}

size_t fragment_cache_bytes(const struct fragment_cache *s)
{
  return s->bytes;
}
