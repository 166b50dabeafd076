/* The sentences that compare how often products shipped.  The counts come first.  The scores follow as pace against
 * the median of the own sector.  Where sparks, an override or a missing sector decide a score, they stand for
 * themselves, and nothing is called faster. */
#include "model/sentences.h"

#define SENTENCES_LEVEL_TENTHS 10 /* scores that are less apart do not make a product the faster */

static struct span times_text(struct arena *a, uint32_t n, bool first)
{
  if (n == 0)
    return SPAN("not at all");
  return n == 1 ? SPAN("once") : ARENA_JOIN(a, arena_uint(a, n, 1), first ? SPAN(" times") : SPAN(""));
}

struct span sentences_shipped(struct arena *a, uint32_t n90)
{
  return n90 ? ARENA_JOIN(a, SPAN("shipped "), times_text(a, n90, true)) : SPAN("did not ship");
}

/* Neither count is more than 1.5 times the other, or they differ by 1. */
static bool is_similar(uint32_t more, uint32_t less)
{
  return less > 0 && (2 * (uint64_t)more <= 3 * (uint64_t)less || more - less == 1);
}

/* The members in another order, the larger key first.  Members with the same key keep their order. */
static void order_by(const struct sentences_member *const *m, size_t n, int64_t (*key)(const struct sentences_member *),
                     const struct sentences_member **out)
{
  for (size_t i = 0; i < n; i++) {
    size_t k = i;
    for (; k > 0 && key(out[k - 1]) < key(m[i]); k--)
      out[k] = out[k - 1];
    out[k] = m[i];
  }
}

static int64_t count_key(const struct sentences_member *m)
{
  return m->n90;
}

static int64_t score_key(const struct sentences_member *m)
{
  return m->tenths;
}

static void pointers_to(const struct sentences_member *m, size_t n, const struct sentences_member **out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = &m[i];
}

/* "A, B and C" */
static struct span names_of(struct arena *a, const struct sentences_member *m, size_t n)
{
  struct span names[SENTENCES_SET_MAX];
  for (size_t i = 0; i < n; i++)
    names[i] = m[i].name;
  return sentences_join(a, names, n, "and ");
}

/* "[n]either A nor B", "[n]one of A, B and C": the caller begins it with a small or large letter */
static struct span nobody(struct arena *a, const struct sentences_member *m, size_t n)
{
  return n == 2 ? ARENA_JOIN(a, SPAN("either "), m[0].name, SPAN(" nor "), m[1].name)
                : ARENA_JOIN(a, SPAN("one of "), names_of(a, m, n));
}

/* "A shipped 10 times in 90 days, B 5 and C not at all." */
struct span sentences_counts(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *all[SENTENCES_SET_MAX], *by_count[SENTENCES_SET_MAX];
  struct span parts[SENTENCES_SET_MAX];
  pointers_to(m, n, all);
  order_by(all, n, count_key, by_count);
  uint32_t most = by_count[0]->n90;
  if (most == 0)
    return ARENA_JOIN(a, SPAN("N"), nobody(a, m, n), SPAN(" shipped in 90 days."));
  if (most == by_count[n - 1]->n90)
    return ARENA_JOIN(a, names_of(a, m, n), SPAN(" each shipped "), times_text(a, most, true), SPAN(" in 90 days."));
  struct span first = ARENA_JOIN(a, by_count[0]->name, SPAN(" shipped "), times_text(a, most, true), SPAN(" in 90 days, "));
  for (size_t i = 1; i < n; i++)
    parts[i - 1] = ARENA_JOIN(a, by_count[i]->name, SPAN(" "), times_text(a, by_count[i]->n90, false));
  return ARENA_JOIN(a, first, sentences_join(a, parts, n - 1, "and "), SPAN("."));
}

/* "In 90 days A shipped 10 times, B 5 and C not at all." */
static struct span shipped_of(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *all[SENTENCES_SET_MAX], *by_count[SENTENCES_SET_MAX];
  struct span parts[SENTENCES_SET_MAX];
  pointers_to(m, n, all);
  order_by(all, n, count_key, by_count);
  uint32_t most = by_count[0]->n90, least = by_count[n - 1]->n90;
  if (most == 0)
    return ARENA_JOIN(a, SPAN("In 90 days n"), nobody(a, m, n), SPAN(" shipped a release or post."));
  if (most == least)
    return ARENA_JOIN(a, SPAN("In 90 days "), names_of(a, m, n), SPAN(" each shipped "), times_text(a, most, true), SPAN("."));
  for (size_t i = 0; i < n; i++)
    parts[i] = ARENA_JOIN(a, by_count[i]->name, i ? SPAN(" ") : SPAN(" shipped "), times_text(a, by_count[i]->n90, i == 0));
  return ARENA_JOIN(a, SPAN("In 90 days "), sentences_join(a, parts, n, "and "),
                    is_similar(most, least) ? SPAN(", a similar number.") : SPAN("."));
}

