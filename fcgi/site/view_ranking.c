/* The shapes of the lists of ranked products.  Their fields are described in view_ranking.h. */
#include "site/view_ranking.h"

#define VIEW_THIS struct ranking_view
VIEW_DEFINE(ranking_view, RANKING_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct sectors_view
VIEW_DEFINE(sectors_view, SECTORS_VIEW)
#undef VIEW_THIS
