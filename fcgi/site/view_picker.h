/* The compare picker, a plain form that works without a script: two to four fields, each with a slug
 * or a name, sent to /compare.  With two or more known products the answer is a redirect, so this page
 * is shown only while something is missing; it then says what. */
#ifndef DIPTYCH_SITE_VIEW_PICKER_H
#define DIPTYCH_SITE_VIEW_PICKER_H

#include "site/view.h"

/* A field.  name "a" to "d"; label "First product"; value as it was given.
 * problem: "No product is called “kafak”."; empty: none.  near: products that may have been meant, each
 * link the same form with this one put right. */
#define PICK_FIELD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(name)                                                                                                           \
  TEXT(label)                                                                                                          \
  TEXT(value)                                                                                                          \
  TEXT(position)                                                                                                       \
  TEXT(problem)                                                                                                        \
  LIST(near, link_view)
VIEW_DECLARE(pick_field_view, PICK_FIELD_VIEW)

/* A product to choose from; at most 200 are offered, best ranked first. */
#define PICK_OPTION_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(slug) TEXT(name)
VIEW_DECLARE(pick_option_view, PICK_OPTION_VIEW)

/* The form.  fields: four on /compare, two on the home page. */
#define PICKER_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  LIST(fields, pick_field_view)                                                                                        \
  LIST(options, pick_option_view)
VIEW_DECLARE(picker_view, PICKER_VIEW)

/* /compare without enough to go on.  problem: one sentence on the whole ("One more product, and they can
 * be compared."); empty at the first visit.  popular: a few comparisons of leaders, text "A vs B". */
#define PICK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(lede)                                                                                                           \
  TEXT(problem)                                                                                                        \
  RECORD(picker, picker_view)                                                                                          \
  LIST(popular, link_view)
VIEW_DECLARE(pick_view, PICK_VIEW)

#endif
