/* Draws the activity chart.  Every move of the window is in the drawing: where the products ship on few days, each move is
 * a tick and the moves of a day are stacked; otherwise the moves of each week are one bar.  All lanes of a chart are drawn
 * in the same way and at the same scale.  view_chart.h describes the geometry. */
#include "site/chart.h"
#include "site/draw.h"
#include "site/part_memo.h"
#include "text/bidi.h"

#define LABEL 18 /* height of a lane's label */
#define LANE_GAP 16
#define STACK_GAP 2   /* between the ticks of a day */
#define STACK_MOST 64 /* a higher stack, or more days with moves than DAYS_MOST, makes a chart of weeks */
#define DAYS_MOST 120
#define HEAD 12 /* room for the head of a spark */
#define HEAD_OVER 7 /* from the top of a bar to the middle of its head */
#define WEEK_US (7 * CLOCK_DAY)
#define WEEKS 53 /* of a year and a day; the oldest has one day */
#define BARS_LEAST 44 /* height of the tallest bar: two for each move, within these limits */
#define BARS_MOST 120
#define KEY 40
#define MONTH_LABEL_LEAST 400 /* width, in hundredths of a percent */
#define NAME_CHARS 28

static const int heights[] = {[CLASS_TRIVIAL] = 8, [CLASS_IMPROVEMENT] = 18, [CLASS_SPARK] = 30};
enum { CLASSES = CLASS_SPARK + 1 };

/* How the lanes are drawn. */
struct chart_scale {
  bool weeks;
  int64_t area; /* height of the tallest stack or bar, in pixels */
  int64_t most; /* weeks: moves of the tallest bar */
  int64_t step; /* from one lane to the next */
};

/* The moves of one day or week by class. */
struct pile {
  uint32_t n[CLASSES];
};

static uint32_t pile_moves(const struct pile *d)
{
  return d->n[CLASS_TRIVIAL] + d->n[CLASS_IMPROVEMENT] + d->n[CLASS_SPARK];
}

static int64_t stack_height(const struct pile *d)
{
  int64_t height = -STACK_GAP;
  for (int c = 0; c < CLASSES; c++)
    height += (int64_t)d->n[c] * (heights[c] + STACK_GAP);
  return height;
}

static int position(const struct chart_window *w, int64_t us)
{
  int64_t at = (us - w->from_us) * 10000 / (w->to_us - w->from_us);
  return at < 0 ? 0 : at > 10000 ? 10000 : (int)at;
}

/* Takes the entries of one day from *at on, and returns the day's beginning in *day_us. */
static struct pile day_take(const struct chart_lane *in, size_t *at, int64_t *day_us)
{
  struct pile d = {{0}};
  int64_t day = moves_slot_us(in->v[*at].slot) / CLOCK_DAY;
  for (; *at < in->n && moves_slot_us(in->v[*at].slot) / CLOCK_DAY == day; ++*at)
    d.n[in->v[*at].class] += in->v[*at].n;
  *day_us = day * CLOCK_DAY;
  return d;
}

static void weeks_fill(const struct chart_lane *in, const struct chart_window *w, struct pile weeks[WEEKS])
{
  for (size_t i = 0; i < in->n; i++) {
    int64_t back = (moves_slot_hour(w->to_us) - in->v[i].slot) / (2 * (WEEK_US / CLOCK_HOUR));
    weeks[back].n[in->v[i].class] += in->v[i].n;
  }
}

static int64_t week_most(const struct chart_lane *in, const struct chart_window *w)
{
  struct pile weeks[WEEKS] = {0};
  int64_t most = 0;
  weeks_fill(in, w, weeks);
  for (size_t i = 0; i < WEEKS; i++)
    most = pile_moves(&weeks[i]) > most ? pile_moves(&weeks[i]) : most;
  return most;
}

void chart_draw_measure(const struct chart_window *w, const struct chart_lane *in, struct chart_counts_draw *out)
{
  int64_t day_us;
  for (size_t at = 0; at < in->n; out->days++) {
    struct pile d = day_take(in, &at, &day_us);
    int64_t height = stack_height(&d);
    out->height = height > out->height ? height : out->height;
  }
  out->week = week_most(in, w);
}

