/* Titles as plain text on one line.
 *
 * Feeds put HTML into titles, with or without saying so, and escape it once or twice.  A title that has a tag or a character
 * reference is read as HTML by libxml2 and only its text is kept, without that of scripts and styles.  Other titles stay as
 * they are.  Controls, marks of direction and characters of no width are left out, runs of white space become one blank. */
#ifndef DIPTYCH_IMPORT_IMPORT_TEXT_H
#define DIPTYCH_IMPORT_IMPORT_TEXT_H

#include "base/arena.h"

#define IMPORT_TITLE_CHARS 200 /* a longer title is cut and ends with an ellipsis */

struct span import_text_plain(struct arena *a, struct span title);

/* An absolute http or https address in ASCII; empty: it is none, or longer than the column.  base: of the document. */
struct span import_text_address(struct arena *a, struct span address, const char *base);

#endif
