/* Draws the activity chart.  Every move of the window is in the drawing: where the products ship on few days, each move is
 * a tick and the moves of a day are stacked; otherwise the moves of each week are one bar.  All lanes of a chart are drawn
 * in the same way and at the same scale.  view_chart.h describes the geometry. */
#include "site/chart.h"
#include "site/draw.h"
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

static struct chart_scale scale_of(const struct chart_window *w, const struct chart_lane *lanes, size_t n)
{
  struct chart_scale s = {.area = heights[CLASS_SPARK]};
  for (size_t i = 0; i < n; i++) {
    int64_t day_us, days = 0;
    for (size_t at = 0; at < lanes[i].n; days++) {
      struct pile d = day_take(&lanes[i], &at, &day_us);
      int64_t height = stack_height(&d);
      s.area = height > s.area ? height : s.area;
    }
    s.weeks = s.weeks || days > DAYS_MOST || s.area > STACK_MOST;
  }
  for (size_t i = 0; i < n && s.weeks; i++) {
    int64_t most = week_most(&lanes[i], w);
    s.most = most > s.most ? most : s.most;
  }
  if (s.weeks)
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

static void days_draw(struct page *p, const struct chart_window *w, const struct chart_lane *in,
                      const struct chart_column_view *column, struct lane_draw *out)
{
  struct draw_path ticks = draw_path_new(p, 2 * (size_t)column->moves);
  out->sparks.v = ARENA_ARRAY(p->arena, (size_t)column->sparks, struct spark_draw);
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
static void months_draw(struct page *p, const struct chart_window *w, struct chart_draw *d)
{
  struct draw_path lines = draw_path_new(p, 2 * w->n_starts);
  d->months.v = ARENA_ARRAY(p->arena, w->n_starts, struct month_draw);
  for (size_t i = 0; i < w->n_starts && d->months.v; i++) {
    int x = position(w, w->starts[i]);
    int end = i + 1 < w->n_starts ? position(w, w->starts[i + 1]) : 10000;
    draw_path_bar(&lines, x, 0, d->axis_y);
    if (end - x >= MONTH_LABEL_LEAST)
      d->months.v[d->months.n++] = (struct month_draw){
          draw_percent(p, (x + end) / 2), span_head(draw_months[clock_split(w->starts[i]).month - 1], 3)};
  }
  d->hairlines = draw_path_data(&lines);
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

static void lane_frame(struct page *p, const struct chart_column_view *column, const struct chart_scale *s, size_t i,
                       struct lane_draw *out)
{
  out->position = column->position;
  out->name = name_shown(p, column->name);
  out->moves = arena_printf(p->arena, "%lld %s", (long long)column->moves, column->moves == 1 ? "move" : "moves");
  out->label_y = (int64_t)i * s->step + LABEL - 6;
  out->y = (int64_t)i * s->step + LABEL + HEAD + s->area;
  out->top = out->y - s->area;
}

struct chart_draw *chart_draw_lanes(struct page *p, const struct chart_window *w, const struct chart_column_view *columns,
                                    const struct chart_lane *lanes, size_t n)
{
  struct chart_draw *d = ARENA_NEW(p->arena, struct chart_draw);
  if (!d)
    return NULL;
  struct chart_scale s = scale_of(w, lanes, n);
  d->weeks = s.weeks;
  d->area = s.area;
  d->most = s.most;
  d->axis_y = (int64_t)n * s.step - LANE_GAP + 8;
  d->label_y = d->axis_y + 14;
  d->key_y = d->label_y + 8;
  d->height = d->key_y + KEY;
  months_draw(p, w, d);
  d->lanes.v = ARENA_ARRAY(p->arena, n, struct lane_draw);
  for (size_t i = 0; i < n && d->lanes.v; i++) {
    struct lane_draw *lane = &d->lanes.v[d->lanes.n++];
    lane_frame(p, &columns[i], &s, i, lane);
    if (s.weeks)
      weeks_draw(p, w, &lanes[i], &s, lane);
    else
      days_draw(p, w, &lanes[i], &columns[i], lane);
  }
  return d;
}