/* "6.3 (active)" */
static struct span score_of(struct arena *a, const struct sentences_member *m)
{
  char text[8];
  struct span score = span_of(text, score_text(text, m->tenths));
  return ARENA_JOIN(a, score, SPAN(" ("), band_name(score_band(m->tenths)), SPAN(")"),
                    m->override ? SPAN(" as set by the editors") : SPAN(""));
}

static uint64_t median_of(const struct sentences_member *m)
{
  return m->median2 < 2 ? 2 : m->median2;
}

/* Is a ahead of b by its count, measured against the median of its own sector? */
static bool is_ahead(const struct sentences_member *a, const struct sentences_member *b)
{
  return a->n90 * median_of(b) > b->n90 * median_of(a);
}

/* What the scores of a set rest on. */
struct basis {
  bool medians;     /* counts against the medians of sectors explain the order of all scores */
  bool same_sector;
  bool differ;      /* the sectors' pace explains that a score is higher with no higher count */
};

static struct basis basis_of(const struct sentences_member *const *m, size_t n)
{
  struct basis b = {.medians = true, .same_sector = true};
  for (size_t i = 0; i < n; i++) {
    b.medians = b.medians && !m[i]->override && m[i]->sector;
    b.same_sector = b.same_sector && m[i]->sector == m[0]->sector;
    for (size_t k = 0; k < n; k++) {
      if (m[i]->tenths < m[k]->tenths || (m[i]->tenths == m[k]->tenths && i >= k))
        continue;
      bool tie = m[i]->tenths == m[k]->tenths;
      uint32_t high = m[i]->n90 > m[k]->n90 ? m[i]->n90 : m[k]->n90, low = m[i]->n90 + m[k]->n90 - high;
      b.medians = b.medians && (tie || is_ahead(m[i], m[k]));
      b.differ = b.differ || (median_of(m[i]) != median_of(m[k]) &&
                              (tie ? high != low && !is_similar(high, low) : m[i]->n90 <= m[k]->n90));
    }
  }
  b.differ = b.differ && b.medians;
  return b;
}

/* The scores of two products: "A is the faster, 6.3 (active) to 4.9 (steady)". */
static struct span pace_of_two(struct arena *a, const struct sentences_member *x, const struct sentences_member *y)
{
  const struct sentences_member *high = x->tenths >= y->tenths ? x : y, *low = high == x ? y : x;
  if (high->tenths == low->tenths)
    return ARENA_JOIN(a, x->name, SPAN(" and "), y->name, SPAN(" both stand at "), score_of(a, x));
  if (high->tenths - low->tenths < SENTENCES_LEVEL_TENTHS)
    return ARENA_JOIN(a, high->name, SPAN(" stands at "), score_of(a, high), SPAN(" and "), low->name, SPAN(" at "),
                      score_of(a, low));
  return ARENA_JOIN(a, high->name, SPAN(" is the faster, "), score_of(a, high), SPAN(" to "), score_of(a, low));
}

/* "A 6.3 (active), B 4.9 (steady) and C 2.0 (slow)", the highest first */
static struct span pace_list(struct arena *a, const struct sentences_member *const *m, size_t n)
{
  const struct sentences_member *by_score[SENTENCES_SET_MAX];
  struct span parts[SENTENCES_SET_MAX];
  order_by(m, n, score_key, by_score);
  for (size_t i = 0; i < n; i++)
    parts[i] = ARENA_JOIN(a, by_score[i]->name, SPAN(" "), score_of(a, by_score[i]));
  return sentences_join(a, parts, n, "and ");
}

