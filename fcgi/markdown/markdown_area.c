/* libcmark allocates through three callbacks that get no context and must not fail.  Here they allocate from an area:
 * a list of blocks with a limit, which are freed together.  When the limit is reached, longjmp leaves libcmark, and the
 * area frees everything.  Therefore nodes and iterators of libcmark are never freed one by one. */
#include "markdown/markdown_area.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK ((size_t)64 * 1024)
#define ALIGN 16

/* Each source byte takes about 20 bytes of memory in prose and about 200 in a list of one-letter items. */
#define AREA_MIN ((size_t)2 << 20)
#define AREA_PER_BYTE 256
#define AREA_MAX ((size_t)256 << 20)

struct block {
  struct block *older;
  size_t size, used;
  _Alignas(ALIGN) char bytes[];
};

struct area {
  struct block *newest;
  size_t total, max;
  volatile enum markdown_result result;
  jmp_buf on_failure; /* returns to markdown_area_run, with `result` set */
};

/* The area of the current body, for libcmark's callbacks, which get no context. */
static _Thread_local struct area *area;

/* The header of each allocation: its size, for realloc. */
struct piece {
  _Alignas(ALIGN) size_t size;
};

static _Noreturn void area_fail(enum markdown_result why)
{
  area->result = why;
  longjmp(area->on_failure, 1);
}

static void *area_take(size_t n)
{
  if (n > area->max)
    area_fail(MARKDOWN_TOO_LARGE);
  size_t need = sizeof(struct piece) + ((n + ALIGN - 1) & ~(size_t)(ALIGN - 1));
  struct block *b = area->newest;
  if (!b || b->size - b->used < need) {
    size_t size = need > BLOCK ? need : BLOCK;
    if (area->total + size > area->max)
      area_fail(MARKDOWN_TOO_LARGE);
    if (!(b = malloc(sizeof *b + size)))
      area_fail(MARKDOWN_NO_MEMORY);
    *b = (struct block){.older = area->newest, .size = size};
    area->newest = b;
    area->total += size;
  }
  struct piece *p = (struct piece *)(void *)(b->bytes + b->used);
  b->used += need;
  p->size = n;
  return p + 1;
}

static void *area_calloc(size_t count, size_t size)
{
  if (size && count > SIZE_MAX / 4 / size)
    area_fail(MARKDOWN_TOO_LARGE);
  return memset(area_take(count * size), 0, count * size);
}

static void *area_realloc(void *old, size_t n)
{
  size_t had = old ? ((struct piece *)old - 1)->size : 0;
  if (n <= had)
    return old;
  void *p = area_take(n);
  if (had)
    memcpy(p, old, had);
  return p;
}

static void area_free(void *p)
{
  (void)p;
}

static cmark_mem area_mem = {area_calloc, area_realloc, area_free};

cmark_mem *markdown_memory(void)
{
  return &area_mem;
}

static void area_drop(struct area *of)
{
  while (of->newest) {
    struct block *older = of->newest->older;
    free(of->newest);
    of->newest = older;
  }
}

enum markdown_result markdown_area_run(size_t source_bytes, void (*work)(void *arg), void *arg)
{
  struct area own = {.max = AREA_MIN + AREA_PER_BYTE * source_bytes, .result = MARKDOWN_OK};
  if (own.max > AREA_MAX)
    own.max = AREA_MAX;
  area = &own;
  if (setjmp(own.on_failure) == 0)
    work(arg);
  area = NULL;
  area_drop(&own);
  return own.result;
}
