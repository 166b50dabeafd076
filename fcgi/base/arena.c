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
  size_t size, used;
  alignas(max_align_t) char bytes[];
};

struct arena {
  struct block *newest;
  size_t total, max;
  bool failed;
};

static struct block *block_new(size_t size)
{
  struct block *b = malloc(sizeof *b + size);
  if (b)
    *b = (struct block){.size = size};
  return b;
}

struct arena *arena_new(size_t max_bytes)
{
  return arena_new_sized(FIRST_BLOCK, max_bytes);
}

struct arena *arena_new_sized(size_t first_bytes, size_t max_bytes)
{
  struct arena *a = malloc(sizeof *a);
  if (!a)
    return NULL;
  *a = (struct arena){.newest = block_new(first_bytes), .max = max_bytes};
  if (!a->newest) {
    free(a);
    return NULL;
  }
  return a;
}

void arena_reset(struct arena *a)
{
  while (a->newest->older) {
    struct block *older = a->newest->older;
    free(a->newest);
    a->newest = older;
  }
  a->newest->used = 0;
  a->total = 0;
  a->failed = false;
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
  a->newest = b;
  return true;
}

static size_t round_up(size_t n)
{
  size_t align = alignof(max_align_t);
  return (n + align - 1) & ~(align - 1);
}

/* Returns n bytes that are not zeroed: the next n bytes of the newest block when they fit. */
static void *claim(struct arena *a, size_t n)
{
  if (a->failed || n > SIZE_MAX / 4)
    goto fail;
  n = round_up(n);
  if (a->max && a->total + n > a->max)
    goto fail;
  if (a->newest->size - a->newest->used < n && !grow(a, n))
    goto fail;
  MUST(n <= a->newest->size - a->newest->used, "an arena block is shorter than the bytes taken from it");
  void *p = a->newest->bytes + a->newest->used;
  a->newest->used += n;
  a->total += n;
  return p;
fail:
  a->failed = true;
  return NULL;
}

void *arena_alloc(struct arena *a, size_t n)
{
  void *p = claim(a, n);
  return p ? memset(p, 0, n) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
  if (size && count > SIZE_MAX / size) {
    a->failed = true;
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
  a->failed = a->failed || b->failed;
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
  struct block *b = a->newest;
  size_t room = b->size - b->used;
  char *at = b->bytes + b->used;
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = format_write(at, room, format, args);
  char *p = n < 0 || a->failed ? NULL : claim(a, (size_t)n + 1);
  if (p && p != at)
    format_write(p, (size_t)n + 1, format, again); /* it did not fit: format again into a new block */
  va_end(args);
  va_end(again);
  return p ? span_of(p, (size_t)n) : span_of(NULL, 0);
}
