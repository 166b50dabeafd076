/* Pages that editors write: /about and /{slug}, and /methodology, which adds today's numbers. */
#ifndef DIPTYCH_SITE_VIEW_STATIC_H
#define DIPTYCH_SITE_VIEW_STATIC_H

#include "site/view.h"

/* An editors' page.  updated: its row's updated_at. */
#define STATIC_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  RECORD(body, body_view)                                                                                              \
  RECORD(updated, time_view)
VIEW_DECLARE(static_view, STATIC_VIEW)

/* A velocity band: from and below are "3.0" and "5.0", last: below is part of it; products: how many are
 * in it; step "1" to "5". */
#define BAND_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(name)                                                                                                           \
  TEXT(from)                                                                                                           \
  TEXT(below)                                                                                                          \
  FLAG(last)                                                                                                           \
  TEXT(step)                                                                                                           \
  INT(products)
VIEW_DECLARE(band_view, BAND_VIEW)

/* /methodology.  body may be NULL (no row): the rules below it are the template's.  example: a product
 * whose score is worked through; NULL when none is scored. */
#define METHODOLOGY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  RECORD(body, body_view)                                                                                              \
  RECORD(updated, time_view)                                                                                           \
  TEXT(as_of)                                                                                                          \
  LIST(bands, band_view)                                                                                               \
  INT(unscored)                                                                                                        \
  LIST(sectors, sector_view)                                                                                           \
  RECORD(example, product_view)
VIEW_DECLARE(methodology_view, METHODOLOGY_VIEW)

#endif
