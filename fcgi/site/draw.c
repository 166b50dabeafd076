#include "site/draw.h"

#define STEP_BYTES 24 /* a command, two numbers of up to ten digits, and what is between them */

static char *number(char *at, int64_t v)
{
  char text[20], *digit = text + sizeof text;
  uint64_t rest = v < 0 ? 0 : (uint64_t)v;
  do
    *--digit = (char)('0' + rest % 10);
  while (rest /= 10);
  size_t n = (size_t)(text + sizeof text - digit);
  return (char *)memcpy(at, digit, n) + n;
}

struct draw_path draw_path_new(struct page *p, size_t steps)
{
  char *bytes = arena_alloc(p->arena, (steps ? steps : 1) * STEP_BYTES);
  return (struct draw_path){bytes, bytes};
}

void draw_path_step(struct draw_path *d, char command, int x, int64_t y)
{
  if (!d->p)
    return;
  *d->end++ = command;
  d->end = number(d->end, x);
  *d->end++ = ' ';
  d->end = number(d->end, y);
}

void draw_path_bar(struct draw_path *d, int x, int64_t from_y, int64_t to_y)
{
  if (!d->p)
    return;
  draw_path_step(d, 'M', x, from_y);
  *d->end++ = 'V';
  d->end = number(d->end, to_y);
}

struct span draw_path_data(const struct draw_path *d)
{
  return span_of(d->p, (size_t)(d->end - d->p));
}

struct span draw_percent(struct page *p, int hundredths)
{
  char text[16], *at = text + sizeof text;
  unsigned v = (unsigned)hundredths;
  for (int digit = 0; digit < 3 || v; digit++, v /= 10) {
    if (digit == 2)
      *--at = '.';
    *--at = (char)('0' + v % 10);
  }
  return arena_copy(p->arena, span_of(at, (size_t)(text + sizeof text - at)));
}
