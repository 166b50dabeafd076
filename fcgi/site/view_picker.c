/* The shapes of the page's views.  Their fields are described in view_picker.h. */
#include "site/view_picker.h"

#define VIEW_THIS struct pick_field_view
VIEW_DEFINE(pick_field_view, PICK_FIELD_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct pick_option_view
VIEW_DEFINE(pick_option_view, PICK_OPTION_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct picker_view
VIEW_DEFINE(picker_view, PICKER_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct pick_view
VIEW_DEFINE(pick_view, PICK_VIEW)
#undef VIEW_THIS
