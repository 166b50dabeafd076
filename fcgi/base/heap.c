#include "base/heap.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN alignof(max_align_t)
#define STEP_BITS 5 /* each power of two is divided into 32 classes */
#define STEPS (1u << STEP_BITS)
#define POWERS 40 /* sizes below 2^40 */

/* The head of a block.  `before` is the neighbour at a lower address; the neighbour behind begins where the block ends.  The
 * last block of a heap is used and empty. */
struct block {
  struct block *before;
  size_t size;    /* behind the head; a multiple of ALIGN */
  alignas(max_align_t) struct block *next; /* in the list of free blocks */
  struct block *previous;
};
#define HEAD offsetof(struct block, next)
#define LINKS (sizeof(struct block) - HEAD)
#define SMALLEST ((size_t)STEPS)
#define FREE ((size_t)1) /* in size */

struct heap {
  uint64_t powers; /* bit i: steps[i] is not zero */
  uint32_t steps[POWERS];
  struct block *lists[POWERS][STEPS];
  alignas(max_align_t) char memory[];
};

static size_t size_of(const struct block *b)
{
  return b->size & ~FREE;
}

static bool is_free(const struct block *b)
{
  return b->size & FREE;
}

static struct block *behind(const struct block *b)
{
  return (struct block *)(void *)((char *)b + HEAD + size_of(b));
}

struct place {
  unsigned power, step;
};

static struct place place_of(size_t size)
{
  unsigned power = 63 - (unsigned)__builtin_clzll(size);
  return (struct place){power, (unsigned)(size >> (power - STEP_BITS)) & (STEPS - 1)};
}

static void list_add(struct heap *h, struct block *b)
{
  struct place at = place_of(size_of(b));
  struct block **first = &h->lists[at.power][at.step];
  b->previous = NULL;
  b->next = *first;
  if (*first)
    (*first)->previous = b;
  *first = b;
  h->powers |= UINT64_C(1) << at.power;
  h->steps[at.power] |= 1u << at.step;
  b->size |= FREE;
}

static void list_remove(struct heap *h, struct block *b)
{
  struct place at = place_of(size_of(b));
  if (b->next)
    b->next->previous = b->previous;
  *(b->previous ? &b->previous->next : &h->lists[at.power][at.step]) = b->next;
  if (!h->lists[at.power][at.step] && !(h->steps[at.power] &= ~(1u << at.step)))
    h->powers &= ~(UINT64_C(1) << at.power);
  b->size &= ~FREE;
}

/* Sizes are rounded up to the smallest of their class: what one block leaves behind fits the next one of about its size. */
static size_t size_rounded(size_t n)
{
  if (n <= SMALLEST)
    return SMALLEST;
  size_t class = (size_t)1 << (place_of(n).power - STEP_BITS), unit = class > ALIGN ? class : ALIGN;
  return (n + unit - 1) & ~(unit - 1);
}

/* The first block of the first class whose blocks have room. */
static struct block *block_find(const struct heap *h, size_t size)
{
  struct place at = place_of(size);
  uint32_t steps = h->steps[at.power] & ~0u << at.step;
  if (!steps) {
    uint64_t powers = h->powers & ~UINT64_C(0) << (at.power + 1);
    if (!powers)
      return NULL;
    at.power = (unsigned)__builtin_ctzll(powers);
    steps = h->steps[at.power];
  }
  return h->lists[at.power][__builtin_ctz(steps)];
}

struct heap *heap_new(size_t bytes)
{
  size_t room = bytes & ~(ALIGN - 1);
  if (room >> (POWERS - 1))
    return NULL;
  if (room < HEAD + SMALLEST)
    room = HEAD + SMALLEST;
  struct heap *h = malloc(sizeof *h + room + HEAD);
  if (!h)
    return NULL;
  *h = (struct heap){.powers = 0};
  struct block *all = (struct block *)(void *)h->memory;
  all->before = NULL;
  all->size = room - HEAD;
  struct block *last = behind(all);
  last->before = all;
  last->size = 0;
  list_add(h, all);
  ASAN_POISON_MEMORY_REGION((char *)all + sizeof *all, size_of(all) - LINKS);
  return h;
}

void heap_free(struct heap **h)
{
  free(*h);
  *h = NULL;
}

/* Gives the end of a block back when it is large enough for a block. */
static void block_split(struct heap *h, struct block *b, size_t size)
{
  if (size_of(b) - size < HEAD + SMALLEST)
    return;
  struct block *rest = (struct block *)(void *)((char *)b + HEAD + size);
  ASAN_UNPOISON_MEMORY_REGION(rest, sizeof *rest);
  rest->before = b;
  rest->size = size_of(b) - size - HEAD;
  b->size = size;
  behind(rest)->before = rest;
  list_add(h, rest);
}

void *heap_alloc(struct heap *h, size_t n)
{
  if (n >> (POWERS - 2))
    return NULL;
  size_t size = size_rounded(n);
  struct block *b = block_find(h, size);
  if (!b)
    return NULL;
  list_remove(h, b);
  block_split(h, b, size);
  ASAN_UNPOISON_MEMORY_REGION((char *)b + HEAD, n);
  return (char *)b + HEAD;
}

/* Makes one block of two neighbours. */
static struct block *block_join(struct block *b, struct block *next)
{
  b->size += HEAD + size_of(next);
  behind(b)->before = b;
  return b;
}

void heap_release(struct heap *h, void *p)
{
  struct block *b = p ? (struct block *)(void *)((char *)p - HEAD) : NULL;
  if (!b)
    return;
  ASAN_UNPOISON_MEMORY_REGION(p, LINKS);
  ASAN_POISON_MEMORY_REGION((char *)p + LINKS, size_of(b) - LINKS);
  if (is_free(behind(b))) {
    list_remove(h, behind(b));
    b = block_join(b, behind(b));
  }
  if (b->before && is_free(b->before)) {
    list_remove(h, b->before);
    b = block_join(b->before, b);
  }
  list_add(h, b);
}

size_t heap_bytes_of(const void *p)
{
  return HEAD + size_of((const struct block *)(const void *)((const char *)p - HEAD));
}
