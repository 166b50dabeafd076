/* /, the home page.  Parts without content are left out, so a small site looks complete.
 *   lead         the newest editorial; editorials: those before it, without excerpts
 *   comparisons  the newest texts of the editors on a pair; written: there are any
 *   days         the releases of the last 7 days, newest day first; shipped: there are any; more: not all are shown
 *   sparks       the newest sparks, with an empty position; sparked: there are any
 *   leaders      the first 10 of the ranking, with their ranks
 *   months       the months of the small charts, as in ranking_view
 *   total        the number of published products; any: it is not 0; several: it is more than 1 */
#ifndef DIPTYCH_SITE_VIEW_HOME_H
#define DIPTYCH_SITE_VIEW_HOME_H

#include "site/view.h"
#include "site/view_picker.h"

/* An editorial.  product: its name; excerpt: the beginning of the current state; author may be empty. */
#define STORY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(headline)                                                                                                       \
  TEXT(excerpt)                                                                                                        \
  TEXT(product)                                                                                                        \
  TEXT(href)                                                                                                           \
  TEXT(author)                                                                                                         \
  RECORD(published, time_view)
VIEW_DECLARE(story_view, STORY_VIEW)

/* A written comparison.  text "Apache Kafka vs NATS"; excerpt: the beginning of the editors' text. */
#define WRITTEN_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(href) TEXT(excerpt)
VIEW_DECLARE(written_view, WRITTEN_VIEW)

/* What a product released on one day.  releases: in order of time; more: it may have released more that day. */
#define SHIPPED_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  TEXT(product)                                                                                                        \
  TEXT(href)                                                                                                           \
  LIST(releases, release_view)                                                                                         \
  FLAG(more)
VIEW_DECLARE(shipped_view, SHIPPED_VIEW)

/* A day in UTC.  datetime "2026-08-21"; day "21 August 2026"; products: newest release first. */
#define SHIPPED_DAY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(datetime) TEXT(day) LIST(products, shipped_view)
VIEW_DECLARE(shipped_day_view, SHIPPED_DAY_VIEW)

#define HOME_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(lede)                                                                                                           \
  TEXT(as_of)                                                                                                          \
  TEXT(months)                                                                                                         \
  FLAG(several)                                                                                                        \
  FLAG(any)                                                                                                            \
  INT(total)                                                                                                           \
  RECORD(lead, story_view)                                                                                             \
  LIST(editorials, story_view)                                                                                         \
  FLAG(written)                                                                                                        \
  LIST(comparisons, written_view)                                                                                      \
  FLAG(shipped)                                                                                                        \
  LIST(days, shipped_day_view)                                                                                         \
  FLAG(more)                                                                                                           \
  FLAG(sparked)                                                                                                        \
  LIST(sparks, activity_view)                                                                                          \
  LIST(leaders, card_view)                                                                                             \
  LIST(sectors, sector_view)                                                                                           \
  RECORD(picker, picker_view)
VIEW_DECLARE(home_view, HOME_VIEW)

#endif
