/* The shapes of the page's views.  Their fields are described in view_error.h. */
#include "site/view_error.h"

#define VIEW_THIS struct error_view
VIEW_DEFINE(error_view, ERROR_VIEW)
#undef VIEW_THIS
