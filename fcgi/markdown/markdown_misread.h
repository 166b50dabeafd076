/* What an editor meant as Markdown and no parser reads as that, so that pages show it as it is written. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_MISREAD_H
#define DIPTYCH_MARKDOWN_MARKDOWN_MISREAD_H

#include "base/span.h"

/* The text of a paragraph without its nodes: "[text](https://x.example and no bracket", "(https://x.example)[text]".  Empty:
 * there is none. */
struct span markdown_misread_link(struct span text);

/* "[text][ref]", when nothing defines the ref.  Empty: there is none. */
struct span markdown_misread_reference(struct span text);

/* "#Heading" at the beginning of a text.  "#1" and "#kafka" are words. */
bool markdown_misread_heading(struct span text);
/* The same of this line of the source, from 1 on, in a quote or list, too: libcmark's texts do not tell "\#" from "#". */
bool markdown_misread_heading_at(struct span source, int line);

/* Whether the code that begins on this line of the source, from 1 on, has a fence that nothing closes, in no quote or list. */
bool markdown_misread_fence(struct span source, int line);

#endif
