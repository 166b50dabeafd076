/* How well a text matches a search.  Texts and needles are folded (text/utf8.h).
 *
 * A word is a run of letters, digits, `+` and `#`; everything else separates words.  A run of a script that is written
 * without blanks (Chinese, kana, Thai) is a word that may be found in the middle of another.
 *
 * A near match has few errors in a whole word or in the whole text.  The distance is optimal string alignment: an
 * insertion, deletion, substitution or transposition of neighbours is one error.  Needles of 4 to 7 characters may have
 * one error, longer ones two.  The computation is bit-parallel, for needles of up to 64 characters: H. Hyyro, "A
 * Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", 2003. */
#ifndef DIPTYCH_CATALOG_CATALOG_MATCH_H
#define DIPTYCH_CATALOG_CATALOG_MATCH_H

#include <stdint.h>

#include "base/span.h"

enum match_cost { /* best first */
  MATCH_EXACT,
  MATCH_PREFIX,
  MATCH_WORD_PREFIX,
  MATCH_INSIDE,  /* needles of one word and three characters; of scripts without blanks also shorter ones */
  MATCH_WORDS,   /* a word of the name begins with each word of the needle, in any order */
  MATCH_PHRASE,  /* several words stand in the summary as they stand in the needle: "web server" */
  MATCH_NAMED,   /* the same in the name and the texts of a product together, with a word at least in the name */
  MATCH_SUMMARY, /* ... in its summary */
  MATCH_FACT,    /* ... in one of its facts */
  MATCH_LINES,   /* ... in its summary and facts together */
  MATCH_LABEL,   /* ... in the name of an attribute that the product has a value of */
  MATCH_ONE_ERROR,
  MATCH_TWO_ERRORS,
  MATCH_NONE = 100
};

#define MATCH_CHARS 64
#define MATCH_WORDS_MAX 8

struct match_word {
  struct span text;
  size_t chars;
  bool unspaced; /* of a script that is written without blanks */
};

struct match_needle { /* for near matches */
  size_t chars;     /* 0: too long */
  unsigned errors;  /* allowed */
  uint64_t ascii[128];
  uint32_t other[MATCH_CHARS]; /* non-ASCII characters by position; 0: ASCII */
};

struct match_search {
  struct span text; /* from the first to the last word */
  struct match_word words[MATCH_WORDS_MAX];
  size_t n_words; /* 0: too many */
  uint32_t all;   /* a bit for each word */
  struct match_needle whole, near[MATCH_WORDS_MAX]; /* of the text, of each word */
};

/* The next word of *rest, which continues behind it.  False: there is none. */
bool match_word_next(struct span *rest, struct match_word *out);
/* The next character of a text, with `-` for all that separates words.  Returns its bytes; 0: the end. */
size_t match_char(struct span s, uint32_t *c);

void match_prepare(struct match_search *s, struct span needle);
bool match_errors_limit(struct match_search *s, unsigned most); /* allows fewer errors; false: the needle allows no more */
bool match_empty(const struct match_search *s); /* the needle has no word */

/* EXACT to INSIDE, or NONE. */
uint32_t match_text(const struct match_search *s, struct span text);
/* Bits of the needle's words with which a word of the text begins.  Words of one or two characters must be equal. */
uint32_t match_words(const struct match_search *s, struct span text);
bool match_word_matches(const struct match_search *s, const struct match_word *w); /* of a text: one of the needle's does */
/* ONE_ERROR, TWO_ERRORS or NONE.  A text that matches without an error is ONE_ERROR too. */
uint32_t match_near(const struct match_search *s, struct span text);
/* True: both texts have the same cost in every search. */
bool match_same(struct span a, struct span b);

/* Writes the words with `-` between them ("Node.js" is "node-js") and returns the bytes; `out` has room for `text`. */
size_t match_normalize(struct span text, char *out);

#endif
