/* The activity chart: the last 12 months on one time axis, with a lane for each product of the page, in which every
 * activity is drawn; and the same numbers as a table.  chart_view is the content and is in the JSON representation;
 * chart_draw is the drawing; it is filled for HTML only, and NULL in the other representations.
 *
 * The SVG is as wide as its column; y is in pixels, an INT.  Shapes and labels have an x in percent of the width, TEXT
 * with two decimals ("34.25").  Lines are path data for an inner viewBox that is 10,000 wide and stretched.  The as-of
 * line is at 100 %.
 *
 * There are two ways to draw the lanes of a chart, chosen by density:
 *   days   each move is a tick, one "M2610 60V52" of `ticks`: 8 high for a trivial move, 18 for an improvement, 30 for a
 *          spark, which also has a head in the product's shape.  The moves of a day are stacked, at noon of the day.
 *   weeks  when a product ships on more than 120 days, or so much on one day that its stack is over 64 high: one bar for
 *          the moves of seven days, counted back from the as-of line.  Its y is in moves, 0 to `most`, from the top down,
 *          in a viewBox that is stretched to the height `area`: "M9904 12V7" are five moves.  Trivial moves are in `pale`;
 *          above them the improvements, then the sparks, both in `ticks`.  A bar with sparks has one head.  A bar of less
 *          than two pixels has a foot of two pixels in `feet`, whose y is in pixels. */
#ifndef DIPTYCH_SITE_VIEW_CHART_H
#define DIPTYCH_SITE_VIEW_CHART_H

#include "site/view.h"

/* The head of a spark's tick. */
#define SPARK_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) INT(y)
VIEW_DECLARE(spark_draw, SPARK_DRAW)

/* The label of a calendar month, "Sep", at the middle of the part of the month inside the window.  A part narrower than
 * 4 % has no label. */
#define MONTH_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) TEXT(label)
VIEW_DECLARE(month_draw, MONTH_DRAW)

/* A product's lane.  name, at most 28 characters, and moves, "41 moves", are its label; y: the base line; top: of the
 * tallest bar. */
#define LANE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(position)                                                                                                       \
  TEXT(name)                                                                                                           \
  TEXT(moves)                                                                                                          \
  INT(label_y)                                                                                                         \
  INT(top)                                                                                                             \
  INT(y)                                                                                                               \
  TEXT(ticks)                                                                                                          \
  TEXT(pale)                                                                                                           \
  TEXT(feet)                                                                                                           \
  LIST(sparks, spark_draw)                                                                                             \
  RECORD(block, block_draw)
VIEW_DECLARE(lane_draw, LANE_DRAW)

/* weeks: bars, else ticks; most: moves of the tallest bar; area: its height.  axis_y: the end of the as-of line and of the
 * hairlines of the months (path data); label_y: the base line of their names; key_y: the top of the key, 40 high. */
#define CHART_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  FLAG(weeks)                                                                                                          \
  INT(most)                                                                                                            \
  INT(area)                                                                                                            \
  INT(height)                                                                                                          \
  INT(axis_y)                                                                                                          \
  INT(label_y)                                                                                                         \
  INT(key_y)                                                                                                           \
  TEXT(hairlines)                                                                                                      \
  LIST(months, month_draw)                                                                                             \
  LIST(lanes, lane_draw)
VIEW_DECLARE(chart_draw, CHART_DRAW)

/* The counts of a product in one month. */
#define CHART_CELL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) INT(moves) INT(sparks) RECORD(block, block_draw)
VIEW_DECLARE(chart_cell_view, CHART_CELL_VIEW)

/* A row of the table, a calendar month; newest first.  month "August 2026"; datetime "2026-08"; cells in the order of
 * the products. */
#define CHART_MONTH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  TEXT(month)                                                                                                          \
  TEXT(datetime)                                                                                                       \
  RECORD(block, block_draw)                                                                                            \
  LIST(cells, chart_cell_view)
VIEW_DECLARE(chart_month_view, CHART_MONTH_VIEW)

/* A column of the table: a product and its totals over the 12 months. */
#define CHART_COLUMN_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  INT(moves)                                                                                                           \
  INT(sparks)
VIEW_DECLARE(chart_column_view, CHART_COLUMN_VIEW)

/* The parts of the chart (site/part_memo.h).  Of a product: its totals, its cells newest first, and what decides how densely
 * its lane is drawn: days with moves, height of the highest stack, moves of the fullest week.  Of the window: the months as
 * rows without cells, and as hairlines and labels. */
#define CHART_COUNTS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  INT(moves) INT(sparks) INT(days) INT(height) INT(week) LIST(cells, chart_cell_view)
VIEW_DECLARE(chart_counts_draw, CHART_COUNTS_DRAW)
#define CHART_MONTHS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) LIST(months, chart_month_view)
VIEW_DECLARE(chart_months_draw, CHART_MONTHS_DRAW)
#define CHART_GRID_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(hairlines) LIST(months, month_draw)
VIEW_DECLARE(chart_grid_draw, CHART_GRID_DRAW)

/* summary: the text alternative of the chart: "From September 2025 to August 2026: Apache Kafka 9 ship moves, 1 of them
 * a spark; Kubernetes 41 ship moves, 3 of them sparks."  The view is NULL when no product of the page had an activity in
 * the 12 months. */
#define CHART_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(summary)                                                                                                        \
  LIST(columns, chart_column_view)                                                                                     \
  LIST(months, chart_month_view)                                                                                       \
  RECORD(draw, chart_draw)
VIEW_DECLARE(chart_view, CHART_VIEW)

#endif