static struct chart_scale scale_of(const struct chart_lane *lanes, size_t n)
{
  struct chart_scale s = {.area = heights[CLASS_SPARK]};
  for (size_t i = 0; i < n; i++) {
    const struct chart_counts_draw *c = lanes[i].counts;
    s.area = c->height > s.area ? c->height : s.area;
    s.most = c->week > s.most ? c->week : s.most;
    s.weeks = s.weeks || c->days > DAYS_MOST || s.area > STACK_MOST;
  }
  if (!s.weeks)
    s.most = 0;
  else
    s.area = 2 * s.most < BARS_LEAST ? BARS_LEAST : 2 * s.most > BARS_MOST ? BARS_MOST : 2 * s.most;
  s.step = LABEL + HEAD + s.area + LANE_GAP;
  return s;
}

static void head_put(struct page *p, struct lane_draw *out, int x, int64_t y)
{
  if (out->sparks.v)
    out->sparks.v[out->sparks.n++] = (struct spark_draw){draw_percent(p, x), y};
}

/* ---- days: a tick for each move */
static void stack_draw(struct page *p, const struct pile *d, int x, struct draw_path *ticks, struct lane_draw *out)
{
  int64_t y = out->y;
  for (int c = 0; c < CLASSES; c++)
    for (uint32_t i = 0; i < d->n[c]; i++, y -= STACK_GAP) {
      draw_path_bar(ticks, x, y, y - heights[c]);
      y -= heights[c];
      if (c == CLASS_SPARK)
        head_put(p, out, x, y);
    }
}

static void days_draw(struct page *p, const struct chart_window *w, const struct chart_lane *in, struct lane_draw *out)
{
  struct draw_path ticks = draw_path_new(p, 2 * (size_t)in->counts->moves);
  out->sparks.v = ARENA_ARRAY(p->arena, (size_t)in->counts->sparks, struct spark_draw);
  for (size_t at = 0; at < in->n;) {
    int64_t day_us;
    struct pile d = day_take(in, &at, &day_us);
    stack_draw(p, &d, position(w, day_us + CLOCK_DAY / 2), &ticks, out);
  }
  out->ticks = draw_path_data(&ticks);
}

/* ---- weeks: bars, in units of one move, from the top down */
static void weeks_draw(struct page *p, const struct chart_window *w, const struct chart_lane *in, const struct chart_scale *s,
                       struct lane_draw *out)
{
  struct pile weeks[WEEKS] = {0};
  struct draw_path pale = draw_path_new(p, 2 * WEEKS), full = draw_path_new(p, 4 * WEEKS), feet = draw_path_new(p, 2 * WEEKS);
  weeks_fill(in, w, weeks);
  out->sparks.v = ARENA_ARRAY(p->arena, WEEKS, struct spark_draw);
  for (size_t i = 0; i < WEEKS; i++) {
    int64_t middle_us = w->to_us - (int64_t)i * WEEK_US - WEEK_US / 2;
    int x = position(w, middle_us);
    int64_t y = s->most;
    for (int c = 0; c < CLASSES; c++)
      if (weeks[i].n[c]) {
        draw_path_bar(c == CLASS_TRIVIAL ? &pale : &full, x, y, y - weeks[i].n[c]);
        y -= weeks[i].n[c];
      }
    if (y < s->most && (s->most - y) * s->area < 2 * s->most)
      draw_path_bar(&feet, x, s->area - 2, s->area);
    if (weeks[i].n[CLASS_SPARK])
      head_put(p, out, x, out->top + y * s->area / s->most - HEAD_OVER);
  }
  out->pale = draw_path_data(&pale);
  out->ticks = draw_path_data(&full);
  out->feet = draw_path_data(&feet);
}

