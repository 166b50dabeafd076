/* The banner of a preview.
 *   state     "Draft", "Scheduled" or "Not public yet"
 *   sentence  what the page shows, and when readers will see it
 *   lives     until when the link works
 *   tabs      the pages on which the row stands; current: this one; tabbed: there are several
 *   verdict   "Lint found 3 things to look at."; findings: these, found: there are some; place: "editorial 7"
 *   more      "and 4 more"; empty: that is all */
#ifndef DIPTYCH_SITE_VIEW_PREVIEW_H
#define DIPTYCH_SITE_VIEW_PREVIEW_H

#include "template/shape.h"

#define PREVIEW_TAB_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                   \
  TEXT(text)                                                                                                           \
  TEXT(href)                                                                                                           \
  FLAG(current)
VIEW_DECLARE(preview_tab_view, PREVIEW_TAB_VIEW)

#define PREVIEW_FINDING_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                               \
  TEXT(place)                                                                                                          \
  TEXT(column)                                                                                                         \
  TEXT(words)                                                                                                          \
  TEXT(meaning)                                                                                                        \
  TEXT(advice)
VIEW_DECLARE(preview_finding_view, PREVIEW_FINDING_VIEW)

#define PREVIEW_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  TEXT(state)                                                                                                          \
  TEXT(sentence)                                                                                                       \
  TEXT(lives)                                                                                                          \
  FLAG(tabbed)                                                                                                         \
  LIST(tabs, preview_tab_view)                                                                                         \
  TEXT(verdict)                                                                                                        \
  FLAG(found)                                                                                                          \
  LIST(findings, preview_finding_view)                                                                                 \
  TEXT(more)
VIEW_DECLARE(preview_view, PREVIEW_VIEW)

#endif
