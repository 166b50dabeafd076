/* The sentences and orders that follow from rules: what a set of products shares, who ships faster,
 * the merged timeline.  Pure: no catalog, no clock; everything comes in and goes out through the
 * arena. */
#ifndef DIPTYCH_MODEL_SENTENCES_H
#define DIPTYCH_MODEL_SENTENCES_H

#include "base/arena.h"
#include "model/product.h"
#include "model/score.h"

#define WORDS_SET_MAX 4
#define WORDS_TOP_THEMES 4
#define WORDS_TIMELINE_EACH 6

/* "A", "A and B", "A, B and C"; `or` instead of "and" when so asked. */
struct span words_join(struct arena *a, const struct span *names, size_t n, const char *last);
/* "A vs B vs C" */
struct span words_versus(struct arena *a, const struct span *names, size_t n);

/* A product as the sentences see it. */
struct words_member {
  struct span name;
  int tenths;                /* SCORE_NONE: never scored */
  const struct span *themes; /* slugs, in order */
  size_t n_themes;
};

/* Which of the products' top themes (the first four of each) all of them share, or that none is. */
struct span words_overlap(struct arena *a, const struct words_member *m, size_t n);
/* Similar cadence (same band, or less than 1.0 apart), or who ships faster; always scores and bands. */
struct span words_cadence(struct arena *a, const struct words_member *m, size_t n);
/* "5.0, active" or "not scored" */
struct span words_score(struct arena *a, int tenths);

/* The newest WORDS_TIMELINE_EACH of each list, merged newest first; ties: order of the lists (which is
 * canonical), then id.  Lists are newest first already. */
struct words_move {
  const struct activity *activity;
  size_t member;
};
struct words_list {
  const struct activity *v;
  size_t n;
};
size_t words_timeline(const struct words_list *lists, size_t n, struct words_move *out);

/* Two letters for a product without a logo: initials of the first two words, or the first two letters. */
struct span words_monogram(struct arena *a, struct span name);

#endif
