/* Error pages with navigation: 400, 404, 405, 410, 414, 500, 501, 503.  They need no backend.
 *   status   404; title "Not found"
 *   reason   one sentence: what is wrong; hint: what to do, may be empty
 *   links    where to go instead; linked: there are any */
#ifndef DIPTYCH_SITE_VIEW_ERROR_H
#define DIPTYCH_SITE_VIEW_ERROR_H

#include "site/view.h"

#define ERROR_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  INT(status)                                                                                                          \
  TEXT(reason)                                                                                                         \
  TEXT(hint)                                                                                                           \
  FLAG(linked)                                                                                                         \
  LIST(links, link_view)                                                                                               \
  TEXT(request_id)
VIEW_DECLARE(error_view, ERROR_VIEW)

#endif
