/* libcmark allocates through three callbacks that get no context and must not fail.  Here they allocate from an area:
 * a list of blocks with a limit, which are freed together.  When the limit is reached, longjmp leaves libcmark, and the
 * area frees everything.  Therefore nodes and iterators of libcmark are never freed one by one. */
#include "markdown/markdown_tree.h"

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
  jmp_buf on_failure; /* returns to markdown_tree_write, with `result` set */
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

static void tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer, struct buf *out)
{
  cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_VALIDATE_UTF8, &area_mem);
  cmark_parser_feed(parser, source.p, source.n);
  writer(cmark_parser_finish(parser), l, out);
}

enum markdown_result markdown_tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                         struct buf *out)
{
  struct area own = {.max = AREA_MIN + AREA_PER_BYTE * source.n, .result = MARKDOWN_OK};
  if (own.max > AREA_MAX)
    own.max = AREA_MAX;
  area = &own;
  if (setjmp(own.on_failure) == 0)
    tree_write(l, source, writer, out);
  area = NULL;
  area_drop(&own);
  if (own.result == MARKDOWN_OK && out->failed)
    return MARKDOWN_NO_MEMORY;
  return own.result == MARKDOWN_OK && out->n > l->output_bytes ? MARKDOWN_TOO_LARGE : own.result;
}
