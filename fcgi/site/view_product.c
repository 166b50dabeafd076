/* The shapes of the page's views.  Their fields are described in view_product.h. */
#include "site/view_product.h"

#define VIEW_THIS struct trajectory_view
VIEW_DEFINE(trajectory_view, TRAJECTORY_VIEW)
#undef VIEW_THIS
