/* Sentences and lists that are computed from a set of products: what they share, which ships faster, the merged
 * timeline.  Pure functions: they use neither the catalog nor a clock.  Results belong to the arena. */
#ifndef DIPTYCH_MODEL_SENTENCES_H
#define DIPTYCH_MODEL_SENTENCES_H

#include "base/arena.h"
#include "model/product.h"
#include "model/score.h"

#define SENTENCES_SET_MAX 4
#define SENTENCES_TOP_THEMES 4
#define SENTENCES_TIMELINE_EACH 6

/* "A", "A and B", "A, B and C".  last: "and " or "or ". */
struct span sentences_join(struct arena *a, const struct span *names, size_t n, const char *last);
/* "A vs B vs C" */
struct span sentences_versus(struct arena *a, const struct span *names, size_t n);

/* The data of a product that the sentences use. */
struct sentences_member {
  struct span name;
  int tenths;                /* SCORE_NONE: never scored */
  const struct span *themes; /* slugs, in order */
  size_t n_themes;
};

/* Names the top themes (the first four of each product) that all products share, or says that there are none. */
struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n);
/* Says that the products ship at a similar cadence (same band, or less than 1.0 apart) or which ships faster, with all
 * scores and bands. */
struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n);
/* "5.0, active" or "not scored" */
struct span sentences_score(struct arena *a, int tenths);

/* Merges the newest SENTENCES_TIMELINE_EACH activities of each list, newest first.  The lists must be sorted newest
 * first.  Ties are ordered by list, then by id.  `out` has room for n * SENTENCES_TIMELINE_EACH. */
struct sentences_move {
  const struct activity *activity;
  size_t member;
};
struct sentences_list {
  const struct activity *v;
  size_t n;
};
size_t sentences_timeline(const struct sentences_list *lists, size_t n, struct sentences_move *out);

/* Two letters for a product without a logo: the initials of the first two parts of its name, or for a single part its
 * first two letters. */
struct span sentences_monogram(struct arena *a, struct span name);

#endif
