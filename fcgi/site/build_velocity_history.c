/* The velocity of past months.  A point needs the product's own counts, which its fragment has by the hour, and the median
 * of its first sector, which the plan read from the catalog.  view_velocity_history.h describes content and geometry. */
#include "model/moves.h"
#include "site/build.h"
#include "site/draw.h"
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

static struct velocity_history_draw *draw(struct page *p, const struct past_scores *s, size_t n, const int64_t *ends)
{
  struct velocity_history_draw *d = ARENA_NEW(p->arena, struct velocity_history_draw);
  if (!d)
    return NULL;
  d->several = n > 1;
  d->months.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct month_draw);
  for (int i = 0; i < SCORE_MONTHS && d->months.v; i++)
    d->months.v[d->months.n++] = (struct month_draw){draw_percent(p, month_x(i)),
                                                     span_head(draw_months[clock_split(ends[i]).month - 1], 3)};
  d->lines.v = ARENA_ARRAY(p->arena, n, struct history_line_draw);
  for (size_t i = 0; i < n && d->lines.v; i++)
    line_draw(p, &s[i], i, &d->lines.v[d->lines.n++]);
  return d;
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

static void month_rows(struct page *p, const struct past_scores *s, size_t n, const int64_t *ends, struct velocity_history_view *v)
{
  v->months.v = ARENA_ARRAY(p->arena, SCORE_MONTHS, struct past_month_view);
  for (int i = SCORE_MONTHS; i-- > 0 && v->months.v;) {
    struct past_month_view *row = &v->months.v[v->months.n++];
    struct clock_civil c = clock_split(ends[i]);
    struct span year = arena_uint(p->arena, (unsigned)c.year, 4);
    char iso[CLOCK_ISO_MAX];
    row->month = ARENA_JOIN(p->arena, draw_months[c.month - 1], SPAN(" "), year);
    row->datetime = ARENA_JOIN(p->arena, year, SPAN("-"), arena_uint(p->arena, (unsigned)c.month, 2));
    row->ends = arena_copy(p->arena, span_of(iso, clock_iso(iso, ends[i], 0)));
    row->cells.v = ARENA_ARRAY(p->arena, n, struct past_score_view);
    for (size_t k = 0; k < n && row->cells.v; k++)
      row->cells.v[row->cells.n++] = cell(p, &s[k].at[i]);
  }
}

/* ---- sentences */
static struct span first_to_last(struct page *p, const struct past_scores *s)
{
  int first = 0, last = SCORE_MONTHS - 1;
  while (first < last && s->at[first].tenths == SCORE_NONE)
    first++;
  struct span to = s->at[last].tenths == SCORE_NONE ? SPAN("not scored") : build_tenths(p, s->at[last].tenths);
  return first == last ? to : ARENA_JOIN(p->arena, build_tenths(p, s->at[first].tenths), SPAN(" to "), to);
}

static struct span summary(struct page *p, const struct velocity_history_view *v, const struct past_scores *s)
{
  const struct past_month_view *newest = v->months.v, *oldest = newest + v->months.n - 1;
  struct span out = ARENA_JOIN(p->arena, SPAN("Velocity at the end of each month from "), oldest->month, SPAN(" to "),
                               newest->month, SPAN(":"));
  for (size_t i = 0; i < v->columns.n; i++)
    out = ARENA_JOIN(p->arena, out, i ? SPAN("; ") : SPAN(" "), v->columns.v[i].name, SPAN(" "), first_to_last(p, &s[i]));
  return ARENA_JOIN(p->arena, out, SPAN("."));
}

static struct span overridden(struct page *p, const struct planned_product *g, size_t n)
{
  struct span names = SPAN("");
  for (size_t i = 0; i < n; i++)
    if (g[i].member.facts.override_tenths >= 0)
      names = ARENA_JOIN(p->arena, names, names.n ? SPAN(", ") : SPAN(""), g[i].member.facts.name);
  return names.n ? ARENA_JOIN(p->arena, SPAN("Present scores that the editors set: "), names,
                              SPAN(". The history has what the formula gives."))
                 : names;
}

static bool any_scored(const struct past_scores *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    for (int k = 0; k < SCORE_MONTHS; k++)
      if (s[i].at[k].tenths != SCORE_NONE)
        return true;
  return false;
}

struct velocity_history_view *build_velocity_history(struct page *p, const struct planned_product *g,
                                                     const struct profile *const *f, size_t n)
{
  struct past_scores s[SENTENCES_SET_MAX];
  int64_t ends[SCORE_MONTHS];
  moves_month_ends(p->pin.window_us, ends);
  for (size_t i = 0; i < n; i++)
    s[i] = scores_of(&g[i], f[i], ends);
  struct velocity_history_view *v = any_scored(s, n) ? ARENA_NEW(p->arena, struct velocity_history_view) : NULL;
  if (!v)
    return NULL;
  v->columns.v = ARENA_ARRAY(p->arena, n, struct past_column_view);
  for (size_t i = 0; i < n && v->columns.v; i++)
    v->columns.v[v->columns.n++] = (struct past_column_view){g[i].member.facts.name, build_position(i)};
  month_rows(p, s, n, ends, v);
  if (v->months.n)
    v->summary = summary(p, v, s);
  v->overridden = overridden(p, g, n);
  v->draw = draw(p, s, n, ends);
  return v;
}
