/* The shapes of the page's views.  Their fields are described in view_home.h. */
#include "site/view_home.h"

#define VIEW_THIS struct home_view
VIEW_DEFINE(home_view, HOME_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct story_view
VIEW_DEFINE(story_view, STORY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct written_view
VIEW_DEFINE(written_view, WRITTEN_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct shipped_view
VIEW_DEFINE(shipped_view, SHIPPED_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct shipped_day_view
VIEW_DEFINE(shipped_day_view, SHIPPED_DAY_VIEW)
#undef VIEW_THIS
