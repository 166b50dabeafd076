/* The velocity of past months: a point at the end of each of the last 12 calendar months that have ended, computed by the
 * rule of today's scores as of the last full hour of the month; and the same numbers as a table.  The median of a point is
 * that of the month, over the products that are published now.  An override is a present score only: it is in no point.
 *
 * The drawing is an SVG as wide as its column; y is in pixels, an INT.  Month i (from 0, the oldest) is at x = 14 % +
 * 86 % * (i + 0.5) / 12.  The score 10 is at y = 8, and 0 at y = 158; between them y is rounded up.  The lines are path
 * data for an inner viewBox that is 10,000 wide and stretched, and end at months without a score. */
#ifndef DIPTYCH_SITE_VIEW_VELOCITY_HISTORY_H
#define DIPTYCH_SITE_VIEW_VELOCITY_HISTORY_H

#include "site/view_chart.h"

#define HISTORY_POINT_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) INT(y)
VIEW_DECLARE(history_point_draw, HISTORY_POINT_DRAW)

/* line: of neighbouring points; empty when no point has a neighbour. */
#define HISTORY_LINE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  TEXT(position)                                                                                                       \
  TEXT(line)                                                                                                           \
  LIST(points, history_point_draw)                                                                                     \
  RECORD(block, block_draw)
VIEW_DECLARE(history_line_draw, HISTORY_LINE_DRAW)

/* several: the page has more than one product, so the lines need names. */
#define VELOCITY_HISTORY_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                              \
  FLAG(several)                                                                                                        \
  LIST(months, month_draw)                                                                                             \
  LIST(lines, history_line_draw)
VIEW_DECLARE(velocity_history_draw, VELOCITY_HISTORY_DRAW)

/* A product at the end of a month.  scored false: it had no activity before, and the rest is empty.  n90, s30 and median
 * are the numbers of the formula, median is at least 1. */
#define PAST_SCORE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  FLAG(scored)                                                                                                         \
  TEXT(score)                                                                                                          \
  INT(n90)                                                                                                             \
  TEXT(median)                                                                                                         \
  INT(s30)                                                                                                             \
  RECORD(block, block_draw)
VIEW_DECLARE(past_score_view, PAST_SCORE_VIEW)

/* A month, newest first: "July 2026", "2026-07"; ends "2026-07-31T23:00:00Z", where its windows end. */
#define PAST_MONTH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(month)                                                                                                          \
  TEXT(datetime)                                                                                                       \
  TEXT(ends)                                                                                                           \
  RECORD(block, block_draw)                                                                                            \
  LIST(cells, past_score_view)
VIEW_DECLARE(past_month_view, PAST_MONTH_VIEW)

#define PAST_COLUMN_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(name) TEXT(position)
VIEW_DECLARE(past_column_view, PAST_COLUMN_VIEW)

/* The parts of the history (site/part_memo.h).  Of a product: its cells, newest first, its line, its first and last score in
 * words; scored: it has a point.  Of the window: the months as rows without cells, and as labels. */
#define PAST_SCORES_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  FLAG(scored) TEXT(change) RECORD(line, history_line_draw) LIST(cells, past_score_view)
VIEW_DECLARE(past_scores_draw, PAST_SCORES_DRAW)
#define PAST_MONTHS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  LIST(rows, past_month_view) LIST(labels, month_draw)
VIEW_DECLARE(past_months_draw, PAST_MONTHS_DRAW)

/* summary: the text alternative: "Velocity at the ends of 12 months, from August 2025 to July 2026: Apache Kafka 3.1 to
 * 2.2; Kubernetes 5.0 to 5.4.": the first and the last score.  overridden: a sentence that names products whose present
 * score the editors set; empty: none.  The view is NULL when no product of the page has a point. */
#define VELOCITY_HISTORY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                              \
  TEXT(summary)                                                                                                        \
  TEXT(overridden)                                                                                                     \
  LIST(columns, past_column_view)                                                                                      \
  LIST(months, past_month_view)                                                                                        \
  RECORD(draw, velocity_history_draw)
VIEW_DECLARE(velocity_history_view, VELOCITY_HISTORY_VIEW)

#endif
