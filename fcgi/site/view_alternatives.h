/* /alternatives/{slug}: the published products that share a sector with a product, ranked.
 *   title    "Apache Kafka alternatives"
 *   intro    what the list contains, how it is ranked, and the time of the ranking
 *   product  the product to which these are alternatives; position "a"
 *   products each with its rank and one versus link; empty: no product shares a sector */
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
