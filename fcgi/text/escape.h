/* Escapes text for its context.  The functions append to `out`; the only error is out->failed.  The input is valid
 * UTF-8 (utf8.h); bytes above 0x7F are copied.
 *   html  element text, RCDATA and quoted attribute values: escapes & < > " '
 *   attr  the same as html
 *   xml   like html; characters that XML 1.0 section 2.2 forbids become U+FFFD
 *   md    Markdown text (CommonMark 0.30 section 2.4): puts a backslash before punctuation that could begin a
 *         construct; line ends and tabs become spaces, so that the text stays on one line */
#ifndef DIPTYCH_TEXT_ESCAPE_H
#define DIPTYCH_TEXT_ESCAPE_H

#include "base/buf.h"

void escape_html(struct buf *out, struct span s);
void escape_attr(struct buf *out, struct span s);
void escape_xml(struct buf *out, struct span s);
void escape_md(struct buf *out, struct span s);

#endif
