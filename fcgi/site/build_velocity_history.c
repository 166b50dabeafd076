/* The velocity of past months.  A point needs the product's own counts, which its fragment has by the hour, and the median
 * of its first sector, which the plan read from the catalog.  view_velocity_history.h describes content and geometry. */
#include "model/moves.h"
#include "site/build.h"
#include "site/draw.h"
#include "site/part_memo.h"
#include "site/view_velocity_history.h"

#define LEFT 1400 /* hundredths of a percent, for the names of the bands */
#define TOP 8
#define HEIGHT_OF(tenths) (TOP + ((100 - (tenths)) * 3 + 1) / 2)

/* A product at the end of a month.  tenths: SCORE_NONE before its first activity. */
struct past_score {
  struct moves_windows counts;
  uint32_t median2;
  int tenths;
};

struct past_scores {
  struct past_score at[SCORE_MONTHS]; /* oldest first */
};

/* The counts reach back to the first window.  What the product did before is the rest of its activities. */
static uint64_t earlier_moves(const struct profile *f)
{
  uint64_t counted = 0;
  for (size_t i = 0; i < f->n_moves; i++)
    counted += f->moves[i].n;
  return f->facts.activities > counted ? f->facts.activities - counted : 0;
}

static struct past_scores scores_of(const struct planned_product *g, const struct profile *f, const int64_t *ends)
{
  struct past_scores out;
  bool earlier = earlier_moves(f) > 0;
  for (int i = 0; i < SCORE_MONTHS; i++) {
    struct past_score *s = &out.at[i];
    bool began = earlier || (f->n_moves && f->moves[f->n_moves - 1].slot <= moves_slot_hour(ends[i]));
    *s = (struct past_score){moves_windows_at(f->moves, f->n_moves, ends[i]), g->past2[i], SCORE_NONE};
    if (began)
      s->tenths = score_tenths(s->counts.n90, s->counts.s30, s->median2);
  }
  return out;
}

/* ---- the drawing */
static int month_x(int i)
{
  return LEFT + (10000 - LEFT) * (2 * i + 1) / (2 * SCORE_MONTHS);
}

static void line_draw(struct page *p, const struct past_scores *s, size_t position, struct history_line_draw *out)
{
  struct draw_path line = draw_path_new(p, SCORE_MONTHS);
  out->position = build_position(position);
  out->points.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct history_point_draw);
  for (int i = 0; i < SCORE_MONTHS && out->points.v; i++) {
    int tenths = s->at[i].tenths, y = HEIGHT_OF(tenths);
    bool before = i > 0 && s->at[i - 1].tenths != SCORE_NONE;
    bool after = i + 1 < SCORE_MONTHS && s->at[i + 1].tenths != SCORE_NONE;
    if (tenths == SCORE_NONE)
      continue;
    out->points.v[out->points.n++] = (struct history_point_draw){draw_percent(p, month_x(i)), y};
    if (before || after)
      draw_path_step(&line, before ? 'L' : 'M', month_x(i), y);
  }
  out->line = draw_path_data(&line);
}

/* ---- the table */
static struct past_score_view cell(struct page *p, const struct past_score *s)
{
  uint32_t m2 = s->median2 < 2 ? 2 : s->median2;
  if (s->tenths == SCORE_NONE)
    return (struct past_score_view){0};
  return (struct past_score_view){.scored = true,
                                  .score = build_tenths(p, s->tenths),
                                  .n90 = s->counts.n90,
                                  .median = build_median(p, m2),
                                  .s30 = s->counts.s30};
}

static bool is_level(const struct past_scores *s, int first)
{
  for (int k = first; k < SCORE_MONTHS; k++)
    if (s->at[k].tenths != s->at[first].tenths)
      return false;
  return true;
}

/* ---- sentences */

static struct span score_words(struct page *p, int tenths)
{
  return decimal_text(p->arena, build_tenths(p, tenths));
}

