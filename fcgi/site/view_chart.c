/* The shapes of the activity chart.  view_chart.h describes its fields and geometry. */
#include "site/view_chart.h"

#define VIEW_THIS struct spark_draw
VIEW_DEFINE(spark_draw, SPARK_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct month_draw
VIEW_DEFINE(month_draw, MONTH_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct lane_draw
VIEW_DEFINE(lane_draw, LANE_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_draw
VIEW_DEFINE(chart_draw, CHART_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_cell_view
VIEW_DEFINE(chart_cell_view, CHART_CELL_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_month_view
VIEW_DEFINE(chart_month_view, CHART_MONTH_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_column_view
VIEW_DEFINE(chart_column_view, CHART_COLUMN_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_view
VIEW_DEFINE(chart_view, CHART_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_counts_draw
VIEW_DEFINE(chart_counts_draw, CHART_COUNTS_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_months_draw
VIEW_DEFINE(chart_months_draw, CHART_MONTHS_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct chart_grid_draw
VIEW_DEFINE(chart_grid_draw, CHART_GRID_DRAW)
#undef VIEW_THIS
