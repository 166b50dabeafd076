/* The cost of matching a text against a search.  Both are folded (text/utf8.h).  Everything that is neither a letter
 * nor a digit separates words.
 *
 * The distance is optimal string alignment: an insertion, deletion, substitution or transposition of neighbours is
 * one error.  Needles of 3 to 5 characters may have one error, longer ones two.  The computation is bit-parallel,
 * for needles of up to 64 characters: H. Hyyro, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
 * Distances", 2003. */
#ifndef DIPTYCH_CATALOG_CATALOG_MATCH_H
#define DIPTYCH_CATALOG_CATALOG_MATCH_H

#include <stdint.h>

#include "base/span.h"

enum match_cost { /* best first */
  MATCH_EXACT,
  MATCH_PREFIX,
  MATCH_WORD_PREFIX,
  MATCH_SUBSTRING,
  MATCH_ONE_ERROR,  /* in one word, or in several words from the start of a word */
  MATCH_TWO_ERRORS,
  MATCH_PREFIX_ERROR, /* one error in the beginning of a word; needles of 5 characters and more */
  MATCH_WORDS,        /* every word of the needle matches by itself; plus the highest of their costs */
  MATCH_NONE = 100
};

#define MATCH_CHARS 64
#define MATCH_CLASSES 33
#define MATCH_WORDS_MAX 8

struct match_needle {
  struct span text;
  size_t chars;     /* 0: too long for a match with errors */
  unsigned errors;  /* allowed */
  uint32_t letters; /* match_letters of text */
  uint8_t counts[MATCH_CLASSES]; /* characters of each class; the first classes are the bits of letters, the last is separators */
  uint64_t ascii[128];
  uint32_t other[MATCH_CHARS]; /* non-ASCII characters by position; 0: ASCII */
};

struct match_search {
  struct match_needle whole, words[MATCH_WORDS_MAX];
  size_t n_words; /* 0: one word only, or too many */
};

struct match_candidate { /* a text to match */
  struct span text;
  uint32_t letters; /* match_letters of it, or a superset */
};

void match_prepare(struct match_search *s, struct span needle);
/* The cost of the text.  When it is `worst` or more, the result need not be exact. */
uint32_t match_text(const struct match_search *s, struct match_candidate text, uint32_t worst);
/* The character classes that occur in a text: one bit for each letter, five for digits, one for other characters. */
uint32_t match_letters(struct span s);
/* false: a text with these letters cannot match. */
bool match_possible(const struct match_search *s, uint32_t letters);
/* true: both texts have the same cost in every search. */
bool match_same(struct span a, struct span b);

#endif
