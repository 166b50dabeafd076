/* /search?q=: products, sectors and themes.
 *   asked     the query is not empty; page.query has it
 *   summary   "3 products, 1 sector and 2 themes for “queue”.", or what is wrong with the query
 *   inexact   nothing matches; the results are what the visitor may have meant
 *   comparisons  the comparison of the products that the query names ("kafka vs nats", "kafka, nats")
 *   products  that have the words in their names; mentions: in their summaries or facts (card_view.found says where)
 *   suggest   when there is no result: links to the top ranked products */
#ifndef DIPTYCH_SITE_VIEW_SEARCH_H
#define DIPTYCH_SITE_VIEW_SEARCH_H

#include "site/view.h"

#define SEARCH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  FLAG(asked)                                                                                                          \
  TEXT(summary)                                                                                                        \
  FLAG(inexact)                                                                                                        \
  LIST(comparisons, link_view)                                                                                         \
  LIST(products, card_view)                                                                                            \
  LIST(mentions, card_view)                                                                                            \
  LIST(sectors, chip_view)                                                                                             \
  LIST(themes, chip_view)                                                                                              \
  LIST(suggest, link_view)                                                                                             \
  RECORD(pager, pager_view)
VIEW_DECLARE(search_view, SEARCH_VIEW)

#endif
