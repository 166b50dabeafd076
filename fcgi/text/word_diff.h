/* Compares two plain texts by words.  Lines are paragraphs; blanks of any length separate words, and each Chinese or
 * Japanese character and kana is a word of its own.
 *
 * The result is made to be read: unchanged words between two changes that are no more than two are counted to the changes,
 * a long unchanged passage is shortened to the words around the changes, and a result of more than WORD_DIFF_RUNS runs
 * is cut.
 *
 * Method: E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the linear-space variant.  A search for a
 * middle that takes more than COST_MOST steps ends at the furthest point that it reached, so the time is at most
 * in proportion to the number of words, whatever they are.  The result is always a true difference, then not always
 * the shortest one.  Memory: 40 bytes a word, freed at the end. */
#ifndef DIPTYCH_TEXT_WORD_DIFF_H
#define DIPTYCH_TEXT_WORD_DIFF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define WORD_DIFF_WORDS 200000 /* most words of one text */
#define WORD_DIFF_RUNS 1000

enum word_diff_op { WORDS_SAME, WORDS_REMOVED, WORDS_ADDED, WORDS_LEFT_OUT, WORD_DIFF_OPS };

struct word_run {
  enum word_diff_op op;
  uint32_t words; /* LEFT_OUT: how many unchanged words are not shown */
  bool space;     /* a blank follows */
  bool ends_line; /* the paragraph ends after the run */
  struct span text;
};

struct word_diff {
  bool changed, cut;
  const struct word_run *v;
  size_t n;
};

/* The spans point into the texts; the list is the arena's.  LIMIT: a text has more than WORD_DIFF_WORDS words, or the
 * deadline (monotonic; 0: none) passed: no result. */
MUST_USE enum err word_diff_make(struct arena *a, struct span before, struct span after, int64_t deadline_us,
                                 struct word_diff *out);

#endif
