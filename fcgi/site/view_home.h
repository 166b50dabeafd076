/* /, the home page.  sparks: the newest sparks, with an empty position; leaders: the first 10 of the ranking, with their
 * ranks; total: the number of published products. */
#ifndef DIPTYCH_SITE_VIEW_HOME_H
#define DIPTYCH_SITE_VIEW_HOME_H

#include "site/view.h"
#include "site/view_picker.h"

#define HOME_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(lede)                                                                                                           \
  TEXT(as_of)                                                                                                          \
  INT(total)                                                                                                           \
  LIST(sparks, activity_view)                                                                                          \
  LIST(leaders, card_view)                                                                                             \
  LIST(sectors, sector_view)                                                                                           \
  RECORD(picker, picker_view)
VIEW_DECLARE(home_view, HOME_VIEW)

#endif