static struct span first_to_last(struct page *p, const struct past_scores *s)
{
  int first = 0, last = SCORE_MONTHS - 1;
  while (first < last && s->at[first].tenths == SCORE_NONE)
    first++;
  struct span to = s->at[last].tenths == SCORE_NONE ? _("not scored") : score_words(p, s->at[last].tenths);
  if (first == last)
    return to;
  if (s->at[first].tenths == s->at[last].tenths)
    return SAY(p->arena, is_level(s, first) ? _("%1$s throughout") : _("%1$s at both ends"), to);
  return SAY(p->arena, _("%1$s to %2$s"), score_words(p, s->at[first].tenths), to);
}

/* ---- parts */
static bool any_scored(const struct past_scores *s)
{
  for (int k = 0; k < SCORE_MONTHS; k++)
    if (s->at[k].tenths != SCORE_NONE)
      return true;
  return false;
}

static struct past_scores_draw *past_build(struct page *p, const struct past_scores *s, size_t position)
{
  struct past_scores_draw *v = ARENA_NEW(p->arena, struct past_scores_draw);
  if (!v || !(v->line = ARENA_NEW(p->arena, struct history_line_draw)) ||
      !(v->cells.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct past_score_view)))
    return NULL;
  v->scored = any_scored(s);
  v->change = first_to_last(p, s);
  line_draw(p, s, position, v->line);
  for (int i = SCORE_MONTHS; i-- > 0;)
    v->cells.v[v->cells.n++] = cell(p, &s->at[i]);
  return v;
}

struct past_part { /* of a product: a block for each cell, and one for the line */
  const struct past_scores_draw *v;
  struct page_part part;
};

static struct past_part past_take(struct page *p, const struct planned_product *g, const struct profile *f, size_t place,
                             const int64_t *ends)
{
  struct past_part out;
  struct part_key key = part_key_of(p, PART_HISTORY, g, &f->facts, place);
  struct past_scores_draw *v = part_begin(p, &key, &out.part);
  if (!v) {
    struct past_scores s = scores_of(g, f, ends);
    v = part_end(p, &out.part, &past_scores_draw_shape, past_build(p, &s, place == PART_ALONE ? 0 : place), SCORE_MONTHS + 1);
  }
  out.v = v;
  return out;
}

static struct past_months_draw *months_build(struct page *p, const int64_t *ends)
{
  struct past_months_draw *v = ARENA_NEW(p->arena, struct past_months_draw);
  if (!v || !(v->rows.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct past_month_view)) ||
      !(v->labels.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct month_draw)))
    return NULL;
  for (int i = 0; i < SCORE_MONTHS; i++)
    v->labels.v[v->labels.n++] = (struct month_draw){draw_percent(p, month_x(i)),
                                                     day_text_month_short(clock_split(ends[i]).month)};
  for (int i = SCORE_MONTHS; i-- > 0;) {
    struct past_month_view *row = &v->rows.v[v->rows.n++];
    struct clock_civil c = clock_split(ends[i]);
    struct span year = arena_uint(p->arena, (unsigned)c.year, 4);
    char iso[CLOCK_ISO_MAX];
    row->month = day_text_of_month(p->arena, c.month, year);
    row->datetime = ARENA_JOIN(p->arena, year, SPAN("-"), arena_uint(p->arena, (unsigned)c.month, 2));
    row->ends = arena_copy(p->arena, span_of(iso, clock_iso(iso, ends[i], 0)));
  }
  return v;
}

static const struct past_months_draw *months_take(struct page *p, const int64_t *ends, size_t place, struct page_part *part)
{
  struct part_key key = part_key_window(p, PART_PAST_MONTHS, place);
  struct past_months_draw *v = part_begin(p, &key, part);
  return v ? v : part_end(p, part, &past_months_draw_shape, months_build(p, ends), SCORE_MONTHS);
}

