/* The shapes of the page's views.  Their fields are described in view_search.h. */
#include "site/view_search.h"

#define VIEW_THIS struct search_view
VIEW_DEFINE(search_view, SEARCH_VIEW)
#undef VIEW_THIS
