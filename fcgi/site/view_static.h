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

/* An attribute of which the editors record facts.  kind: "text", "number", "bool", "date", "version", "list" or "url";
 * unit: of a number; sectors: the names of those whose products are asked, joined; empty: all products are. */
#define ATTRIBUTE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                     \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(kind)                                                                                                           \
  TEXT(unit)                                                                                                           \
  TEXT(help)                                                                                                           \
  TEXT(group)                                                                                                          \
  TEXT(sectors)
VIEW_DECLARE(attribute_view, ATTRIBUTE_VIEW)

/* /methodology.  body may be NULL (no row); the template contains the rules.  example: a product whose score the page
 * computes step by step; NULL when there is none.  facts: the editors record facts, of these attributes. */
#define METHODOLOGY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  RECORD(body, body_view)                                                                                              \
  RECORD(updated, time_view)                                                                                           \
  TEXT(as_of)                                                                                                          \
  LIST(bands, band_view)                                                                                               \
  INT(unscored)                                                                                                        \
  LIST(sectors, sector_view)                                                                                           \
  RECORD(example, product_view)                                                                                        \
  FLAG(facts)                                                                                                          \
  LIST(attributes, attribute_view)
VIEW_DECLARE(methodology_view, METHODOLOGY_VIEW)

#endif
