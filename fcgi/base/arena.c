#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/format.h"
#include "base/must.h"

#define FIRST_BLOCK ((size_t)64 * 1024)

struct block {
  struct block *older;
  size_t size;
  alignas(max_align_t) char bytes[];
};

struct arena {
  struct block *newest;
  char *at;    /* the next free byte of the newest block */
  size_t left; /* bytes at `at` that can be taken without another check; 0 when failed */
  size_t older, max; /* older: bytes taken from the older blocks */
  bool failed;
};

static size_t round_up(size_t n)
{
  size_t align = alignof(max_align_t);
  return (n + align - 1) & ~(align - 1);
}

static struct block *block_new(size_t size)
{
  size = round_up(size);
  struct block *b = malloc(sizeof *b + size);
  if (b)
    *b = (struct block){.size = size};
  return b;
}

static void block_begin(struct arena *a, struct block *b)
{
  a->newest = b;
  a->at = b->bytes;
  a->left = b->size;
  if (a->max && a->max - a->older < a->left)
    a->left = (a->max - a->older) & ~(alignof(max_align_t) - 1);
}

struct arena *arena_new(size_t max_bytes)
{
  return arena_new_sized(FIRST_BLOCK, max_bytes);
}

struct arena *arena_new_sized(size_t first_bytes, size_t max_bytes)
{
  struct arena *a = malloc(sizeof *a);
  struct block *first = a ? block_new(first_bytes) : NULL;
  if (!first) {
    free(a);
    return NULL;
  }
  *a = (struct arena){.max = max_bytes};
  block_begin(a, first);
  return a;
}

void arena_reset(struct arena *a)
{
  struct block *b = a->newest;
  while (b->older) {
    struct block *older = b->older;
    free(b);
    b = older;
  }
  a->older = 0;
  a->failed = false;
  block_begin(a, b);
}

void arena_free(struct arena **a)
{
  if (!*a)
    return;
  arena_reset(*a);
  free((*a)->newest);
  free(*a);
  *a = NULL;
}

bool arena_failed(const struct arena *a)
{
  return a->failed;
}

void arena_fail(struct arena *a)
{
  a->failed = true;
  a->left = 0;
}

size_t arena_held(const struct arena *a)
{
  size_t sum = sizeof *a;
  for (const struct block *b = a->newest; b; b = b->older)
    sum += sizeof *b + b->size;
  return sum;
}

static bool grow(struct arena *a, size_t n)
{
  size_t size = a->newest->size * 2 > n ? a->newest->size * 2 : n;
  if (size > ((size_t)4 << 20) && size > n)
    size = n > ((size_t)4 << 20) ? n : ((size_t)4 << 20);
  struct block *b = block_new(size);
  if (!b)
    return false;
  b->older = a->newest;
  a->older += (size_t)(a->at - a->newest->bytes);
  block_begin(a, b);
  return true;
}

/* Takes n bytes that were already rounded up and are known to be left. */
static void *take(struct arena *a, size_t n)
{
  void *p = a->at;
  a->at += n;
  a->left -= n;
  return p;
}

static void *claim_checked(struct arena *a, size_t n)
{
  size_t taken = a->older + (size_t)(a->at - a->newest->bytes);
  if (a->failed || n > SIZE_MAX / 4 || (a->max && taken + round_up(n) > a->max) || (n > a->left && !grow(a, round_up(n)))) {
    arena_fail(a);
    return NULL;
  }
  MUST(round_up(n) <= a->left, "an arena block is shorter than the bytes taken from it");
  return take(a, round_up(n));
}

/* Returns n bytes that are not zeroed: the next n bytes of the newest block when they fit. */
static inline void *claim(struct arena *a, size_t n)
{
  return n - 1 < a->left ? take(a, round_up(n)) : claim_checked(a, n); /* left is a multiple of the alignment */
}

void *arena_alloc(struct arena *a, size_t n)
{
  void *p = claim(a, n);
  return p ? memset(p, 0, n) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
  if (size && count > SIZE_MAX / size) {
    arena_fail(a);
    return NULL;
  }
  return arena_alloc(a, count * size);
}

char *arena_z(struct arena *a, struct span s)
{
  char *p = s.n < SIZE_MAX ? claim(a, s.n + 1) : NULL;
  if (!p)
    return NULL;
  if (s.n)
    memcpy(p, s.p, s.n);
  p[s.n] = 0;
  return p;
}

struct span arena_copy(struct arena *a, struct span s)
{
  char *p = arena_z(a, s);
  return p ? span_of(p, s.n) : span_of(NULL, 0);
}

struct span arena_take(struct arena *a, struct buf *b)
{
  if (b->failed)
    arena_fail(a);
  struct span s = arena_copy(a, buf_view(b));
  buf_free(b);
  return s;
}

struct span arena_joined(struct arena *a, const struct span *spans, size_t n)
{
  size_t bytes = 0;
  for (size_t i = 0; i < n; i++)
    bytes += spans[i].n;
  char *p = claim(a, bytes + 1), *at = p;
  if (!p)
    return span_of(NULL, 0);
  for (size_t i = 0; i < n; i++)
    if (spans[i].n)
      at = (char *)memcpy(at, spans[i].p, spans[i].n) + spans[i].n;
  *at = 0;
  return span_of(p, bytes);
}

struct span arena_uint(struct arena *a, uint64_t v, int digits)
{
  char text[20], *end = text + sizeof text, *at = end;
  do
    *--at = (char)('0' + v % 10);
  while ((v /= 10) || end - at < digits);
  return arena_copy(a, span_of(at, (size_t)(end - at)));
}

struct span arena_printf(struct arena *a, const char *format, ...)
{
  /* Most results are short: format them directly into the free bytes of the block. */
  size_t room = a->left;
  char *at = a->at;
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = format_write(at, room, format, args);
  char *p = n < 0 ? NULL : claim(a, (size_t)n + 1);
  if (p && p != at)
    format_write(p, (size_t)n + 1, format, again); /* it did not fit: format again into a new block */
  va_end(args);
  va_end(again);
  return p ? span_of(p, (size_t)n) : span_of(NULL, 0);
}
