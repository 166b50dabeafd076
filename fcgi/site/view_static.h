/* Static pages, which the editors write: /about and /{slug}; and /methodology, which adds the current numbers. */
#ifndef DIPTYCH_SITE_VIEW_STATIC_H
#define DIPTYCH_SITE_VIEW_STATIC_H

#include "site/view.h"

/* A static page.  updated: updated_at of its row. */
#define STATIC_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  RECORD(body, body_view)                                                                                              \
  RECORD(updated, time_view)
VIEW_DECLARE(static_view, STATIC_VIEW)

/* A velocity band.  from and below: "3.0" and "5.0"; last: the band includes the value of below; products: the number of
 * products in it; step: "1" to "5". */
#define BAND_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(name)                                                                                                           \
  TEXT(from)                                                                                                           \
  TEXT(below)                                                                                                          \
  FLAG(last)                                                                                                           \
  TEXT(step)                                                                                                           \
  INT(products)
VIEW_DECLARE(band_view, BAND_VIEW)

/* /methodology.  body may be NULL (no row); the template contains the rules.  example: a product whose score the page
 * computes step by step; NULL when there is none. */
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
