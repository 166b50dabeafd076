/* Copies of views and the texts of their blocks.  A view contains itself nowhere, so the copy is a plain recursion over its
 * shape.  The same walk measures (without room) and copies. */
#include "template/template_block.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct shape block_draw_shape = {"block_draw", sizeof(struct block_draw), NULL, 0};

static bool in_room(const struct block_draw *b, const void *p)
{
  uintptr_t at = (uintptr_t)p, from = b->room ? (uintptr_t)b->room->bytes : 0;
  return b->room && at >= from && at - from < b->room->n;
}

static void text_free(const struct block_draw *b, const void *p)
{
  if (!in_room(b, p))
    free((void *)p);
}

static void texts_free(struct block_draw *b)
{
  for (uint32_t i = 0; i < b->n; i++)
    text_free(b, b->texts[i].p);
  text_free(b, b->texts);
}

void block_draw_clear(struct block_draw *b)
{
  texts_free(b);
  *b = (struct block_draw){.n = 0};
}

static bool texts_grow(struct block_draw *b, size_t number)
{
  size_t n = number < TEMPLATE_BLOCKS_MAX / 4 ? number + 1 : TEMPLATE_BLOCKS_MAX;
  if (n <= b->n)
    return true;
  struct span *texts = calloc(n, sizeof *texts);
  if (!texts)
    return false;
  if (b->n)
    memcpy(texts, b->texts, b->n * sizeof *texts);
  text_free(b, b->texts);
  b->texts = texts;
  b->n = (uint32_t)n;
  return true;
}

const struct span *block_draw_text(const struct block_draw *b, const void *of, size_t number)
{
  return b->of == of && number < b->n && b->texts[number].p ? &b->texts[number] : NULL;
}

void block_draw_keep(struct block_draw *b, const void *of, size_t number, struct span text)
{
  if (b->of && b->of != of)
    return;
  b->of = of;
  char *copy = number < TEMPLATE_BLOCKS_MAX && texts_grow(b, number) && !b->texts[number].p ? malloc(text.n + 1) : NULL;
  if (!copy)
    return;
  if (text.n)
    memcpy(copy, text.p, text.n);
  b->texts[number] = span_of(copy, text.n);
  if (b->changed)
    *b->changed = true;
}

/* An empty text takes a byte: its address says that it was rendered. */
size_t block_draws_bytes(const struct block_draw *v, size_t n)
{
  size_t bytes = sizeof(struct block_room);
  for (size_t i = 0; i < n; i++) {
    bytes += v[i].n * sizeof(struct span);
    for (uint32_t k = 0; k < v[i].n; k++)
      bytes += v[i].texts[k].p ? v[i].texts[k].n + 1 : 0;
  }
  return bytes;
}

void block_draws_pack(struct block_draw *v, size_t n, struct block_room *room)
{
  size_t spans = 0;
  room->n = block_draws_bytes(v, n) - sizeof *room;
  for (size_t i = 0; i < n; i++)
    spans += v[i].n;
  struct span *texts = (struct span *)(void *)room->bytes;
  char *at = room->bytes + spans * sizeof *texts;
  for (size_t i = 0; i < n; texts += v[i++].n) {
    for (uint32_t k = 0; k < v[i].n; k++) {
      struct span old = v[i].texts[k];
      texts[k] = old.p ? span_of(at, old.n) : old;
      if (old.n)
        memcpy(at, old.p, old.n);
      at += old.p ? old.n + 1 : 0;
    }
    texts_free(&v[i]);
    v[i].texts = texts;
    v[i].room = room;
  }
}

struct copy_room {
  char *p; /* NULL: only measures */
  size_t used;
};

static void *room_take(struct copy_room *r, const void *from, size_t n, size_t align)
{
  r->used = (r->used + align - 1) & ~(align - 1);
  char *at = r->p ? r->p + r->used : NULL;
  r->used += n;
  if (at && n)
    memcpy(at, from, n);
  return at;
}

static void fields_copy(struct copy_room *r, const struct shape *s, const char *from, char *to);

static void text_copy(struct copy_room *r, const char *from, char *to)
{
  struct span text;
  memcpy(&text, from, sizeof text);
  text.p = text.n ? room_take(r, text.p, text.n, 1) : NULL;
  if (to)
    memcpy(to, &text, sizeof text);
}

static void items_copy(struct copy_room *r, const struct shape_field *f, const char *from, char *to)
{
  struct shape_items items;
  size_t stride = f->of ? f->of->size : sizeof(struct span);
  memcpy(&items, from, sizeof items);
  const char *old = items.v;
  char *new = items.v = items.n ? room_take(r, items.v, items.n * stride, alignof(max_align_t)) : NULL;
  for (size_t i = 0; i < items.n; i++)
    if (f->of)
      fields_copy(r, f->of, old + i * stride, new ? new + i * stride : NULL);
    else
      text_copy(r, old + i * stride, new ? new + i * stride : NULL);
  if (to)
    memcpy(to, &items, sizeof items);
}

static void record_copy(struct copy_room *r, const struct shape_field *f, const char *from, char *to)
{
  const char *old;
  char *new = NULL;
  memcpy(&old, from, sizeof old);
  if (old && f->of != &block_draw_shape) {
    new = room_take(r, old, f->of->size, alignof(max_align_t));
    fields_copy(r, f->of, old, new);
  }
  if (to)
    memcpy(to, &new, sizeof new);
}

static void fields_copy(struct copy_room *r, const struct shape *s, const char *from, char *to)
{
  for (size_t i = 0; i < s->n; i++) {
    const struct shape_field *f = &s->fields[i];
    char *at = to ? to + f->offset : NULL;
    switch (f->kind) {
    case SHAPE_TEXT:
    case SHAPE_HTML: text_copy(r, from + f->offset, at); break;
    case SHAPE_TEXTS:
    case SHAPE_LIST: items_copy(r, f, from + f->offset, at); break;
    case SHAPE_RECORD: record_copy(r, f, from + f->offset, at); break;
    case SHAPE_FLAG:
    case SHAPE_INT: break; /* copied with the struct */
    }
  }
}

size_t shape_copy_bytes(const struct shape *s, const void *view)
{
  struct copy_room r = {NULL, s->size};
  fields_copy(&r, s, view, NULL);
  return r.used;
}

void *shape_copy(const struct shape *s, const void *view, void *room)
{
  struct copy_room r = {room, s->size};
  memcpy(room, view, s->size);
  fields_copy(&r, s, view, room);
  return room;
}
