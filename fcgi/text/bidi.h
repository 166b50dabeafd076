/* Bidirectional text (Unicode Standard Annex 9).  Two things in a value can change the order in which the words around it
 * are drawn: its letters, when their script is written from right to left, and its control characters, such as U+202E.
 * Such a value is isolated: it stands between FSI (U+2068) and PDI (U+2069), and every control in it is closed.  The
 * characters work in HTML text, in attributes, titles, Markdown, feeds and pictures alike (HTML: `bdi` does the same).
 * All other values stay as they are. */
#ifndef DIPTYCH_TEXT_BIDI_H
#define DIPTYCH_TEXT_BIDI_H

#include "base/arena.h"

/* The text of one value, isolated if it must be.  Returns s when it need not be, or is already isolated. */
struct span bidi_isolated(struct arena *a, struct span s);
/* The value without the characters that isolate it, for programs. */
struct span bidi_bare(struct span s);
/* At most `chars` characters of a text (utf8_cut), then an ellipsis, then the ends of what the cut left open.  Returns s
 * when it is not longer. */
struct span bidi_shortened(struct arena *a, struct span s, size_t chars);

#endif
