/* The shapes of the static pages.  Their fields are described in view_static.h. */
#include "site/view_static.h"

#define VIEW_THIS struct static_view
VIEW_DEFINE(static_view, STATIC_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct band_view
VIEW_DEFINE(band_view, BAND_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct attribute_view
VIEW_DEFINE(attribute_view, ATTRIBUTE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct methodology_view
VIEW_DEFINE(methodology_view, METHODOLOGY_VIEW)
#undef VIEW_THIS
