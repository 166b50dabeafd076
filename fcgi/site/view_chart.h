/* The activity chart: the last 12 months on one time axis, with a lane for each product of the page and a tick for each
 * activity; and the same numbers as a table.  chart_view is the content and is in the JSON representation; chart_draw
 * is the drawing.
 *
 * The SVG is as wide as its column; y is in pixels, an INT.  Shapes and labels have an x in percent of the width, TEXT
 * with two decimals ("34.25").  Straight lines are path data for an inner viewBox that is 10,000 wide and stretched, one
 * path for each kind of line; a year of releases takes a few hundred bytes.  Lane i (from 0) has its base line at
 * y = 44 + 52 * i.  A tick is 8 high for a trivial move, 18 for an improvement and 30 for a spark, and the head of a spark
 * is drawn with the product's shape.  The labels of the months are at label_y = height - 8; height is
 * 44 + 52 * (lanes - 1) + 30.  The as-of line is at 100 %.  A tick within 0.20 % of another tick that is at least as high
 * is left out of the drawing, but counted in the table. */
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

/* The base line of a product, and its ticks as path data. */
#define LANE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(position)                                                                                                       \
  INT(y)                                                                                                               \
  TEXT(ticks)                                                                                                          \
  LIST(sparks, spark_draw)
VIEW_DECLARE(lane_draw, LANE_DRAW)

/* height in pixels; axis_y: the end of the as-of line and of the hairlines of the months (path data), height - 22. */
#define CHART_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  INT(height)                                                                                                          \
  INT(axis_y)                                                                                                          \
  INT(label_y)                                                                                                         \
  TEXT(hairlines)                                                                                                      \
  LIST(months, month_draw)                                                                                             \
  LIST(lanes, lane_draw)
VIEW_DECLARE(chart_draw, CHART_DRAW)

/* The counts of a product in one month. */
#define CHART_CELL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) INT(moves) INT(sparks)
VIEW_DECLARE(chart_cell_view, CHART_CELL_VIEW)

/* A row of the table, a calendar month; newest first.  month "August 2026"; datetime "2026-08"; cells in the order of
 * the products. */
#define CHART_MONTH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  TEXT(month)                                                                                                          \
  TEXT(datetime)                                                                                                       \
  LIST(cells, chart_cell_view)
VIEW_DECLARE(chart_month_view, CHART_MONTH_VIEW)

/* A column of the table: a product and its totals over the 12 months. */
#define CHART_COLUMN_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  INT(moves)                                                                                                           \
  INT(sparks)
VIEW_DECLARE(chart_column_view, CHART_COLUMN_VIEW)

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
