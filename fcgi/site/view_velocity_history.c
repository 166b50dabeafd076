/* The shapes of the velocity history.  view_velocity_history.h describes its fields and geometry. */
#include "site/view_velocity_history.h"

#define VIEW_THIS struct history_point_draw
VIEW_DEFINE(history_point_draw, HISTORY_POINT_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct history_line_draw
VIEW_DEFINE(history_line_draw, HISTORY_LINE_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct velocity_history_draw
VIEW_DEFINE(velocity_history_draw, VELOCITY_HISTORY_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct past_score_view
VIEW_DEFINE(past_score_view, PAST_SCORE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct past_month_view
VIEW_DEFINE(past_month_view, PAST_MONTH_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct past_column_view
VIEW_DEFINE(past_column_view, PAST_COLUMN_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct velocity_history_view
VIEW_DEFINE(velocity_history_view, VELOCITY_HISTORY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct past_scores_draw
VIEW_DEFINE(past_scores_draw, PAST_SCORES_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct past_months_draw
VIEW_DEFINE(past_months_draw, PAST_MONTHS_DRAW)
#undef VIEW_THIS
