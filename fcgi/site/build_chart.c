/* The activity chart: 12 months up to the last full hour of the site's clock, and the same numbers as a table.
 * view_chart.h describes the geometry.  Positions are integers, in hundredths of a percent. */
#include <stdio.h>

#include "site/build.h"

#define LANE_FIRST 44
#define LANE_STEP 52
#define FOOT 30
#define TICK_GAP 20 /* hundredths of a percent; a lower tick this close to a higher one is hidden */
#define LABEL_MIN 400
#define SHOWN_US (365 * CLOCK_DAY)

static const char *const month_short[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const month_long[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};

struct window {
  int64_t from, to; /* shown: from < t <= to */
};

/* A move inside the window; x is its position in hundredths of a percent. */
struct point {
  int64_t us;
  int x;
  enum activity_class class;
};

struct points { /* newest first */
  struct point *v;
  size_t n;
};

static int position(const struct window *w, int64_t us)
{
  return (int)((us - w->from) * 10000 / SHOWN_US);
}

static struct span percent(struct page *p, int hundredths)
{
  char text[8], *at = text + sizeof text;
  unsigned v = (unsigned)hundredths;
  for (int digit = 0; digit < 3 || v; digit++, v /= 10) { /* 0 to 10,000: at most "100.00" */
    if (digit == 2)
      *--at = '.';
    *--at = (char)('0' + v % 10);
  }
  return arena_copy(p->arena, span_of(at, (size_t)(text + sizeof text - at)));
}

static struct points points_inside(struct page *p, const struct profile *f, const struct window *w)
{
  struct points in = {ARENA_ARRAY(p->arena, f->n_moves, struct point), 0};
  for (size_t i = 0; i < f->n_moves && in.v; i++) {
    int64_t us = f->moves[i].occurred_us;
    if (us > w->from && us <= w->to)
      in.v[in.n++] = (struct point){us, position(w, us), f->moves[i].class};
  }
  return in;
}

static int tick_height(enum activity_class c)
{
  static const int heights[] = {8, 18, 30};
  return heights[c];
}

/* A tick is hidden when a higher tick is close to it.  Of two ticks of the same height the newer one is drawn. */
static bool hidden(const struct points *in, size_t i)
{
  const struct point *v = in->v;
  for (size_t k = i; k-- > 0 && v[k].x - v[i].x <= TICK_GAP;)
    if (v[k].class >= v[i].class)
      return true;
  for (size_t k = i + 1; k < in->n && v[i].x - v[k].x <= TICK_GAP; k++)
    if (v[k].class > v[i].class)
      return true;
  return false;
}

/* Path data of vertical lines, each "M2610 44V26". */
struct path {
  char *p, *end;
};

#define LINE_BYTES 24

static char *number(char *at, int64_t v)
{
  char text[20], *digit = text + sizeof text;
  do
    *--digit = (char)('0' + v % 10);
  while (v /= 10);
  size_t n = (size_t)(text + sizeof text - digit);
  return (char *)memcpy(at, digit, n) + n;
}

static struct path path_new(struct page *p, size_t lines)
{
  char *bytes = arena_alloc(p->arena, lines * LINE_BYTES);
  return (struct path){bytes, bytes};
}

static void path_line(struct path *d, int x, int64_t from_y, int64_t to_y)
{
  if (!d->p)
    return;
  *d->end++ = 'M';
  d->end = number(d->end, x);
  *d->end++ = ' ';
  d->end = number(d->end, from_y);
  *d->end++ = 'V';
  d->end = number(d->end, to_y);
}

static struct span path_data(const struct path *d)
{
  return span_of(d->p, (size_t)(d->end - d->p));
}

static void lane_fill(struct page *p, const struct points *in, size_t at, struct lane_draw *out)
{
  struct path ticks = path_new(p, in->n);
  size_t sparks = 0;
  out->position = build_position(at);
  out->y = LANE_FIRST + LANE_STEP * (int64_t)at;
  for (size_t i = 0; i < in->n; i++)
    sparks += in->v[i].class == CLASS_SPARK;
  out->sparks.v = ARENA_ARRAY(p->arena, sparks, struct spark_draw);
  for (size_t i = in->n; i-- > 0;) {
    int64_t top = out->y - tick_height(in->v[i].class);
    if (hidden(in, i))
      continue;
    path_line(&ticks, in->v[i].x, out->y, top);
    if (in->v[i].class == CLASS_SPARK && out->sparks.v)
      out->sparks.v[out->sparks.n++] = (struct spark_draw){percent(p, in->v[i].x), top};
  }
  out->ticks = path_data(&ticks);
}

/* The start of each calendar month that overlaps the window; returns their number (13 at most). */
static size_t month_starts(const struct window *w, int64_t starts[14])
{
  struct clock_civil c = clock_split(w->from + 1);
  size_t n = 0;
  for (int i = 0; i < 14; i++) {
    int m = c.month - 1 + i;
    int64_t us = clock_join(c.year + m / 12, m % 12 + 1, 1, 0, 0, 0);
    if (us > w->to)
      break;
    starts[n++] = us;
  }
  return n;
}

static void draw_months(struct page *p, const struct window *w, const int64_t *starts, size_t n, struct chart_draw *d)
{
  struct path lines = path_new(p, n);
  d->months.v = ARENA_ARRAY(p->arena, n, struct month_draw);
  for (size_t i = 0; i < n && d->months.v; i++) {
    int x = starts[i] > w->from ? position(w, starts[i]) : 0;
    int end = i + 1 < n ? position(w, starts[i + 1]) : 10000;
    path_line(&lines, x, 0, d->axis_y);
    if (end - x >= LABEL_MIN)
      d->months.v[d->months.n++] =
          (struct month_draw){percent(p, (x + end) / 2), span_z(month_short[clock_split(starts[i]).month - 1])};
  }
  d->hairlines = path_data(&lines);
}

static struct chart_draw *draw(struct page *p, const struct points *in, size_t n, const struct window *w)
{
  struct chart_draw *d = ARENA_NEW(p->arena, struct chart_draw);
  int64_t starts[14];
  if (!d)
    return NULL;
  d->height = LANE_FIRST + LANE_STEP * (int64_t)(n - 1) + FOOT;
  d->axis_y = d->height - FOOT + 8;
  d->label_y = d->height - 8;
  draw_months(p, w, starts, month_starts(w, starts), d);
  d->lanes.v = ARENA_ARRAY(p->arena, n, struct lane_draw);
  for (size_t i = 0; i < n && d->lanes.v; i++)
    lane_fill(p, &in[i], i, &d->lanes.v[d->lanes.n++]);
  return d;
}

/* Counts the points from index *at on that are not older than `from`, and advances *at past them. */
static struct chart_cell_view count(const struct points *in, size_t *at, int64_t from)
{
  struct chart_cell_view c = {0};
  for (; *at < in->n && in->v[*at].us >= from; ++*at) {
    c.moves++;
    c.sparks += in->v[*at].class == CLASS_SPARK;
  }
  return c;
}

static void month_rows(struct page *p, const struct points *in, size_t n, const struct window *w, struct chart_view *v)
{
  int64_t starts[14];
  size_t months = month_starts(w, starts), at[SENTENCES_SET_MAX] = {0};
  v->months.v = ARENA_ARRAY(p->arena, months, struct chart_month_view);
  for (size_t i = months; i-- > 0 && v->months.v;) {
    struct chart_month_view *row = &v->months.v[v->months.n++];
    struct clock_civil c = clock_split(starts[i]);
    struct span year = arena_uint(p->arena, (unsigned)c.year, 4);
    row->month = ARENA_JOIN(p->arena, span_z(month_long[c.month - 1]), SPAN(" "), year);
    row->datetime = ARENA_JOIN(p->arena, year, SPAN("-"), arena_uint(p->arena, (unsigned)c.month, 2));
    row->cells.v = ARENA_ARRAY(p->arena, n, struct chart_cell_view);
    for (size_t k = 0; k < n && row->cells.v; k++)
      row->cells.v[row->cells.n++] = count(&in[k], &at[k], starts[i]);
  }
}

static struct span summary(struct page *p, const struct chart_view *v, const struct window *w)
{
  struct clock_civil from = clock_split(w->from + 1), to = clock_split(w->to);
  struct span out = arena_printf(p->arena, "From %s %d to %s %d:", month_long[from.month - 1], from.year,
                                 month_long[to.month - 1], to.year);
  for (size_t i = 0; i < v->columns.n; i++) {
    const struct chart_column_view *c = &v->columns.v[i];
    out = arena_printf(p->arena, "%.*s%s %.*s %lld ship %s", SPAN_ARG(out), i ? ";" : "", SPAN_ARG(c->name),
                       (long long)c->moves, c->moves == 1 ? "move" : "moves");
    if (c->sparks)
      out = arena_printf(p->arena, "%.*s, %lld of them %s", SPAN_ARG(out), (long long)c->sparks,
                         c->sparks == 1 ? "a spark" : "sparks");
  }
  return arena_printf(p->arena, "%.*s.", SPAN_ARG(out));
}

struct chart_view *build_chart(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n)
{
  struct chart_view *v = ARENA_NEW(p->arena, struct chart_view);
  /* The window ends at the full hour, like the windows of the counts. */
  struct window w = {p->pin.window_us - SHOWN_US, p->pin.window_us};
  struct points in[SENTENCES_SET_MAX];
  int64_t moves = 0;
  if (!v)
    return NULL;
  v->columns.v = ARENA_ARRAY(p->arena, n, struct chart_column_view);
  for (size_t i = 0; i < n && v->columns.v; i++) {
    size_t at = 0;
    in[i] = points_inside(p, f[i], &w);
    struct chart_cell_view all = count(&in[i], &at, INT64_MIN);
    v->columns.v[v->columns.n++] = (struct chart_column_view){.name = g[i].member.facts.name,
                                                              .position = build_position(i),
                                                              .moves = all.moves,
                                                              .sparks = all.sparks};
    moves += all.moves;
  }
  if (moves == 0)
    return NULL;
  month_rows(p, in, n, &w, v);
  v->summary = summary(p, v, &w);
  v->draw = draw(p, in, n, &w);
  return v;
}
