/* How well a text answers a search.  Both sides are folded (text/utf8.h); words are cut at everything
 * that is neither a letter nor a digit.
 *
 * Errors are counted as optimal string alignment: an insertion, deletion, substitution or transposition
 * of neighbours is one.  Needles of 3 to 5 characters may have one, longer ones two.  The distance runs
 * bit-parallel, 64 characters of needle at most: H. Hyyro, "A Bit-Vector Algorithm for Computing
 * Levenshtein and Damerau Edit Distances", 2003. */
#ifndef DIPTYCH_CATALOG_CATALOG_MATCH_H
#define DIPTYCH_CATALOG_CATALOG_MATCH_H

#include <stdint.h>

#include "base/span.h"

enum match_cost { /* best first */
  MATCH_EXACT,
  MATCH_PREFIX,
  MATCH_WORD_PREFIX,
  MATCH_SUBSTRING,
  MATCH_ONE_ERROR,  /* of a word, or of several from a word's start */
  MATCH_TWO_ERRORS,
  MATCH_PREFIX_ERROR, /* one error in the beginning of a word; needles of 5 and more */
  MATCH_WORDS,        /* every word of the needle by itself; plus the worst of them */
  MATCH_NONE = 100
};

#define MATCH_CHARS 64
#define MATCH_KINDS 33
#define MATCH_WORDS_MAX 8

struct match_needle {
  struct span text;
  size_t chars;     /* 0: too long for errors */
  unsigned errors;  /* allowed */
  uint32_t letters; /* match_letters of text */
  uint8_t times[MATCH_KINDS]; /* how many characters of each kind, a kind a bit of letters; then separators */
  uint64_t ascii[128];
  uint32_t other[MATCH_CHARS]; /* characters beyond ASCII, by place; 0 else */
};

struct match_search {
  struct match_needle whole, words[MATCH_WORDS_MAX];
  size_t n_words; /* 0: one word only, or too many */
};

struct match_side { /* a text to look at */
  struct span text;
  uint32_t letters; /* match_letters of it, or more */
};

void match_prepare(struct match_search *s, struct span needle);
/* What the text costs; costs of `worst` and more need not be told apart. */
uint32_t match_text(const struct match_search *s, struct match_side text, uint32_t worst);
/* One bit a letter, five for digits, one for all else: which a text holds. */
uint32_t match_letters(struct span s);
/* false: a text with these letters cannot match at all. */
bool match_possible(const struct match_search *s, uint32_t letters);
/* true: whatever is sought, both cost the same. */
bool match_same(struct span a, struct span b);

#endif
