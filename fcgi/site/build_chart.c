/* The activity chart: 12 months up to the last full hour of the site's clock, and the same numbers as a table.
 * The lanes, the totals and the months of the table are three sums over the same counts.  view_chart.h describes the
 * content and the geometry. */
#include <stdio.h>

#include "site/chart.h"
#include "site/draw.h"
#include "site/part_memo.h"

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
  return (struct chart_lane){.v = f->moves ? f->moves + from : NULL, .n = to - from};
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

/* ---- parts */
static struct chart_counts_draw *counts_build(struct page *p, const struct chart_lane *in, const struct chart_window *w)
{
  struct chart_counts_draw *v = ARENA_NEW(p->arena, struct chart_counts_draw);
  size_t at = 0;
  if (!v || !(v->cells.v = ARENA_ARRAY(p->arena, w->n_starts, struct chart_cell_view)))
    return NULL;
  struct chart_cell_view all = count(in, &at, INT64_MIN);
  v->moves = all.moves;
  v->sparks = all.sparks;
  chart_draw_measure(w, in, v);
  at = 0;
  for (size_t i = w->n_starts; i-- > 0;)
    v->cells.v[v->cells.n++] = count(in, &at, moves_slot_hour(w->starts[i]));
  return v;
}

static struct chart_months_draw *months_build(struct page *p, const struct chart_window *w)
{
  struct chart_months_draw *v = ARENA_NEW(p->arena, struct chart_months_draw);
  if (!v || !(v->months.v = ARENA_ARRAY(p->arena, w->n_starts, struct chart_month_view)))
    return NULL;
  for (size_t i = w->n_starts; i-- > 0;) {
    struct chart_month_view *row = &v->months.v[v->months.n++];
    struct clock_civil c = clock_split(w->starts[i]);
    struct span year = arena_uint(p->arena, (unsigned)c.year, 4);
    row->month = day_text_of_month(p->arena, c.month, year);
    row->datetime = ARENA_JOIN(p->arena, year, SPAN("-"), arena_uint(p->arena, (unsigned)c.month, 2));
  }
  return v;
}

struct counts { /* of a product */
  const struct chart_counts_draw *v;
  struct page_part part;
};

static struct counts counts_take(struct page *p, const struct chart_lane *in, size_t place, const struct chart_window *w)
{
  struct counts c;
  struct part_key key = part_key_of(p, PART_COUNTS, in->g, &in->f->facts, place);
  struct chart_counts_draw *v = part_begin(p, &key, &c.part);
  if (!v && (v = counts_build(p, in, w)))
    v = part_end(p, &c.part, &chart_counts_draw_shape, v, v->cells.n);
  c.v = v;
  return c;
}

static void month_rows(struct page *p, const struct counts *of, size_t n, const struct chart_window *w, struct chart_view *v)
{
  struct page_part part;
  struct part_key key = part_key_window(p, PART_MONTHS, part_place(0, n));
  struct chart_months_draw *months = part_begin(p, &key, &part);
  if (!months && (months = months_build(p, w)))
    months = part_end(p, &part, &chart_months_draw_shape, months, months->months.n);
  size_t rows = months ? months->months.n : 0;
  struct chart_cell_view *cells = ARENA_ARRAY(p->arena, rows * n, struct chart_cell_view);
  v->months.v = ARENA_ARRAY(p->arena, rows, struct chart_month_view);
  for (size_t i = 0; i < rows && v->months.v && cells; i++, cells += n) {
    struct chart_month_view *row = &v->months.v[v->months.n++];
    *row = months->months.v[i];
    row->block = part_block(&part, months, i);
    row->cells.v = cells;
    for (row->cells.n = 0; row->cells.n < n; row->cells.n++) {
      cells[row->cells.n] = of[row->cells.n].v->cells.v[i];
      cells[row->cells.n].block = part_block(&of[row->cells.n].part, of[row->cells.n].v, i);
    }
  }
}

static struct span column_words(struct page *p, const struct chart_column_view *c)
{
  uint64_t n = (uint64_t)c->moves, sparks = (uint64_t)c->sparks;
  struct span moves = arena_uint(p->arena, n, 1);
  if (!n)
    return SAY(p->arena, _("%1$s no ship moves"), c->name);
  if (n == 1 && sparks)
    return SAY(p->arena, _("%1$s %2$s ship move, a spark"), c->name, moves);
  if (!sparks)
    return SAY(p->arena, PLURAL("%1$s %2$s ship move", "%1$s %2$s ship moves", n), c->name, moves);
  return SAY(p->arena, PLURAL("%1$s %2$s ship moves, %3$s of them a spark", "%1$s %2$s ship moves, %3$s of them sparks", sparks),
             c->name, moves, arena_uint(p->arena, sparks, 1));
}

static struct span summary(struct page *p, const struct chart_view *v, const struct chart_window *w)
{
  struct clock_civil from = clock_split(w->from_us + 1), to = clock_split(w->to_us);
  struct span columns = SPAN("");
  for (size_t i = 0; i < v->columns.n; i++)
    columns = ARENA_JOIN(p->arena, columns, i ? SPAN("; ") : SPAN(""), column_words(p, &v->columns.v[i]));
  return SAY(p->arena, _("From %1$s to %2$s: %3$s."),
             day_text_of_month(p->arena, from.month, arena_uint(p->arena, (unsigned)from.year, 1)),
             day_text_of_month(p->arena, to.month, arena_uint(p->arena, (unsigned)to.year, 1)), columns);
}

struct chart_view *build_chart(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n)
{
  struct chart_view *v = ARENA_NEW(p->arena, struct chart_view);
  struct chart_window w = window_of(p);
  struct chart_lane in[SENTENCES_SET_MAX];
  struct counts of[SENTENCES_SET_MAX];
  int64_t moves = 0;
  if (!v || !(v->columns.v = ARENA_ARRAY(p->arena, n, struct chart_column_view)))
    return NULL;
  for (size_t i = 0; i < n; i++) {
    in[i] = lane_inside(f[i], &w);
    in[i].g = &g[i];
    in[i].f = f[i];
    of[i] = counts_take(p, &in[i], part_place(i, n), &w);
    if (!(in[i].counts = of[i].v))
      return NULL;
    v->columns.v[v->columns.n++] = (struct chart_column_view){.name = g[i].member.facts.name,
                                                              .position = build_position(i),
                                                              .moves = in[i].counts->moves,
                                                              .sparks = in[i].counts->sparks};
    moves += in[i].counts->moves;
  }
  if (moves == 0)
    return NULL;
  month_rows(p, of, n, &w, v);
  v->summary = summary(p, v, &w);
  if (p->target->form == FORM_HTML)
    v->draw = chart_draw_lanes(p, &w, in, n);
  return v;
}
