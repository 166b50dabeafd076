/* Lists of ranked products: /leaderboard, /sectors/{slug} and /themes/{slug}; and /sectors.
 *   eyebrow   "Sector", "Theme" or empty
 *   intro     what the list contains and how it is ordered; for a sector, its median too
 *   products  each with its rank
 *   related   the other sectors or themes that its products have most often, text is the name; at most 12 */
#ifndef DIPTYCH_SITE_VIEW_RANKING_H
#define DIPTYCH_SITE_VIEW_RANKING_H

#include "site/view.h"

#define RANKING_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(eyebrow)                                                                                                        \
  TEXT(intro)                                                                                                          \
  TEXT(as_of)                                                                                                          \
  INT(total)                                                                                                           \
  LIST(products, card_view)                                                                                            \
  RECORD(pager, pager_view)                                                                                            \
  LIST(related, link_view)
VIEW_DECLARE(ranking_view, RANKING_VIEW)

/* /sectors: all sectors, in their order. */
#define SECTORS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(intro)                                                                                                          \
  TEXT(as_of)                                                                                                          \
  LIST(sectors, sector_view)                                                                                           \
  RECORD(pager, pager_view)
VIEW_DECLARE(sectors_view, SECTORS_VIEW)

#endif
