/* The shapes of the banner of a preview.  Their fields are described in view_preview.h. */
#include "site/view_preview.h"

#define VIEW_THIS struct preview_tab_view
VIEW_DEFINE(preview_tab_view, PREVIEW_TAB_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct preview_finding_view
VIEW_DEFINE(preview_finding_view, PREVIEW_FINDING_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct preview_view
VIEW_DEFINE(preview_view, PREVIEW_VIEW)
#undef VIEW_THIS
