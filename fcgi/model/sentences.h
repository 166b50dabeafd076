/* The sentences and orders that follow from rules: what a set of products shares, who ships faster,
 * the merged timeline.  Pure: no catalog, no clock; everything comes in and goes out through the
 * arena. */
#ifndef DIPTYCH_MODEL_SENTENCES_H
#define DIPTYCH_MODEL_SENTENCES_H

#include "base/arena.h"
#include "model/product.h"
#include "model/score.h"

#define SENTENCES_SET_MAX 4
#define SENTENCES_TOP_THEMES 4
#define SENTENCES_TIMELINE_EACH 6

/* "A", "A and B", "A, B and C"; `or` instead of "and" when so asked. */
struct span sentences_join(struct arena *a, const struct span *names, size_t n, const char *last);
/* "A vs B vs C" */
struct span sentences_versus(struct arena *a, const struct span *names, size_t n);

/* A product as the sentences see it. */
struct sentences_member {
  struct span name;
  int tenths;                /* SCORE_NONE: never scored */
  const struct span *themes; /* slugs, in order */
  size_t n_themes;
};

/* Which of the products' top themes (the first four of each) all of them share, or that none is. */
struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n);
/* Similar cadence (same band, or less than 1.0 apart), or who ships faster; always scores and bands. */
struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n);
/* "5.0, active" or "not scored" */
struct span sentences_score(struct arena *a, int tenths);

/* The newest SENTENCES_TIMELINE_EACH of each list, merged newest first; ties: order of the lists (which is
 * canonical), then id.  Lists are newest first already. */
struct sentences_move {
  const struct activity *activity;
  size_t member;
};
struct sentences_list {
  const struct activity *v;
  size_t n;
};
size_t sentences_timeline(const struct sentences_list *lists, size_t n, struct sentences_move *out);

/* Two letters for a product without a logo: initials of the first two words, or the first two letters. */
struct span sentences_monogram(struct arena *a, struct span name);

#endif
