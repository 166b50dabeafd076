/* The activity chart: 12 months up to the last full hour of the site's clock, and the same numbers as a table.
 * The lanes, the totals and the months of the table are three sums over the same counts.  view_chart.h describes the
 * content and the geometry. */
#include <stdio.h>

#include "site/chart.h"
#include "site/draw.h"

#define SHOWN_US (365 * CLOCK_DAY)

static struct chart_window window_of(const struct page *p)
{
  /* It ends at the full hour, like the windows of the counts. */
  struct chart_window w = {.from_us = p->pin.window_us - SHOWN_US, .to_us = p->pin.window_us};
  for (int i = 0; i < CHART_MONTHS_MAX; i++) {
    int64_t us = moves_month(w.from_us + 1, i);
    if (us <= w.to_us)
      w.starts[w.n_starts++] = us;
  }
  return w;
}

static struct chart_lane lane_inside(const struct profile *f, const struct chart_window *w)
{
  size_t from = 0, to;
  while (from < f->n_moves && f->moves[from].slot > moves_slot_hour(w->to_us))
    from++;
  for (to = from; to < f->n_moves && f->moves[to].slot > moves_slot_hour(w->from_us);)
    to++;
  return (struct chart_lane){f->moves ? f->moves + from : NULL, to - from};
}

/* Counts from entry *at on what is in `from_slot` or later, and advances *at past it. */
static struct chart_cell_view count(const struct chart_lane *in, size_t *at, int64_t from_slot)
{
  struct chart_cell_view c = {0};
  for (; *at < in->n && in->v[*at].slot >= from_slot; ++*at) {
    c.moves += in->v[*at].n;
    c.sparks += in->v[*at].class == CLASS_SPARK ? in->v[*at].n : 0;
  }
  return c;
}

static void month_rows(struct page *p, const struct chart_lane *in, size_t n, const struct chart_window *w, struct chart_view *v)
{
  size_t at[SENTENCES_SET_MAX] = {0};
  v->months.v = ARENA_ARRAY(p->arena, w->n_starts, struct chart_month_view);
  for (size_t i = w->n_starts; i-- > 0 && v->months.v;) {
    struct chart_month_view *row = &v->months.v[v->months.n++];
    struct clock_civil c = clock_split(w->starts[i]);
    struct span year = arena_uint(p->arena, (unsigned)c.year, 4);
    row->month = ARENA_JOIN(p->arena, draw_months[c.month - 1], SPAN(" "), year);
    row->datetime = ARENA_JOIN(p->arena, year, SPAN("-"), arena_uint(p->arena, (unsigned)c.month, 2));
    row->cells.v = ARENA_ARRAY(p->arena, n, struct chart_cell_view);
    for (size_t k = 0; k < n && row->cells.v; k++)
      row->cells.v[row->cells.n++] = count(&in[k], &at[k], moves_slot_hour(w->starts[i]));
  }
}

static struct span summary(struct page *p, const struct chart_view *v, const struct chart_window *w)
{
  struct clock_civil from = clock_split(w->from_us + 1), to = clock_split(w->to_us);
  struct span out = arena_printf(p->arena, "From %.*s %d to %.*s %d:", SPAN_ARG(draw_months[from.month - 1]), from.year,
                                 SPAN_ARG(draw_months[to.month - 1]), to.year);
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
  struct chart_window w = window_of(p);
  struct chart_lane in[SENTENCES_SET_MAX];
  int64_t moves = 0;
  if (!v)
    return NULL;
  v->columns.v = ARENA_ARRAY(p->arena, n, struct chart_column_view);
  for (size_t i = 0; i < n && v->columns.v; i++) {
    size_t at = 0;
    in[i] = lane_inside(f[i], &w);
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
  v->draw = chart_draw_lanes(p, &w, v->columns.v, in, n);
  return v;
}
