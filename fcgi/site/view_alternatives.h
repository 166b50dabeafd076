/* /alternatives/{slug}: the published products that share a sector with it, ranked.
 *   title    "Apache Kafka alternatives"; intro says what they are, how they are ranked and as of when
 *   product  the one they are alternatives to; position "a"
 *   products each with its rank and one versus link; empty: none shares a sector */
#ifndef DIPTYCH_SITE_VIEW_ALTERNATIVES_H
#define DIPTYCH_SITE_VIEW_ALTERNATIVES_H

#include "site/view.h"

#define ALTERNATIVES_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                  \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(intro)                                                                                                          \
  RECORD(product, member_view)                                                                                         \
  RECORD(ended, ended_view)                                                                                            \
  LIST(products, card_view)                                                                                            \
  RECORD(pager, pager_view)
VIEW_DECLARE(alternatives_view, ALTERNATIVES_VIEW)

#endif