/* The scores as pace against the median of the own sector, where that explains them. */
static struct span pace(struct arena *a, const struct sentences_member *const *m, size_t n)
{
  struct basis b = basis_of(m, n);
  if (!b.medians) {
    bool override = false;
    for (size_t i = 0; i < n; i++)
      override = override || m[i]->override;
    return ARENA_JOIN(a, override || n == 1 ? SPAN("Velocity: ") : SPAN("Velocity, which counts sparks as well: "),
                      pace_list(a, m, n));
  }
  bool one = n == 1 || (n == 2 && m[0]->tenths != m[1]->tenths);
  struct span measure = b.same_sector && n > 1 ? SPAN("the median of their sector")
                        : one                  ? SPAN("the median of its own sector")
                                               : SPAN("the medians of their own sectors");
  struct span begin = !b.differ ? SPAN("Against ")
                      : n == 2  ? SPAN("Their sectors differ in pace: against ")
                                : SPAN("Their sectors differ in pace. Against ");
  if (n == 1)
    return ARENA_JOIN(a, begin, measure, SPAN(" "), m[0]->name, SPAN(" stands at "), score_of(a, m[0]));
  if (n == 2)
    return ARENA_JOIN(a, begin, measure, SPAN(" "), pace_of_two(a, m[0], m[1]));
  return ARENA_JOIN(a, begin, measure, SPAN(": "), pace_list(a, m, n));
}

/* Divides the members into those with a score and the names of those without. */
static size_t scored_take(const struct sentences_member *m, size_t n, const struct sentences_member **scored,
                          struct span *unscored, size_t *n_unscored)
{
  size_t n_scored = 0;
  *n_unscored = 0;
  for (size_t i = 0; i < n; i++)
    if (m[i].tenths == SCORE_NONE)
      unscored[(*n_unscored)++] = m[i].name;
    else
      scored[n_scored++] = &m[i];
  return n_scored;
}

/* "; C is not scored" */
static struct span unscored_text(struct arena *a, const struct span *names, size_t n)
{
  return n ? ARENA_JOIN(a, SPAN("; "), sentences_join(a, names, n, "and "),
                        n > 1 ? SPAN(" are not scored") : SPAN(" is not scored"))
           : SPAN("");
}

struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *scored[SENTENCES_SET_MAX];
  struct span unscored[SENTENCES_SET_MAX], shipped = shipped_of(a, m, n);
  size_t n_unscored, n_scored = scored_take(m, n, scored, unscored, &n_unscored);
  if (!n_scored)
    return ARENA_JOIN(a, shipped, n == 2 ? SPAN(" Neither is scored yet.") : SPAN(" None of them is scored yet."));
  return ARENA_JOIN(a, shipped, SPAN(" "), pace(a, scored, n_scored), unscored_text(a, unscored, n_unscored), SPAN("."));
}

/* "with 22 releases and posts in 90 days", "with 5" */
static struct span moves_text(struct arena *a, uint32_t n90, bool first)
{
  if (!first)
    return n90 ? ARENA_JOIN(a, SPAN("with "), arena_uint(a, n90, 1)) : SPAN("with none");
  if (n90 < 2)
    return n90 ? SPAN("with one release or post in 90 days") : SPAN("with no release or post in 90 days");
  return ARENA_JOIN(a, SPAN("with "), arena_uint(a, n90, 1), SPAN(" releases and posts in 90 days"));
}

/* Why a higher score may come with a lower count. */
static struct span reason_text(const struct sentences_member *const *m, size_t n)
{
  struct basis b = basis_of(m, n);
  for (size_t i = 0; i < n; i++)
    if (m[i]->override)
      return SPAN("");
  if (n > 1 && !b.medians)
    return SPAN(" Sparks count as well.");
  return b.differ ? SPAN(" Their sectors differ in pace.") : SPAN("");
}

struct span sentences_standing(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *scored[SENTENCES_SET_MAX], *by_score[SENTENCES_SET_MAX];
  struct span unscored[SENTENCES_SET_MAX], parts[SENTENCES_SET_MAX];
  size_t n_unscored, n_scored = scored_take(m, n, scored, unscored, &n_unscored);
  if (!n_scored)
    return n == 2 ? SPAN("Neither has a score yet.") : SPAN("None of them has a score yet.");
  order_by(scored, n_scored, score_key, by_score);
  for (size_t i = 0; i < n_scored; i++)
    parts[i] = ARENA_JOIN(a, by_score[i]->name, i ? SPAN(" at ") : SPAN(" stands at "), score_of(a, by_score[i]),
                          by_score[i]->override ? SPAN(", ") : SPAN(" "), moves_text(a, by_score[i]->n90, i == 0));
  return ARENA_JOIN(a, sentences_join(a, parts, n_scored, "and "), unscored_text(a, unscored, n_unscored), SPAN("."),
                    reason_text(scored, n_scored));
}
