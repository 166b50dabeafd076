/* Sentences and lists that are computed from a set of products: what they share, how often each shipped, the merged
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
/* The text with the full stop that ends its sentence.  A text that has one already, because it ends with a name like
 * "Yahoo!" or "Acme Inc.", also before a closing quote or bracket, gets no second.  For every text of the editors that
 * another sentence follows, too. */
struct span sentences_stop(struct arena *a, struct span text);
/* The same for a text that has its mark from a message: "What is Who?" and "A post of Yahoo!" for names with these marks.  A
 * question keeps its own after other marks, or it would be none: "What is Yahoo!?", "What is Acme Inc.?". */
struct span sentences_once(struct span text);
/* "A vs B vs C" */
struct span sentences_versus(struct arena *a, const struct span *names, size_t n);

/* The data of a product that the sentences use. */
struct sentences_member {
  struct span name;
  int tenths;                /* SCORE_NONE: never scored */
  bool override;             /* the editors set the score */
  uint32_t n90;              /* releases and posts in 90 days */
  uint64_t sector;           /* id of its first sector; 0: none */
  uint32_t median2;          /* twice the median n90 of that sector */
  const struct span *themes; /* slugs, in order */
  size_t n_themes;
  bool theme_borne;          /* one of its first four themes has at least two published bearers */
};

/* Names the themes that all products share.  When there are none it says so only if one of their first four themes
 * has at least two published bearers; otherwise it is empty. */
struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n);
/* "shipped 3 times", "shipped once", "did not ship" */
struct span sentences_shipped(struct arena *a, uint32_t n90);
/* Says how often each product shipped in 90 days, for the top of a page: "B shipped 10 times in 90 days, A 5." */
struct span sentences_counts(struct arena *a, const struct sentences_member *m, size_t n);
/* The same in other words, and then the scores and bands.  "similar" means that no count is more
 * than 1.5 times another, or that they differ by 1. */
struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n);
/* The scores and bands with the counts beside them, in words that stand next to those of sentences_cadence. */
struct span sentences_standing(struct arena *a, const struct sentences_member *m, size_t n);
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

#endif
