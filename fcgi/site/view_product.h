/* /products/{slug}: a product's trajectory.
 *   title       its name
 *   lede        generated: how often it shipped in 90 days, its velocity and, unless active, its state
 *   standing    "Ranked 12 of 100, 2 of 8 in DevOps."; empty when never scored
 *   product     position is "a"
 *   facts       NULL: none recorded; one value in each row
 *   history     a link to the earlier editorials, "3 earlier editorials"; NULL: there is none
 *   since       NULL: the address names no day
 *   ended       NULL unless the product is discontinued
 *   timeline    50 activities on a page, newest first, for the JSON representation; every page of the timeline repeats
 *               chart, sections, questions and related
 *   days        the same as rows, for the others
 *   related     up to six alternatives, picks and close ones, each with one versus link
 *   sector      a link to its own sector; NULL: it has none
 *   moves       the number of all activities
 *   timeline_intro  how many they are and in which order; empty: there are none */
#ifndef DIPTYCH_SITE_VIEW_PRODUCT_H
#define DIPTYCH_SITE_VIEW_PRODUCT_H

#include "site/view.h"
#include "site/view_chart.h"
#include "site/view_facts.h"
#include "site/view_since.h"
#include "site/view_velocity_history.h"

#define TRAJECTORY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(eyebrow)                                                                                                        \
  TEXT(lede)                                                                                                           \
  TEXT(standing)                                                                                                       \
  RECORD(product, product_view)                                                                                        \
  RECORD(facts, facts_view)                                                                                            \
  RECORD(history, link_view)                                                                                           \
  RECORD(since, since_view)                                                                                            \
  RECORD(since_form, since_form_draw)                                                                                  \
  RECORD(ended, ended_view)                                                                                            \
  RECORD(chart, chart_view)                                                                                            \
  RECORD(velocity_history, velocity_history_view)                                                                      \
  INT(moves)                                                                                                           \
  TEXT(timeline_intro)                                                                                                 \
  LIST(timeline, activity_view)                                                                                        \
  LIST(days, day_draw)                                                                                                 \
  RECORD(pager, pager_view)                                                                                            \
  LIST(questions, qa_view)                                                                                             \
  TEXT(faq_href)                                                                                                       \
  LIST(related, card_view)                                                                                             \
  RECORD(sector, link_view)                                                                                            \
  TEXT(alternatives_href)                                                                                              \
  TEXT(pick_href)                                                                                                      \
  TEXT(atom_href)                                                                                                      \
  TEXT(calendar_href)
VIEW_DECLARE(trajectory_view, TRAJECTORY_VIEW)

#endif
