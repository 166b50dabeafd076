/* The sentences that compare how often products shipped.  The counts come first.  The scores follow as pace against
 * the median of the own sector.  Where sparks, an override or a missing sector decide a score, they stand for
 * themselves, and nothing is called faster. */
#include "base/messages.h"
#include "model/sentences.h"
#include "text/decimal.h"

#define SENTENCES_LEVEL_TENTHS 10 /* scores that are less apart do not make a product the faster */

static struct span times_text(struct arena *a, uint32_t n, bool first)
{
  if (n == 0)
    return _("not at all");
  if (n < 3)
    return n == 1 ? _("once") : _("twice");
  return first ? SAY(a, _("%1$s times"), arena_uint(a, n, 1)) : arena_uint(a, n, 1);
}

struct span sentences_shipped(struct arena *a, uint32_t n90)
{
  return n90 ? SAY(a, _("shipped %1$s"), times_text(a, n90, true)) : _("did not ship");
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

/* The first of those that shipped nothing, which stand last. */
static size_t silent_first(const struct sentences_member *const *by_count, size_t n)
{
  size_t first = n;
  while (first > 0 && by_count[first - 1]->n90 == 0)
    first--;
  return first;
}

/* "B 5 and C not at all"; several that shipped nothing are told together: "B 5, C and D not at all". */
static struct span others_join(struct arena *a, const struct sentences_member *const *by_count, size_t n, struct span *parts,
                               size_t n_parts)
{
  size_t silent = silent_first(by_count, n);
  struct span names[SENTENCES_SET_MAX];
  if (n - silent < 2)
    return sentences_join(a, parts, n_parts, "and ");
  for (size_t i = silent; i < n; i++)
    names[i - silent] = by_count[i]->name;
  n_parts -= n - silent;
  return ARENA_JOIN(a, sentences_join(a, parts, n_parts, "and "), n_parts ? SPAN(", ") : SPAN(""),
                    SAY(a, _("%1$s not at all"), sentences_join(a, names, n - silent, "and ")));
}

/* "A shipped 10 times in 90 days, B 5 and C not at all." */
struct span sentences_counts(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *all[SENTENCES_SET_MAX] = {NULL}, *by_count[SENTENCES_SET_MAX] = {NULL};
  struct span parts[SENTENCES_SET_MAX];
  pointers_to(m, n, all);
  order_by(all, n, count_key, by_count);
  uint32_t most = by_count[0]->n90;
  if (most == 0)
    return n == 2 ? SAY(a, _("Neither %1$s nor %2$s shipped in 90 days."), m[0].name, m[1].name)
                  : SAY(a, _("None of %1$s shipped in 90 days."), names_of(a, m, n));
  if (most == by_count[n - 1]->n90)
    return SAY(a, _("%1$s each shipped %2$s in 90 days."), names_of(a, m, n), times_text(a, most, true));
  for (size_t i = 1; i < n; i++)
    parts[i - 1] = ARENA_JOIN(a, by_count[i]->name, SPAN(" "), times_text(a, by_count[i]->n90, false));
  /* TRANSLATORS: the product that shipped most, "10 times", the others: "B 5 and C not at all" */
  return SAY(a, _("%1$s shipped %2$s in 90 days, %3$s."), by_count[0]->name, times_text(a, most, true),
             others_join(a, by_count, n, parts, n - 1));
}

/* "In 90 days A shipped 10 times, B 5 and C not at all." */
static struct span shipped_of(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *all[SENTENCES_SET_MAX], *by_count[SENTENCES_SET_MAX] = {NULL};
  struct span parts[SENTENCES_SET_MAX];
  pointers_to(m, n, all);
  order_by(all, n, count_key, by_count);
  uint32_t most = by_count[0]->n90, least = by_count[n - 1]->n90;
  if (most == 0)
    return n == 2 ? SAY(a, _("In 90 days neither %1$s nor %2$s shipped a release or post."), m[0].name, m[1].name)
                  : SAY(a, _("In 90 days none of %1$s shipped a release or post."), names_of(a, m, n));
  if (most == least)
    return SAY(a, _("In 90 days %1$s each shipped %2$s."), names_of(a, m, n), times_text(a, most, true));
  for (size_t i = 0; i < n; i++) {
    struct span times = times_text(a, by_count[i]->n90, i == 0);
    parts[i] = i ? ARENA_JOIN(a, by_count[i]->name, SPAN(" "), times)
                 : SAY(a, C_("in 90 days", "%1$s shipped %2$s"), by_count[i]->name, times);
  }
  /* TRANSLATORS: "A shipped 10 times, B 5 and C not at all" */
  return SAY(a, is_similar(most, least) ? _("In 90 days %1$s, a similar number.") : _("In 90 days %1$s."),
             others_join(a, by_count, n, parts, n));
}

/* "6.3 (active)" */
static struct span score_of(struct arena *a, const struct sentences_member *m)
{
  char text[8];
  struct span score = decimal_text(a, span_of(text, score_text(text, m->tenths)));
  return SAY(a, m->override ? _("%1$s (%2$s) as set by the editors") : _("%1$s (%2$s)"), score, band_name(score_band(m->tenths)));
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
  bool paces;       /* two of them are measured against different medians */
};

static struct basis basis_of(const struct sentences_member *const *m, size_t n)
{
  struct basis b = {.medians = true, .same_sector = true};
  for (size_t i = 0; i < n; i++) {
    b.medians = b.medians && !m[i]->override && m[i]->sector;
    b.same_sector = b.same_sector && m[i]->sector == m[0]->sector;
    for (size_t k = 0; k < n; k++) {
      b.paces = b.paces || (m[i]->sector && m[k]->sector && median_of(m[i]) != median_of(m[k]));
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

/* The scores of two products: "A is the faster, 6.3 (active) to 4.9 (steady)".  alone: the set has no other product, so the
 * sentence before has named them. */
static struct span pace_of_two(struct arena *a, const struct sentences_member *x, const struct sentences_member *y, bool alone)
{
  const struct sentences_member *high = x->tenths >= y->tenths ? x : y, *low = high == x ? y : x;
  if (high->tenths == low->tenths)
    return alone ? SAY(a, C_("two products", "both stand at %1$s"), score_of(a, x))
                 : SAY(a, _("%1$s and %2$s both stand at %3$s"), x->name, y->name, score_of(a, x));
  if (high->tenths - low->tenths < SENTENCES_LEVEL_TENTHS)
    return SAY(a, _("%1$s stands at %2$s and %3$s at %4$s"), high->name, score_of(a, high), low->name, score_of(a, low));
  return SAY(a, _("%1$s is the faster, %2$s to %3$s"), high->name, score_of(a, high), score_of(a, low));
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

/* The scores as pace against the median of the own sector, where that explains them.  all: these are all of the set. */
static struct span pace(struct arena *a, const struct sentences_member *const *m, size_t n, bool all)
{
  struct basis b = basis_of(m, n);
  if (!b.medians) {
    bool override = false;
    for (size_t i = 0; i < n; i++)
      override = override || m[i]->override;
    return SAY(a, override || n == 1 ? _("Velocity: %1$s")
                  : b.paces          ? _("Their sectors differ in pace, and velocity counts sparks as well: %1$s")
                                     : _("Velocity, which counts sparks as well: %1$s"), pace_list(a, m, n));
  }
  bool one = n == 1 || (n == 2 && m[0]->tenths != m[1]->tenths);
  /* TRANSLATORS: what scores are measured against */
  struct span measure = b.same_sector && n > 1 ? _("the median of their sector")
                        : one                  ? _("the median of its own sector")
                                               : _("the medians of their own sectors");
  if (n == 1)
    return SAY(a, b.differ ? _("Their sectors differ in pace. Against %1$s %2$s stands at %3$s")
                           : _("Against %1$s %2$s stands at %3$s"), measure, m[0]->name, score_of(a, m[0]));
  if (n == 2)
    return SAY(a, b.differ ? _("Their sectors differ in pace: against %1$s %2$s") : _("Against %1$s %2$s"), measure,
               pace_of_two(a, m[0], m[1], all));
  return SAY(a, b.differ ? _("Their sectors differ in pace. Against %1$s: %2$s") : _("Against %1$s: %2$s"), measure,
             pace_list(a, m, n));
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
  return n ? ARENA_JOIN(a, SPAN("; "), SAY(a, PLURAL("%1$s is not scored", "%1$s are not scored", n),
                                           sentences_join(a, names, n, "and ")))
           : SPAN("");
}

struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *scored[SENTENCES_SET_MAX];
  struct span unscored[SENTENCES_SET_MAX], shipped = shipped_of(a, m, n);
  size_t n_unscored, n_scored = scored_take(m, n, scored, unscored, &n_unscored);
  if (!n_scored)
    return ARENA_JOIN(a, shipped, SPAN(" "), n == 2 ? _("Neither is scored yet.") : _("None of them is scored yet."));
  return ARENA_JOIN(a, shipped, SPAN(" "), pace(a, scored, n_scored, n_scored == n), unscored_text(a, unscored, n_unscored),
                    SPAN("."));
}

/* "with 22 releases and posts in 90 days", "with 5" */
static struct span moves_text(struct arena *a, uint32_t n90, bool first)
{
  if (!first)
    return n90 ? SAY(a, _("with %1$s"), arena_uint(a, n90, 1)) : _("with none");
  if (n90 < 2)
    return n90 ? _("with one release or post in 90 days") : _("with no release or post in 90 days");
  return SAY(a, PLURAL("with %1$s releases and posts in 90 days", "with %1$s releases and posts in 90 days", n90),
             arena_uint(a, n90, 1));
}

/* Why a higher score may come with a lower count. */
static struct span reason_text(struct arena *a, const struct sentences_member *const *m, size_t n)
{
  struct basis b = basis_of(m, n);
  for (size_t i = 0; i < n; i++)
    if (m[i]->override)
      return SPAN("");
  if (n > 1 && !b.medians)
    return ARENA_JOIN(a, SPAN(" "), b.paces ? _("Their sectors differ in pace, and sparks count as well.")
                                            : _("Sparks count as well."));
  return b.differ ? ARENA_JOIN(a, SPAN(" "), _("Their sectors differ in pace.")) : SPAN("");
}

/* The first of the last ones that have the same score and shipped nothing; n: there are not two. */
static size_t level_first(const struct sentences_member *const *by_score, size_t n)
{
  const struct sentences_member *last = by_score[n - 1];
  size_t first = n - 1;
  if (last->n90 || last->override)
    return n;
  while (first > 0 && !by_score[first - 1]->n90 && !by_score[first - 1]->override && by_score[first - 1]->tenths == last->tenths)
    first--;
  return first < n - 1 ? first : n;
}

/* "A stands at 6.3 (active) with 5 releases and posts in 90 days", "B at 0.0 (dormant) with none" */
static struct span standing_part(struct arena *a, const struct sentences_member *m, bool first)
{
  struct span moves = moves_text(a, m->n90, first);
  if (m->override)
    return SAY(a, first ? _("%1$s stands at %2$s, %3$s") : _("%1$s at %2$s, %3$s"), m->name, score_of(a, m), moves);
  return SAY(a, first ? _("%1$s stands at %2$s %3$s") : _("%1$s at %2$s %3$s"), m->name, score_of(a, m), moves);
}

/* "A stands at 6.3 (active) with 5 releases and posts in 90 days and B at 0.0 (dormant) with none"; several of a score that
 * shipped nothing are told together: ", B and C at 0.0 (dormant) with none". */
static struct span standing_of(struct arena *a, const struct sentences_member *const *by_score, size_t n)
{
  struct span parts[SENTENCES_SET_MAX], names[SENTENCES_SET_MAX];
  size_t level = level_first(by_score, n);
  for (size_t i = 0; i < level; i++)
    parts[i] = standing_part(a, by_score[i], i == 0);
  for (size_t i = level; i < n; i++)
    names[i - level] = by_score[i]->name;
  struct span text = sentences_join(a, parts, level, "and ");
  if (level == n)
    return text;
  return ARENA_JOIN(a, text, level ? SPAN(", ") : SPAN(""),
                    SAY(a, level ? _("%1$s at %2$s %3$s") : _("%1$s stand at %2$s %3$s"),
                        sentences_join(a, names, n - level, "and "), score_of(a, by_score[level]), moves_text(a, 0, level == 0)));
}

struct span sentences_standing(struct arena *a, const struct sentences_member *m, size_t n)
{
  const struct sentences_member *scored[SENTENCES_SET_MAX], *by_score[SENTENCES_SET_MAX];
  struct span unscored[SENTENCES_SET_MAX];
  size_t n_unscored, n_scored = scored_take(m, n, scored, unscored, &n_unscored);
  if (!n_scored)
    return n == 2 ? _("Neither has a score yet.") : _("None of them has a score yet.");
  order_by(scored, n_scored, score_key, by_score);
  return ARENA_JOIN(a, standing_of(a, by_score, n_scored), unscored_text(a, unscored, n_unscored), SPAN("."),
                    reason_text(a, scored, n_scored));
}
