/* The two halves of the comparison: word_diff.c reads words and writes runs, word_diff_search.c compares numbers. */
#ifndef DIPTYCH_TEXT_WORD_DIFF_PRIVATE_H
#define DIPTYCH_TEXT_WORD_DIFF_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct words { /* of one text */
  uint32_t *id;       /* equal words have equal numbers */
  uint32_t *at, *end; /* bytes of the word; a line break is a word too */
  bool *changed;      /* the other text does not have the word at this place */
  uint32_t n;
};

/* Marks the words that changed.  LIMIT: the deadline passed.  NO_MEMORY. */
MUST_USE enum err word_diff_search(struct words *a, struct words *b, int64_t deadline_us);

#endif