static void month_rows(struct page *p, const struct past_part *past, size_t n, const struct past_months_draw *months,
                       const struct page_part *part, struct velocity_history_view *v)
{
  struct past_score_view *cells = ARENA_ARRAY(p->arena, SCORE_MONTHS * n, struct past_score_view);
  v->months.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct past_month_view);
  for (size_t i = 0; i < SCORE_MONTHS && v->months.v && cells; i++, cells += n) {
    struct past_month_view *row = &v->months.v[v->months.n++];
    *row = months->rows.v[i];
    row->block = part_block(part, months, i);
    row->cells.v = cells;
    for (row->cells.n = 0; row->cells.n < n; row->cells.n++) {
      cells[row->cells.n] = past[row->cells.n].v->cells.v[i];
      cells[row->cells.n].block = part_block(&past[row->cells.n].part, past[row->cells.n].v, i);
    }
  }
}

/* ---- the drawing and the sentences of all products */
static struct velocity_history_draw *draw(struct page *p, const struct past_part *past, size_t n,
                                          const struct past_months_draw *months)
{
  struct velocity_history_draw *d = ARENA_NEW(p->arena, struct velocity_history_draw);
  if (!d)
    return NULL;
  d->several = n > 1;
  d->months.v = months->labels.v;
  d->months.n = months->labels.n;
  d->lines.v = ARENA_ARRAY(p->arena, n, struct history_line_draw);
  for (size_t i = 0; i < n && d->lines.v; i++) {
    d->lines.v[d->lines.n] = *past[i].v->line;
    d->lines.v[d->lines.n++].block = part_block(&past[i].part, past[i].v, SCORE_MONTHS);
  }
  return d;
}

static struct span summary(struct page *p, const struct velocity_history_view *v, const struct past_part *past)
{
  const struct past_month_view *newest = v->months.v, *oldest = newest + v->months.n - 1;
  struct span columns = SPAN("");
  for (size_t i = 0; i < v->columns.n; i++)
    columns = ARENA_JOIN(p->arena, columns, i ? SPAN("; ") : SPAN(""), v->columns.v[i].name, SPAN(" "), past[i].v->change);
  return SAY(p->arena, _("Velocity at the end of each month from %1$s to %2$s: %3$s."), oldest->month, newest->month, columns);
}

static struct span overridden(struct page *p, const struct planned_product *g, size_t n)
{
  struct span names = SPAN("");
  for (size_t i = 0; i < n; i++)
    if (g[i].member.facts.override_tenths >= 0)
      names = ARENA_JOIN(p->arena, names, names.n ? SPAN(", ") : SPAN(""), g[i].member.facts.name);
  return names.n ? SAY(p->arena, _("Present scores that the editors set: %1$s. The history has what the formula gives."), names)
                 : names;
}

struct velocity_history_view *build_velocity_history(struct page *p, const struct planned_product *g,
                                                     const struct profile *const *f, size_t n)
{
  struct past_part past[SENTENCES_SET_MAX];
  struct page_part part;
  int64_t ends[SCORE_MONTHS];
  bool scored = false;
  moves_month_ends(p->pin.window_us, ends);
  for (size_t i = 0; i < n; i++) {
    past[i] = past_take(p, &g[i], f[i], part_place(i, n), ends);
    if (!past[i].v)
      return NULL;
    scored = scored || past[i].v->scored;
  }
  const struct past_months_draw *months = scored ? months_take(p, ends, part_place(0, n), &part) : NULL;
  struct velocity_history_view *v = months ? ARENA_NEW(p->arena, struct velocity_history_view) : NULL;
  if (!v)
    return NULL;
  v->columns.v = ARENA_ARRAY(p->arena, n, struct past_column_view);
  for (size_t i = 0; i < n && v->columns.v; i++)
    v->columns.v[v->columns.n++] = (struct past_column_view){g[i].member.facts.name, build_position(i)};
  month_rows(p, past, n, months, &part, v);
  if (v->months.n)
    v->summary = summary(p, v, past);
  v->overridden = overridden(p, g, n);
  v->draw = draw(p, past, n, months);
  return v;
}
