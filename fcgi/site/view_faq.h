/* /faq (no members), /faq/{slug} (one member) and /faq/{a}-vs-{b} (two members).
 *   title      "Questions about Apache Kafka"
 *   about_href the trajectory or the comparison, empty on /faq; about_text: the text of that link
 *   more       links to other FAQ pages, text "Questions about Redis"; at most 50 */
#ifndef DIPTYCH_SITE_VIEW_FAQ_H
#define DIPTYCH_SITE_VIEW_FAQ_H

#include "site/view.h"

#define FAQ_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                           \
  RECORD(page, page_view)                                                                                              \
  TEXT(title)                                                                                                          \
  TEXT(lede)                                                                                                           \
  LIST(members, member_view)                                                                                           \
  TEXT(about_text)                                                                                                     \
  TEXT(about_href)                                                                                                     \
  LIST(questions, qa_view)                                                                                             \
  LIST(more, link_view)
VIEW_DECLARE(faq_view, FAQ_VIEW)

#endif
