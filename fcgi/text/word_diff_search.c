#include "text/word_diff_private.h"

#include <stdlib.h>

#include "base/clock.h"

#define COST_MOST 128 /* rounds of one search for a middle */

struct diff_box { /* words [a0, a1) of one text and [b0, b1) of the other */
  int32_t a0, a1, b0, b1;
};

struct point { /* before word x of one text and word y of the other */
  int32_t x, y;
};

/* The points that a search has reached, on the diagonals x - y = from, from + 2, ... to. */
struct front {
  int32_t *x; /* by diagonal; its middle is diagonal 0 */
  int32_t from, to;
};

struct search {
  const uint32_t *a, *b;
  bool *changed_a, *changed_b;
  struct front forward, backward;
  int64_t deadline_us;
  bool late;
};

/* Widens the front by one diagonal on each side, as far as the box goes.  outside: a point that no step comes from. */
static void front_widen(struct front *f, const struct diff_box *o, int32_t outside)
{
  if (f->from > o->a0 - o->b1) {
    f->from--;
    f->x[f->from - 1] = outside;
  } else
    f->from++;
  if (f->to < o->a1 - o->b0) {
    f->to++;
    f->x[f->to + 1] = outside;
  } else
    f->to--;
}

static bool front_has(const struct front *f, int32_t diagonal)
{
  return diagonal >= f->from && diagonal <= f->to;
}

/* One more step from the start of the box.  True: it met the other front, at *at. */
static bool forward_step(struct search *s, const struct diff_box *o, bool meets, struct point *at)
{
  struct front *f = &s->forward;
  front_widen(f, o, -1);
  for (int32_t k = f->to; k >= f->from; k -= 2) {
    int32_t x = f->x[k - 1] < f->x[k + 1] ? f->x[k + 1] : f->x[k - 1] + 1;
    while (x < o->a1 && x - k < o->b1 && s->a[x] == s->b[x - k])
      x++;
    f->x[k] = x;
    if (meets && front_has(&s->backward, k) && s->backward.x[k] <= x) {
      *at = (struct point){x, x - k};
      return true;
    }
  }
  return false;
}

/* The same from the end of the box. */
static bool backward_step(struct search *s, const struct diff_box *o, bool meets, struct point *at)
{
  struct front *f = &s->backward;
  front_widen(f, o, INT32_MAX);
  for (int32_t k = f->to; k >= f->from; k -= 2) {
    int32_t x = f->x[k - 1] < f->x[k + 1] ? f->x[k - 1] : f->x[k + 1] - 1;
    while (x > o->a0 && x - k > o->b0 && s->a[x - 1] == s->b[x - k - 1])
      x--;
    f->x[k] = x;
    if (meets && front_has(&s->forward, k) && x <= s->forward.x[k]) {
      *at = (struct point){x, x - k};
      return true;
    }
  }
  return false;
}

static struct point inside(const struct diff_box *o, int32_t x, int32_t k)
{
  x = x < o->a0 ? o->a0 : x > o->a1 ? o->a1 : x;
  int32_t y = x - k < o->b0 ? o->b0 : x - k > o->b1 ? o->b1 : x - k;
  return (struct point){y + k, y};
}

/* The point that is furthest from its start, of both fronts. */
static struct point furthest(const struct search *s, const struct diff_box *o)
{
  struct point best = {o->a0, o->b0};
  int64_t most = -1;
  for (int32_t k = s->forward.from; k <= s->forward.to; k += 2) {
    struct point p = inside(o, s->forward.x[k], k);
    int64_t way = (int64_t)p.x + p.y - o->a0 - o->b0;
    if (way > most)
      most = way, best = p;
  }
  for (int32_t k = s->backward.from; k <= s->backward.to; k += 2) {
    struct point p = inside(o, s->backward.x[k], k);
    int64_t way = (int64_t)o->a1 + o->b1 - p.x - p.y;
    if (way > most)
      most = way, best = p;
  }
  return best;
}

/* A point on a shortest way through the box, or on a good one. */
static struct point middle_find(struct search *s, const struct diff_box *o)
{
  struct point at;
  int32_t first = o->a0 - o->b0, last = o->a1 - o->b1;
  bool odd = (first - last) & 1;
  s->forward.from = s->forward.to = first;
  s->backward.from = s->backward.to = last;
  s->forward.x[first] = o->a0;
  s->backward.x[last] = o->a1;
  for (int cost = 0; cost < COST_MOST; cost++)
    if (forward_step(s, o, odd, &at) || backward_step(s, o, !odd, &at))
      return at;
  return furthest(s, o);
}

static void box_trim(const struct search *s, struct diff_box *o)
{
  for (; o->a0 < o->a1 && o->b0 < o->b1 && s->a[o->a0] == s->b[o->b0]; o->a0++)
    o->b0++;
  for (; o->a0 < o->a1 && o->b0 < o->b1 && s->a[o->a1 - 1] == s->b[o->b1 - 1]; o->a1--)
    o->b1--;
}

static void box_mark(const struct search *s, const struct diff_box *o)
{
  for (int32_t i = o->a0; i < o->a1; i++)
    s->changed_a[i] = true;
  for (int32_t i = o->b0; i < o->b1; i++)
    s->changed_b[i] = true;
}

static int64_t box_size(const struct diff_box *o)
{
  return (int64_t)o->a1 - o->a0 + o->b1 - o->b0;
}

/* Compares the smaller part first, by recursion, so the depth is at most the logarithm of the size. */
static void box_compare(struct search *s, struct diff_box o)
{
  for (;;) {
    box_trim(s, &o);
    s->late = s->late || (s->deadline_us && box_size(&o) > COST_MOST && clock_mono_us() >= s->deadline_us);
    if (s->late || o.a0 == o.a1 || o.b0 == o.b1) {
      box_mark(s, &o);
      return;
    }
    struct point p = middle_find(s, &o);
    struct diff_box before = {o.a0, p.x, o.b0, p.y}, after = {p.x, o.a1, p.y, o.b1};
    if (!box_size(&before) || !box_size(&after)) { /* no progress */
      box_mark(s, &o);
      return;
    }
    bool first = box_size(&before) < box_size(&after);
    box_compare(s, first ? before : after);
    o = first ? after : before;
  }
}

enum err word_diff_search(struct words *a, struct words *b, int64_t deadline_us)
{
  size_t diagonals = (size_t)a->n + b->n + 3;
  int32_t *x = calloc(2 * diagonals, sizeof *x);
  if (!x)
    return ERR_NO_MEMORY;
  struct search s = {a->id, b->id, a->changed, b->changed, {x + b->n + 1, 0, 0}, {x + diagonals + b->n + 1, 0, 0},
                     deadline_us, false};
  box_compare(&s, (struct diff_box){0, (int32_t)a->n, 0, (int32_t)b->n});
  free(x);
  return s.late ? ERR_LIMIT : ERR_OK;
}
