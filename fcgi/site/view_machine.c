/* The shapes of the files for programs.  Their fields are described in view_machine.h. */
#include "site/view_machine.h"

#define VIEW_THIS struct feed_entry_view
VIEW_DEFINE(feed_entry_view, FEED_ENTRY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct feed_view
VIEW_DEFINE(feed_view, FEED_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct sitemap_url_view
VIEW_DEFINE(sitemap_url_view, SITEMAP_URL_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct sitemap_view
VIEW_DEFINE(sitemap_view, SITEMAP_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct machine_view
VIEW_DEFINE(machine_view, MACHINE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct badge_view
VIEW_DEFINE(badge_view, BADGE_VIEW)
#undef VIEW_THIS
