/* Escaping for the places where text ends up.  Each writer copies runs of harmless bytes whole and
 * replaces the few that would be taken for markup; none of them can fail but through the buffer's
 * sticky error.  Input is valid UTF-8 (see utf8.h); bytes above 0x7F pass as they are.
 *   html  element text, RCDATA and quoted attribute values: & < > " '
 *   xml   the same, and characters that XML 1.0 forbids (section 2.2) become U+FFFD
 *   md    Markdown text (CommonMark 0.30, section 2.4): a backslash before the punctuation that
 *         could begin a construct; line ends become spaces, so that text stays in its line */
#ifndef DIPTYCH_TEXT_ESCAPE_H
#define DIPTYCH_TEXT_ESCAPE_H

#include "base/buf.h"

void escape_html(struct buf *out, struct span s);
void escape_attr(struct buf *out, struct span s);
void escape_xml(struct buf *out, struct span s);
void escape_md(struct buf *out, struct span s);

#endif