/* ---- the frame */
static struct chart_grid_draw *grid_build(struct page *p, const struct chart_window *w, int64_t axis_y)
{
  struct chart_grid_draw *d = ARENA_NEW(p->arena, struct chart_grid_draw);
  struct draw_path lines = draw_path_new(p, 2 * w->n_starts);
  if (!d || !(d->months.v = ARENA_ARRAY(p->arena, w->n_starts, struct month_draw)))
    return NULL;
  for (size_t i = 0; i < w->n_starts; i++) {
    int x = position(w, w->starts[i]);
    int end = i + 1 < w->n_starts ? position(w, w->starts[i + 1]) : 10000;
    draw_path_bar(&lines, x, 0, axis_y);
    if (end - x >= MONTH_LABEL_LEAST)
      d->months.v[d->months.n++] = (struct month_draw){
          draw_percent(p, (x + end) / 2), day_text_month_short(clock_split(w->starts[i]).month)};
  }
  d->hairlines = draw_path_data(&lines);
  return d;
}

static void grid_take(struct page *p, const struct chart_window *w, struct chart_draw *d)
{
  struct page_part part;
  struct part_key key = part_key_window(p, PART_GRID, (size_t)d->axis_y);
  struct chart_grid_draw *grid = part_begin(p, &key, &part);
  if (!grid)
    grid = part_end(p, &part, &chart_grid_draw_shape, grid_build(p, w, d->axis_y), 0);
  if (!grid)
    return;
  d->hairlines = grid->hairlines;
  d->months.v = grid->months.v;
  d->months.n = grid->months.n;
}

/* A name at the beginning of a lane must not be wider than a phone.  Characters beyond Latin, Greek and Cyrillic may be
 * twice as wide. */
static struct span name_shown(struct page *p, struct span name)
{
  size_t most = NAME_CHARS;
  for (size_t i = 0; i < name.n; i++)
    if ((unsigned char)name.p[i] >= 0xe1)
      most = NAME_CHARS / 2;
  return bidi_shortened(p->arena, name, most);
}

static struct lane_draw *lane_build(struct page *p, const struct chart_window *w, const struct chart_scale *s,
                                    const struct chart_lane *in, size_t i)
{
  struct lane_draw *out = ARENA_NEW(p->arena, struct lane_draw);
  if (!out)
    return NULL;
  out->position = build_position(i);
  out->name = name_shown(p, in->g->member.facts.name);
  out->moves = SAY(p->arena, PLURAL("%1$s move", "%1$s moves", (uint64_t)in->counts->moves),
                   arena_uint(p->arena, (uint64_t)in->counts->moves, 1));
  out->label_y = (int64_t)i * s->step + LABEL - 6;
  out->y = (int64_t)i * s->step + LABEL + HEAD + s->area;
  out->top = out->y - s->area;
  if (s->weeks)
    weeks_draw(p, w, in, s, out);
  else
    days_draw(p, w, in, out);
  return out;
}

static void lane_take(struct page *p, const struct chart_window *w, const struct chart_scale *s, const struct chart_lane *in,
                      size_t place, struct lane_draw *out)
{
  struct page_part part;
  struct part_key key = part_key_of(p, PART_LANE, in->g, &in->f->facts, place);
  int64_t scale[] = {s->most, s->area << 32 | s->step << 1 | s->weeks}; /* heights are below 2^31 */
  part_key_add(p, &key, span_of((const char *)scale, sizeof scale));
  struct lane_draw *v = part_begin(p, &key, &part);
  if (!v)
    v = part_end(p, &part, &lane_draw_shape, lane_build(p, w, s, in, place == PART_ALONE ? 0 : place), 1);
  if (!v)
    return;
  *out = *v;
  out->block = part_block(&part, v, 0);
}

struct chart_draw *chart_draw_lanes(struct page *p, const struct chart_window *w, const struct chart_lane *lanes, size_t n)
{
  struct chart_draw *d = ARENA_NEW(p->arena, struct chart_draw);
  if (!d)
    return NULL;
  struct chart_scale s = scale_of(lanes, n);
  d->weeks = s.weeks;
  d->area = s.area;
  d->most = s.most;
  d->axis_y = (int64_t)n * s.step - LANE_GAP + 8;
  d->label_y = d->axis_y + 14;
  d->key_y = d->label_y + 8;
  d->height = d->key_y + KEY;
  grid_take(p, w, d);
  d->lanes.v = ARENA_ARRAY(p->arena, n, struct lane_draw);
  for (size_t i = 0; i < n && d->lanes.v; i++)
    lane_take(p, w, &s, &lanes[i], part_place(i, n), &d->lanes.v[d->lanes.n++]);
  return d;
}
