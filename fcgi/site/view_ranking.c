/* The shapes of the lists of ranked products.  Their fields are described in view_ranking.h. */
#include "site/view_ranking.h"

#define VIEW_THIS struct ranking_view
VIEW_DEFINE(ranking_view, RANKING_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct sectors_view
VIEW_DEFINE(sectors_view, SECTORS_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct order_view
VIEW_DEFINE(order_view, ORDER_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct theme_view
VIEW_DEFINE(theme_view, THEME_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct theme_group_view
VIEW_DEFINE(theme_group_view, THEME_GROUP_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct themes_view
VIEW_DEFINE(themes_view, THEMES_VIEW)
#undef VIEW_THIS
