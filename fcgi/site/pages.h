/* The list of pages.  Each has a plan and a build function in a file page_*.c.
 * X(name, pattern, forms, shape, template, content type of the OTHER form)
 * Where patterns overlap, the first match wins. */
#ifndef DIPTYCH_SITE_PAGES_H
#define DIPTYCH_SITE_PAGES_H

#include "site/page.h"
#include "site/view_alternatives.h"
#include "site/view_compare.h"
#include "site/view_faq.h"
#include "site/view_history.h"
#include "site/view_home.h"
#include "site/view_machine.h"
#include "site/view_picker.h"
#include "site/view_product.h"
#include "site/view_ranking.h"
#include "site/view_search.h"
#include "site/view_static.h"

#define PAGES_LIST(X)                                                                                                  \
  X(home, "/", CONTENT, &home_view_shape, "home", NULL)                                                                \
  X(home, "/index", ROUTE_JSON | ROUTE_MD, &home_view_shape, "home", NULL)                                                        \
  X(pick, "/compare", CONTENT | ROUTE_QUERY, &pick_view_shape, "pick", NULL)                                              \
  X(compare, "/compare/{}", CONTENT | ROUTE_SINCE, &compare_view_shape, "compare", NULL)                               \
  X(trajectory, "/products/{}", CONTENT | ROUTE_PAGED | ROUTE_SINCE, &trajectory_view_shape, "trajectory", NULL)       \
  X(history, "/products/{}/history", CONTENT | ROUTE_PAGED, &history_view_shape, "history", NULL)                      \
  X(past, "/products/{}/history/{}", CONTENT, &past_view_shape, "past", NULL)                                          \
  X(predictions, "/predictions", CONTENT | ROUTE_PAGED, &predictions_view_shape, "predictions", NULL)                  \
  X(alternatives, "/alternatives/{}", CONTENT | ROUTE_PAGED, &alternatives_view_shape, "alternatives", NULL)           \
  X(all_products, "/products", CONTENT | ROUTE_PAGED | ROUTE_SORTED | ROUTE_BY_NAME, &ranking_view_shape, "ranking", NULL) \
  X(leaderboard, "/leaderboard", CONTENT | ROUTE_PAGED | ROUTE_SORTED, &ranking_view_shape, "ranking", NULL)           \
  X(sectors, "/sectors", CONTENT | ROUTE_PAGED, &sectors_view_shape, "sectors", NULL)                                  \
  X(sector, "/sectors/{}", CONTENT | ROUTE_PAGED | ROUTE_SORTED, &ranking_view_shape, "ranking", NULL)                 \
  X(themes, "/themes", CONTENT | ROUTE_PAGED, &themes_view_shape, "themes", NULL)                                      \
  X(theme, "/themes/{}", CONTENT | ROUTE_PAGED | ROUTE_SORTED, &ranking_view_shape, "ranking", NULL)                   \
  X(search, "/search", CONTENT | ROUTE_PAGED | ROUTE_QUERY, &search_view_shape, "search", NULL)       \
  X(badge, "/badge/{}.svg", ROUTE_OTHER, &badge_view_shape, "badge.svg", "image/svg+xml")                              \
  X(image, "/og/{/}.png", ROUTE_OTHER | ROUTE_VERSIONED, NULL, NULL, "image/png")                               \
  X(sitemap_index, "/sitemap.xml", ROUTE_OTHER, &sitemap_view_shape, "sitemap_index", "application/xml")               \
  X(sitemap, "/sitemaps/{}.xml", ROUTE_OTHER, &sitemap_view_shape, "sitemap", "application/xml") \
  X(site_faq, "/faq", CONTENT, &faq_view_shape, "faq", NULL)                                                           \
  X(faq, "/faq/{}", CONTENT, &faq_view_shape, "faq", NULL)                                                             \
  X(site_feed, "/feed", ROUTE_ATOM, &feed_view_shape, "feed", NULL)                                                    \
  X(product_feed, "/products/{}", ROUTE_ATOM, &feed_view_shape, "feed", NULL)                                          \
  X(compare_feed, "/compare/{}", ROUTE_ATOM, &feed_view_shape, "feed", NULL)                                           \
  X(sector_feed, "/sectors/{}", ROUTE_ATOM, &feed_view_shape, "feed", NULL)                                            \
  X(chosen_feed, "/feeds/{}", ROUTE_ATOM, &feed_view_shape, "feed", NULL)                                              \
  X(calendar, "/feeds/{}.ics", ROUTE_OTHER, NULL, NULL, "text/calendar; charset=utf-8")                                \
  X(methodology, "/methodology", CONTENT, &methodology_view_shape, "methodology", NULL)                                \
  X(static_page, "/{}", CONTENT, &static_view_shape, "static", NULL) /* last: it matches any single segment */

#define PAGES_DECLARE(name, pattern, forms, shape, template, type)                                                     \
  enum plan plan_##name(struct page *p, struct span param);                                                            \
  enum err build_##name(struct page *p);
PAGES_LIST(PAGES_DECLARE)
#undef PAGES_DECLARE

#endif
