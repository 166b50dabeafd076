/* Markdown bodies on their way into a fragment: rendered within the configured limits, or marked as
 * refused, so that a notice stands where the body would, with a log line naming table and id.  When the
 * page's time is over they are refused too, and m->cut is set. */
#ifndef DIPTYCH_STORE_FRAGMENT_TEXT_H
#define DIPTYCH_STORE_FRAGMENT_TEXT_H

#include "store/fragment.h"

#define SUMMARY_CHARS 160

/* Packs whether `md` was refused, and its HTML (empty when refused).  `table` also decides how far down
 * headings go. */
void fragment_text_pack(struct fragment_maker *m, struct buf *out, const char *table, uint64_t id, struct span md);
/* Packs it as Markdown again, for the representations: safe in the same ways; empty when refused. */
void fragment_text_source(struct fragment_maker *m, struct buf *out, const char *table, struct span md);
/* Packs about SUMMARY_CHARS characters of its plain text, for descriptions. */
void fragment_text_summary(struct fragment_maker *m, struct buf *out, struct span md);

#endif
