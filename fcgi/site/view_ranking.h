/* Lists of products: /leaderboard, /products, /sectors/{slug} and /themes/{slug}; and /sectors and /themes.
 *   eyebrow   "Sector", "Theme" or empty
 *   intro     what the list contains and how it is ordered; for a sector, its median too
 *   by        its order: "velocity", "moves", "latest release" or "name"; empty: the list has no product
 *   ranked    the products have ranks (not by name)
 *   months    the months of the small charts: "September 2025 to August 2026"
 *   orders    links to the same list in each order; sortable: there are any
 *   letters   by name: links to where each letter begins; lettered: there are any
 *   products  each with its rank
 *   related   the other sectors or themes that its products have most often, text is the name; at most 12 */
#ifndef DIPTYCH_SITE_VIEW_RANKING_H
#define DIPTYCH_SITE_VIEW_RANKING_H

#include "site/view.h"

#define ORDER_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(href) FLAG(current)
VIEW_DECLARE(order_view, ORDER_VIEW)

#define RANKING_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(eyebrow)                                                                                                        \
  TEXT(intro)                                                                                                          \
  TEXT(as_of)                                                                                                          \
  TEXT(by)                                                                                                             \
  FLAG(ranked)                                                                                                         \
  TEXT(months)                                                                                                         \
  INT(total)                                                                                                           \
  FLAG(sortable)                                                                                                       \
  LIST(orders, order_view)                                                                                             \
  FLAG(lettered)                                                                                                       \
  LIST(letters, link_view)                                                                                             \
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

/* A theme in the list.  products: the number of its published products. */
#define THEME_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(slug) TEXT(href) INT(products)
VIEW_DECLARE(theme_view, THEME_VIEW)

/* The themes whose slugs begin with one letter.  letter: "A" to "Z", "0–9" or "Other". */
#define THEME_GROUP_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(letter) TEXT(id) LIST(themes, theme_view)
VIEW_DECLARE(theme_group_view, THEME_GROUP_VIEW)

/* /themes: all themes by slug. */
#define THEMES_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(intro)                                                                                                          \
  FLAG(several)                                                                                                        \
  LIST(groups, theme_group_view)                                                                                       \
  RECORD(pager, pager_view)
VIEW_DECLARE(themes_view, THEMES_VIEW)

#endif
