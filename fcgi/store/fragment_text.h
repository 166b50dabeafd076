/* Renders Markdown bodies into a fragment, within the configured limits.  A body over a limit is marked as refused:
 * pages show a notice in its place, and a log line names its table and id.  After the deadline, bodies are refused
 * too, and r->incomplete is set. */
#ifndef DIPTYCH_STORE_FRAGMENT_TEXT_H
#define DIPTYCH_STORE_FRAGMENT_TEXT_H

#include "store/fragment.h"

#define EXCERPT_CHARS 160 /* for descriptions */

/* Packs whether `md` was refused, and its HTML (empty when refused).  `table` also selects the level of headings. */
void fragment_text_pack(struct fragment_renderer *r, struct buf *out, const char *table, uint64_t id, struct span md);
/* Packs `md` as safe Markdown, for the JSON and Markdown representations; empty when refused. */
void fragment_text_source(struct fragment_renderer *r, struct buf *out, const char *table, struct span md);
/* Packs the first `chars` characters of its plain text. */
void fragment_text_plain(struct fragment_renderer *r, struct buf *out, struct span md, size_t chars);
/* Appends the plain text, one line for each paragraph.  False: over a limit; out->failed: no memory. */
bool fragment_text_lines(struct fragment_renderer *r, struct buf *out, const char *table, struct span md);

#endif
