/* The compare picker, a form that works without a script.  Its two to four fields, each with a slug or a name, are sent
 * to /compare.  With two or more known products the answer is a redirect, so the page is shown only while something is
 * missing, and says what is missing. */
#ifndef DIPTYCH_SITE_VIEW_PICKER_H
#define DIPTYCH_SITE_VIEW_PICKER_H

#include "site/view.h"

/* A field.  name "a" to "d"; label "First product"; value: the slug of a known product, else the input.
 * problem: "No product is called “kafak”."; empty: none.  near: links to the same form with this field corrected, one
 * for each product with a similar name. */
#define PICK_FIELD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(name)                                                                                                           \
  TEXT(label)                                                                                                          \
  TEXT(value)                                                                                                          \
  TEXT(position)                                                                                                       \
  TEXT(problem)                                                                                                        \
  LIST(near, link_view)
VIEW_DECLARE(pick_field_view, PICK_FIELD_VIEW)

/* An option of the fields; at most 200, top ranked first. */
#define PICK_OPTION_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(slug) TEXT(name)
VIEW_DECLARE(pick_option_view, PICK_OPTION_VIEW)

/* The form.  fields: four on /compare, two on the home page. */
#define PICKER_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  LIST(fields, pick_field_view)                                                                                        \
  LIST(options, pick_option_view)
VIEW_DECLARE(picker_view, PICKER_VIEW)

/* /compare with fewer than two known products.  problem: one sentence on the whole form ("One more product, and they can
 * be compared."); empty at the first visit.  popular: top ranked products, each
 * with the product closest to it, text "A vs B". */
#define PICK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(lede)                                                                                                           \
  TEXT(problem)                                                                                                        \
  RECORD(picker, picker_view)                                                                                          \
  LIST(popular, link_view)
VIEW_DECLARE(pick_view, PICK_VIEW)

#endif
