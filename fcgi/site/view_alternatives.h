/* /alternatives/{slug}: the editors' picks and the products close to a product, closest first, then others that
 * share a sector, by velocity.
 *   title        "Apache Kafka alternatives"
 *   intro        what the list contains, how it is ranked, and the time of the ranking
 *   product      the product to which these are alternatives; position "a"
 *   products     picks and close ones, each with its rank and one versus link
 *   first_page   the close ones are on this page, when there are any
 *   none         on the first page, when no product is close: the sentence that says so
 *   sector       a link to the product's own sector; NULL: it has none
 *   others       those that share a sector, ranked on; others_title: "Also in DevOps" */
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
  FLAG(first_page)                                                                                                     \
  TEXT(none)                                                                                                           \
  RECORD(sector, link_view)                                                                                            \
  TEXT(others_title)                                                                                                   \
  LIST(others, card_view)                                                                                              \
  RECORD(pager, pager_view)
VIEW_DECLARE(alternatives_view, ALTERNATIVES_VIEW)

#endif
