/* What is new since a day that the reader chose (site/since.h), on comparisons and trajectories.
 *   day           "2026-06-01"; empty: the address named no day up to today, and all fields but sentence are empty
 *   sentence      the counts, or the fixed sentence about a refused day
 *   counted_from  the first day whose moves are in the counts.  It is later than `day` when a product has moves that are
 *                 older than the hourly counts (model/moves.h)
 *   editorials    published since; updated_editorials: older, but updated since; facts: checked since
 *   moves, events of a product: releases and posts, and events, on or after the day
 *   href          the trajectory with the same day
 *
 * The form:
 *   action        the page without parameters; latest: the newest day that the form takes
 *   month_href, quarter_href   the page since 30 and 90 days before `latest`
 *   marked        the address names a day; then action is also the page without marks */
#ifndef DIPTYCH_SITE_VIEW_SINCE_H
#define DIPTYCH_SITE_VIEW_SINCE_H

#include "template/shape.h"

#define SINCE_PRODUCT_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                 \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  TEXT(href)                                                                                                           \
  INT(moves)                                                                                                           \
  INT(events)
VIEW_DECLARE(since_product_view, SINCE_PRODUCT_VIEW)

#define SINCE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(day)                                                                                                            \
  TEXT(sentence)                                                                                                       \
  TEXT(counted_from)                                                                                                   \
  INT(editorials)                                                                                                      \
  INT(updated_editorials)                                                                                              \
  INT(facts)                                                                                                           \
  LIST(products, since_product_view)
VIEW_DECLARE(since_view, SINCE_VIEW)

#define SINCE_FORM_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(action)                                                                                                         \
  TEXT(day)                                                                                                            \
  TEXT(latest)                                                                                                         \
  TEXT(month_href)                                                                                                     \
  TEXT(quarter_href)                                                                                                   \
  FLAG(marked)
VIEW_DECLARE(since_form_draw, SINCE_FORM_DRAW)

#endif
