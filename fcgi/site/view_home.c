/* The shapes of the page's views.  Their fields are described in view_home.h. */
#include "site/view_home.h"

#define VIEW_THIS struct home_view
VIEW_DEFINE(home_view, HOME_VIEW)
#undef VIEW_THIS
