/* The shapes of the page's views.  Their fields are described in view_faq.h. */
#include "site/view_faq.h"

#define VIEW_THIS struct faq_view
VIEW_DEFINE(faq_view, FAQ_VIEW)
#undef VIEW_THIS
