/* The activity chart: 12 months up to the site's now on one time axis, a lane for each product of the
 * page, a tick for each activity; and the same numbers as a table.  chart_view is the content (it is
 * in the JSON representation), chart_draw the drawing.
 *
 * Drawing: the SVG is as wide as its column, y is in pixels, an INT.  Shapes and labels stand at a
 * percentage of the width, TEXT with two decimals ("34.25"); straight lines are the data of one path
 * each, for an inner viewBox that is 10,000 wide and stretched: a year of releases is a few hundred
 * bytes.  Lane i (from 0) has its base line at y = 44 + 52 * i; a tick rises from it by 8 for a trivial
 * move, 18 for an improvement, 30 for a spark, whose head is drawn filled with the product's shape.
 * Months are labelled at label_y = height - 8; the whole height is 44 + 52 * (lanes - 1) + 30.  The
 * as-of line stands at 100 %.  Moves that would stand within 0.20 % of a tick of at least their height
 * are left out of the drawing, never out of the table. */
#ifndef DIPTYCH_SITE_VIEW_CHART_H
#define DIPTYCH_SITE_VIEW_CHART_H

#include "site/view.h"

/* The head of a spark's tick. */
#define SPARK_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) INT(y)
VIEW_DECLARE(spark_draw, SPARK_DRAW)

/* The label of a calendar month, "Sep", at the middle of what the window holds of it; none where that
 * is under 4 % wide. */
#define MONTH_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) TEXT(label)
VIEW_DECLARE(month_draw, MONTH_DRAW)

/* One product's base line, and its ticks as path data. */
#define LANE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(position)                                                                                                       \
  INT(y)                                                                                                               \
  TEXT(ticks)                                                                                                          \
  LIST(sparks, spark_draw)
VIEW_DECLARE(lane_draw, LANE_DRAW)

/* height in pixels; axis_y: where the months' hairlines (path data) and the as-of line end, height - 22. */
#define CHART_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  INT(height)                                                                                                          \
  INT(axis_y)                                                                                                          \
  INT(label_y)                                                                                                         \
  TEXT(hairlines)                                                                                                      \
  LIST(months, month_draw)                                                                                             \
  LIST(lanes, lane_draw)
VIEW_DECLARE(chart_draw, CHART_DRAW)

/* A product's numbers in one month. */
#define CHART_CELL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) INT(moves) INT(sparks)
VIEW_DECLARE(chart_cell_view, CHART_CELL_VIEW)

/* A calendar month of the table, newest first.  month "August 2026"; datetime "2026-08"; cells in the
 * products' order. */
#define CHART_MONTH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  TEXT(month)                                                                                                          \
  TEXT(datetime)                                                                                                       \
  LIST(cells, chart_cell_view)
VIEW_DECLARE(chart_month_view, CHART_MONTH_VIEW)

/* A column of the table: a product and its sums over the 12 months. */
#define CHART_COLUMN_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  INT(moves)                                                                                                           \
  INT(sparks)
VIEW_DECLARE(chart_column_view, CHART_COLUMN_VIEW)

/* summary: the text alternative, made in C: "From September 2025 to August 2026: Apache Kafka 9 ship
 * moves, 1 of them a spark; Kubernetes 41, 3 of them sparks."  The view is NULL where no product of
 * the page had any activity in the 12 months. */
#define CHART_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(summary)                                                                                                        \
  LIST(columns, chart_column_view)                                                                                     \
  LIST(months, chart_month_view)                                                                                       \
  RECORD(draw, chart_draw)
VIEW_DECLARE(chart_view, CHART_VIEW)

#endif
