/* The shapes of what is new since a day.  Their fields are described in view_since.h. */
#include "site/view_since.h"

#define VIEW_THIS struct since_product_view
VIEW_DEFINE(since_product_view, SINCE_PRODUCT_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct since_view
VIEW_DEFINE(since_view, SINCE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct since_form_draw
VIEW_DEFINE(since_form_draw, SINCE_FORM_DRAW)
#undef VIEW_THIS
