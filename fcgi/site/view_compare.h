/* /compare/{a}-vs-{b}[-vs-{c}[-vs-{d}]]: two to four products in canonical order.
 * The order of the blocks and their ids are fixed: at-a-glance, what-is-{slug}, (the editors' word),
 * side-by-side, alternatives, activity, faq. */
#ifndef DIPTYCH_SITE_VIEW_COMPARE_H
#define DIPTYCH_SITE_VIEW_COMPARE_H

#include "site/view.h"
#include "site/view_chart.h"

/* The editors' word on the pair: shown when there is a published row; either body may be unwritten. */
#define COMPARISON_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) RECORD(intro, body_view) RECORD(verdict, body_view)
VIEW_DECLARE(comparison_view, COMPARISON_VIEW)

/*   title              "Apache Kafka vs Kubernetes"; names: "Apache Kafka and Kubernetes",
 *                      "A, B and C", for running text
 *   eyebrow            "Comparison · DevOps"
 *   lede               one sentence
 *   pair               two products (false: three or four); size "pair", "three" or "four"
 *   as_of              when the windows end: "12:00 UTC"
 *   overlap, cadence   the two sentences of the first answer, for the representations
 *   alternatives_intro what they are and how they are ranked
 *   alternatives       six at most; empty: the page says that none is tracked in these sectors
 *   pick_href          "/compare?a=kafka": the picker with the first product filled in
 *   add                up to three links that add a product: text "Add Redis"; empty for four
 *   timeline           at most 6 of each, newest first
 *   sparks_shown       the timeline holds a spark (the legend is there either way) */
#define COMPARE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(names)                                                                                                          \
  TEXT(eyebrow)                                                                                                        \
  TEXT(lede)                                                                                                           \
  FLAG(pair)                                                                                                           \
  TEXT(size)                                                                                                           \
  TEXT(as_of)                                                                                                          \
  LIST(members, member_view)                                                                                           \
  LIST(ended, ended_view)                                                                                              \
  LIST(products, product_view)                                                                                         \
  RECORD(comparison, comparison_view)                                                                                  \
  TEXT(overlap)                                                                                                        \
  TEXT(cadence)                                                                                                        \
  TEXT(alternatives_intro)                                                                                             \
  LIST(alternatives, card_view)                                                                                        \
  TEXT(pick_href)                                                                                                      \
  LIST(add, link_view)                                                                                                 \
  RECORD(chart, chart_view)                                                                                            \
  LIST(timeline, activity_view)                                                                                        \
  LIST(questions, qa_view)
VIEW_DECLARE(compare_view, COMPARE_VIEW)

#endif
