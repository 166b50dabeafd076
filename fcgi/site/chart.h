/* The activity chart between its two parts: build_chart.c makes the content, chart_draw.c the drawing. */
#ifndef DIPTYCH_SITE_CHART_H
#define DIPTYCH_SITE_CHART_H

#include "model/moves.h"
#include "site/build.h"

#define CHART_MONTHS_MAX 13 /* calendar months that overlap the window */

struct chart_window {
  int64_t from_us, to_us; /* shown: from < t <= to; both are full hours */
  int64_t starts[CHART_MONTHS_MAX]; /* first instants of the calendar months that overlap the window, oldest first */
  size_t n_starts;
};

/* The counts of a product inside the window, newest slot first. */
struct chart_lane {
  const struct moves_count *v;
  size_t n;
  const struct planned_product *g;
  const struct profile *f;
  const struct chart_counts_draw *counts;
};

/* Sets days, height and week. */
void chart_draw_measure(const struct chart_window *w, const struct chart_lane *in, struct chart_counts_draw *out);
struct chart_draw *chart_draw_lanes(struct page *p, const struct chart_window *w, const struct chart_lane *lanes, size_t n);

#endif
