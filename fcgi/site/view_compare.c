/* The shapes of the comparison page.  Their fields are described in view_compare.h. */
#include "site/view_compare.h"

#define VIEW_THIS struct comparison_view
VIEW_DEFINE(comparison_view, COMPARISON_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct compare_view
VIEW_DEFINE(compare_view, COMPARE_VIEW)
#undef VIEW_THIS
