/* The shapes of the page's views.  Their fields are described in view_alternatives.h. */
#include "site/view_alternatives.h"

#define VIEW_THIS struct alternatives_view
VIEW_DEFINE(alternatives_view, ALTERNATIVES_VIEW)
#undef VIEW_THIS
