/* Renders bodies, Markdown or HTML, into a fragment, within the configured limits.  A body over a limit is marked as refused:
 * pages show a notice in its place, and a log line names its table and id.  After the deadline, bodies are refused
 * too, and r->incomplete is set. */
#ifndef DIPTYCH_STORE_FRAGMENT_TEXT_H
#define DIPTYCH_STORE_FRAGMENT_TEXT_H

#include "store/fragment.h"

#define EXCERPT_CHARS 160 /* for descriptions */

/* Where a body stands: for the log, the level of its headings, and the ids in its HTML, which must be unique on a page. */
struct fragment_place {
  const char *table; /* of its row; more words may follow */
  uint64_t id;       /* of its row */
  char part;         /* a letter that tells the bodies of one row apart */
  enum body_format format;
};

/* Packs whether `md` was refused, and its HTML (empty when refused, and when readers would see nothing of it).  False: readers
 * see neither a text nor a notice. */
bool fragment_text_pack(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md);
/* Packs `md` as safe Markdown, for the JSON and Markdown representations; empty when refused. */
void fragment_text_source(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md);
/* Packs the first `chars` characters of its plain text. */
void fragment_text_plain(struct fragment_renderer *r, struct buf *out, struct span md, enum body_format format, size_t chars);
/* Packs questions with their answers.  A question whose answer shows nothing is left out. */
void fragment_answers_pack(struct fragment_renderer *r, struct buf *b, const struct question *v, size_t n);
/* Appends the plain text, one line for each paragraph.  False: over a limit; out->failed: no memory. */
bool fragment_text_lines(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md);

#endif
