/* The texts of a product that the search reads besides its names, as one text of lines: the summary, which may be empty,
 * then a line for each fact: the id of its attribute, a tab and the value. */
#ifndef DIPTYCH_MODEL_TEXTS_H
#define DIPTYCH_MODEL_TEXTS_H

#include "base/buf.h"

#define TEXTS_MAX 2048    /* bytes of all lines of a product; further facts are left out */
#define TEXTS_LICENSE 0   /* in the place of an attribute's id: the product's licence */

struct texts_line {
  struct span text;
  bool fact;          /* false: the summary */
  uint64_t attribute; /* of a fact */
};

/* Control characters in a text become blanks.  The summary comes first.  A text that does not fit is cut (summary) or left
 * out (fact); an empty fact too. */
void texts_summary_put(struct buf *texts, struct span summary);
void texts_fact_put(struct buf *texts, uint64_t attribute, struct span value);

/* The next line; start with .rest = the texts.  False: there is none. */
struct texts_reader {
  struct span rest;
  bool begun;
};
bool texts_next(struct texts_reader *r, struct texts_line *out);

#endif
