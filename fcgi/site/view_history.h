/* Past editorials and the ledger of predictions. */
#ifndef DIPTYCH_SITE_VIEW_HISTORY_H
#define DIPTYCH_SITE_VIEW_HISTORY_H

#include "site/view.h"

/* An editorial of a product in a list.
 *   datetime, date   when it was published: "2026-03-20T09:00:00Z", "20 March 2026"
 *   href     where it stands: its own page, or the trajectory when it is the current one
 *   text     its prediction as plain text, perhaps cut; empty: none */
#define DATED_EDITORIAL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                               \
  TEXT(datetime)                                                                                                       \
  TEXT(date)                                                                                                           \
  TEXT(product)                                                                                                        \
  TEXT(product_slug)                                                                                                   \
  TEXT(product_href)                                                                                                   \
  TEXT(headline)                                                                                                       \
  TEXT(href)                                                                                                           \
  TEXT(author)                                                                                                         \
  FLAG(current)                                                                                                        \
  TEXT(text)                                                                                                           \
  RECORD(grade, grade_view)
VIEW_DECLARE(dated_editorial_view, DATED_EDITORIAL_VIEW)

/* /products/{slug}/history.  intro counts the past ones; product: its name; href: its trajectory;
 * any: there is an editorial; several: there are more. */
#define HISTORY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(intro)                                                                                                          \
  TEXT(product)                                                                                                        \
  TEXT(href)                                                                                                           \
  INT(past)                                                                                                            \
  FLAG(any)                                                                                                            \
  FLAG(several)                                                                                                        \
  LIST(editorials, dated_editorial_view)                                                                               \
  RECORD(pager, pager_view)
VIEW_DECLARE(history_view, HISTORY_VIEW)

/* Words of a comparison.  At most one flag is true; none: unchanged words.
 *   left_out  unchanged words that are not shown; words counts them
 *   space     " " when a blank follows */
#define WORDS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(text)                                                                                                           \
  FLAG(removed)                                                                                                        \
  FLAG(added)                                                                                                          \
  FLAG(left_out)                                                                                                       \
  INT(words)                                                                                                           \
  TEXT(space)
VIEW_DECLARE(words_view, WORDS_VIEW)

#define CHANGED_PARAGRAPH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) LIST(runs, words_view)
VIEW_DECLARE(changed_paragraph_view, CHANGED_PARAGRAPH_VIEW)

/* What the next editorial changed in one text.
 *   label    "Headline", "Current state", "Where it’s heading" or "Prediction"
 *   changed  false: the texts are the same, or refused
 *   refused  a text is over a limit, so they were not compared
 *   cut      there are more changes than are shown */
#define CHANGE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  TEXT(label)                                                                                                          \
  FLAG(changed)                                                                                                        \
  FLAG(refused)                                                                                                        \
  FLAG(cut)                                                                                                            \
  LIST(paragraphs, changed_paragraph_view)
VIEW_DECLARE(change_view, CHANGE_VIEW)

/* /products/{slug}/history/{date}: a past editorial.
 *   date         of its publication, "20 March 2026"; next_date: of the one that replaced it
 *   updated      when it was last corrected, if not on that day; empty: never
 *   next, previous   links to the editorials after and before it; next may be the trajectory; NULL: none
 *   summary      which texts the next one changed, in one sentence */
#define PAST_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(product)                                                                                                        \
  TEXT(href)                                                                                                           \
  TEXT(history_href)                                                                                                   \
  TEXT(datetime)                                                                                                       \
  TEXT(date)                                                                                                           \
  TEXT(next_date)                                                                                                      \
  TEXT(updated)                                                                                                        \
  TEXT(headline)                                                                                                       \
  TEXT(author)                                                                                                         \
  RECORD(current_state, body_view)                                                                                     \
  RECORD(heading, body_view)                                                                                           \
  RECORD(prediction, body_view)                                                                                        \
  RECORD(grade, grade_view)                                                                                            \
  RECORD(previous, link_view)                                                                                          \
  RECORD(next, link_view)                                                                                              \
  TEXT(summary)                                                                                                        \
  LIST(changes, change_view)
VIEW_DECLARE(past_view, PAST_VIEW)

/* /predictions: the ledger.
 *   rate      the share of graded predictions that came true, "64%"; empty: none is graded
 *   verdict   the same as a sentence, with the numbers */
#define PREDICTIONS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(verdict)                                                                                                        \
  INT(total)                                                                                                           \
  FLAG(several)                                                                                                        \
  INT(open)                                                                                                            \
  INT(came_true)                                                                                                       \
  INT(failed)                                                                                                          \
  TEXT(rate)                                                                                                           \
  LIST(predictions, dated_editorial_view)                                                                              \
  RECORD(pager, pager_view)
VIEW_DECLARE(predictions_view, PREDICTIONS_VIEW)

#endif
