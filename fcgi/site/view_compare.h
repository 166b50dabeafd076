/* /compare/{a}-vs-{b}[-vs-{c}[-vs-{d}]]: two to four products in canonical order.
 * The order of the blocks and their ids are fixed: at-a-glance, what-is-{slug}, facts (when a product has any),
 * (the editors' text on the pair), side-by-side, alternatives, activity, faq. */
#ifndef DIPTYCH_SITE_VIEW_COMPARE_H
#define DIPTYCH_SITE_VIEW_COMPARE_H

#include "site/view.h"
#include "site/view_chart.h"
#include "site/view_facts.h"
#include "site/view_since.h"
#include "site/view_velocity_history.h"

/* The pair text: shown when a published row exists; each body may be empty. */
#define COMPARISON_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) RECORD(intro, body_view) RECORD(verdict, body_view)
VIEW_DECLARE(comparison_view, COMPARISON_VIEW)

/*   title              "Apache Kafka vs Kubernetes"; names: "Apache Kafka and Kubernetes",
 *                      "A, B and C"
 *   eyebrow            "Comparison · DevOps"
 *   lede               how often each product shipped in 90 days, and the latest releases with their dates
 *   pair               two products (false: three or four); size "pair", "three" or "four"
 *   as_of              when the windows end: "22 August 2026, 12:00 UTC"
 *   summaries, latest_releases, licenses, first_releases, repositories
 *                      a product has one; the row at a glance is left out otherwise
 *   facts              NULL: no product has any
 *   since              NULL: the address names no day
 *   overlap, cadence   the sentences of the first answer, for the representations; overlap may be empty
 *   alternatives_intro what the alternatives are and how they are ranked
 *   alternatives       six at most, picks and close ones first; empty: no product shares a sector
 *   atom_href, calendar_href   "/compare/kafka-vs-nats.atom", "/feeds/kafka+nats.ics"
 *   pick_href          "/compare?from=kafka-vs-nats": the picker with the products filled in
 *   add                up to three links that add a product: text "Add Redis"; empty for four products
 *   timeline_intro     what the timeline shows; empty: no product has a move
 *   timeline           at most 6 activities of each product, newest first, for the JSON representation
 *   days               the same as rows, for the others */
#define COMPARE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(names)                                                                                                          \
  TEXT(eyebrow)                                                                                                        \
  TEXT(lede)                                                                                                           \
  FLAG(pair)                                                                                                           \
  TEXT(size)                                                                                                           \
  TEXT(as_of)                                                                                                          \
  FLAG(summaries)                                                                                                      \
  FLAG(latest_releases)                                                                                                \
  FLAG(licenses)                                                                                                       \
  FLAG(first_releases)                                                                                                 \
  FLAG(repositories)                                                                                                   \
  LIST(members, member_view)                                                                                           \
  LIST(ended, ended_view)                                                                                              \
  LIST(products, product_view)                                                                                         \
  RECORD(facts, facts_view)                                                                                            \
  RECORD(since, since_view)                                                                                            \
  RECORD(since_form, since_form_draw)                                                                                  \
  RECORD(comparison, comparison_view)                                                                                  \
  TEXT(overlap)                                                                                                        \
  TEXT(cadence)                                                                                                        \
  TEXT(alternatives_intro)                                                                                             \
  LIST(alternatives, card_view)                                                                                        \
  TEXT(atom_href)                                                                                                      \
  TEXT(calendar_href)                                                                                                  \
  TEXT(pick_href)                                                                                                      \
  LIST(add, link_view)                                                                                                 \
  RECORD(chart, chart_view)                                                                                            \
  RECORD(velocity_history, velocity_history_view)                                                                      \
  TEXT(timeline_intro)                                                                                                 \
  LIST(timeline, activity_view)                                                                                        \
  LIST(days, day_draw)                                                                                                 \
  LIST(questions, qa_view)
VIEW_DECLARE(compare_view, COMPARE_VIEW)

#endif
