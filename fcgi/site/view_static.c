/* The static descriptions of the editors' pages; their meaning is in view_words.h. */
#include "site/view_static.h"

#define VIEW_THIS struct static_view
VIEW_DEFINE(static_view, STATIC_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct band_view
VIEW_DEFINE(band_view, BAND_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct methodology_view
VIEW_DEFINE(methodology_view, METHODOLOGY_VIEW)
#undef VIEW_THIS
