/* The rules over products: velocity against exact fractions, bands, sentences, the merged timeline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "model/score.h"
#include "model/sentences.h"

static struct arena *arena;

static int make(void **state)
{
  (void)state;
  return (arena = arena_new(0)) ? 0 : -1;
}

static int clear(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void is(struct span got, const char *wanted)
{
  assert_string_equal(arena_z(arena, got), wanted);
}

/* ---- velocity */

static void the_median_ships_at_five(void **state)
{
  (void)state;
  for (uint32_t n = 1; n < 1000; n++)
    assert_int_equal(score_tenths(n, 0, 2 * n), 50);
}

static void velocity_by_hand(void **state)
{
  /* n90, s30, twice the median, tenths */
  static const uint32_t rows[][4] = {
      {0, 0, 0, 0},    {0, 0, 20, 0},  {1, 0, 0, 50},  {1, 0, 2, 50},  {3, 0, 24, 20}, /* 30/15 = 2.0 */
      {3, 0, 21, 22},                                                                  /* 30/13.5 = 2.22 */
      {1, 0, 38, 5},                                                                   /* 10/20 = 0.5 */
      {0, 4, 10, 50},                                                                  /* 0 + 10 * 4/8 */
      {10, 1, 20, 60},                                                                 /* 5 + 5/5 */
      {10, 4, 20, 75}, {1000000, 0, 2, 100}, {1, 0, 78, 3},                            /* 10/40 = 0.25 -> 0.3 */
      {7, 0, 26, 35},                                                                  /* 70/20 */
      {9, 0, 3, 86},                                                                   /* 90/10.5 = 8.571 */
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(score_tenths(rows[i][0], rows[i][1], rows[i][2]), (int)rows[i][3]);
}

static void velocity_rounds_half_up_everywhere(void **state)
{
  (void)state;
  for (uint32_t n = 0; n < 60; n++)
    for (uint32_t s = 0; s < 12; s++)
      for (uint32_t m2 = 2; m2 < 60; m2++) {
        /* v = cadence + (10 - cadence) s/(s+4) over the common denominator (2n+m2)(s+4) */
        int64_t under = (int64_t)(2 * n + m2) * (s + 4);
        int64_t over = (int64_t)20 * n * (s + 4) + (int64_t)(10 * (2 * n + m2) - 20 * n) * s;
        int tenths = score_tenths(n, s, m2);
        /* tenths is the integer with tenths - 1/2 <= 10 v < tenths + 1/2 */
        assert_true(2 * 10 * over >= (2 * tenths - 1) * under);
        assert_true(2 * 10 * over < (2 * tenths + 1) * under);
      }
}

static void bands_at_their_edges(void **state)
{
  static const struct {
    int tenths;
    const char *word;
  } rows[] = {{0, "dormant"}, {9, "dormant"}, {10, "slow"},   {29, "slow"},     {30, "steady"}, {49, "steady"},
              {50, "active"}, {79, "active"}, {80, "surging"}, {100, "surging"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    is(band_name(score_band(rows[i].tenths)), rows[i].word);
}

static void medians(void **state)
{
  uint32_t odd[] = {5, 1, 3}, even[] = {4, 1, 3, 10}, one[] = {7};
  (void)state;
  assert_int_equal(score_median2(odd, 3), 6);
  assert_int_equal(score_median2(even, 4), 7);
  assert_int_equal(score_median2(one, 1), 14);
  assert_int_equal(score_median2(NULL, 0), 0);
}

/* ---- sentences */

static void overlap_names_the_themes_that_all_share(void **state)
{
  const struct span a[] = {SPAN("one"), SPAN("two"), SPAN("three"), SPAN("four"), SPAN("five")};
  const struct span b[] = {SPAN("five"), SPAN("two"), SPAN("x"), SPAN("y"), SPAN("one")};
  const struct span c[] = {SPAN("two"), SPAN("three"), SPAN("one")};
  struct sentences_member m[] = {{.name = SPAN("A"), .themes = a, .n_themes = 5, .theme_borne = true},
                                 {.name = SPAN("B"), .themes = b, .n_themes = 2},
                                 {.name = SPAN("C"), .themes = c, .n_themes = 1}};
  (void)state;
  is(sentences_overlap(arena, m + 1, 2), "B and C share one top theme: two.");
  is(sentences_overlap(arena, m, 2), "A and B share two themes: two and five.");
  m[1].n_themes = 5;
  is(sentences_overlap(arena, m, 2), "A and B share three themes: one, two and five.");
  is(sentences_overlap(arena, m, 3), "A, B and C share one top theme: two.");
  m[2].n_themes = 3;
  const struct sentences_member two[] = {m[0], m[2]};
  is(sentences_overlap(arena, two, 2), "A and C share three top themes: one, two and three.");
}

static void nothing_is_said_of_themes_that_nobody_else_has(void **state)
{
  const struct span a[] = {SPAN("one")}, b[] = {SPAN("two")};
  struct sentences_member m[] = {{.name = SPAN("A"), .themes = a, .n_themes = 1}, {.name = SPAN("B"), .themes = b, .n_themes = 1}};
  (void)state;
  is(sentences_overlap(arena, m, 2), "");
  m[1].theme_borne = true;
  is(sentences_overlap(arena, m, 2), "A and B have no top theme in common.");
  m[1].n_themes = 0;
  m[1].theme_borne = false;
  is(sentences_overlap(arena, m, 2), "");
}

static struct sentences_member shipped(const char *name, uint32_t n90, uint32_t s30, uint64_t sector, uint32_t median2)
{
  return (struct sentences_member){.name = span_z(name), .n90 = n90, .sector = sector, .median2 = median2,
                                   .tenths = score_tenths(n90, s30, median2)};
}

static void counts_come_first_in_the_grammar_of_their_numbers(void **state)
{
  static const struct {
    uint32_t a, b;
    const char *lede, *cadence;
  } rows[] = {{0, 0, "Neither A nor B shipped in 90 days.", "In 90 days neither A nor B shipped a release or post. "},
              {1, 1, "A and B each shipped once in 90 days.", "In 90 days A and B each shipped once. "},
              {5, 5, "A and B each shipped 5 times in 90 days.", "In 90 days A and B each shipped 5 times. "},
              {0, 1, "B shipped once in 90 days, A not at all.", "In 90 days B shipped once and A not at all. "},
              {2, 1, "A shipped twice in 90 days, B once.", "In 90 days A shipped twice and B once, a similar number. "},
              {5, 10, "B shipped 10 times in 90 days, A 5.", "In 90 days B shipped 10 times and A 5. "},
              {10, 15, "B shipped 15 times in 90 days, A 10.", "In 90 days B shipped 15 times and A 10, a similar number. "},
              {10, 16, "B shipped 16 times in 90 days, A 10.", "In 90 days B shipped 16 times and A 10. "},
              {1000, 0, "A shipped 1000 times in 90 days, B not at all.", "In 90 days A shipped 1000 times and B not at all. "}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct sentences_member m[] = {shipped("A", rows[i].a, 0, 1, 10), shipped("B", rows[i].b, 0, 1, 10)};
    is(sentences_counts(arena, m, 2), rows[i].lede);
    assert_true(span_starts(sentences_cadence(arena, m, 2), span_z(rows[i].cadence)));
  }
  const struct sentences_member m[] = {shipped("A", 0, 0, 1, 10), shipped("B", 5, 0, 1, 10), shipped("C", 7, 0, 1, 10)};
  is(sentences_counts(arena, m, 3), "C shipped 7 times in 90 days, B 5 and A not at all.");
  const struct sentences_member none[] = {m[0], m[0], m[0]};
  is(sentences_counts(arena, none, 3), "None of A, A and A shipped in 90 days.");
  is(sentences_shipped(arena, 0), "did not ship");
  is(sentences_shipped(arena, 1), "shipped once");
  is(sentences_shipped(arena, 2), "shipped twice");
  is(sentences_shipped(arena, 3), "shipped 3 times");
}

/* Not "A not at all, B not at all and C not at all". */
static void those_that_shipped_nothing_are_told_together(void **state)
{
  struct sentences_member m[] = {shipped("A", 0, 0, 1, 10), shipped("B", 5, 0, 1, 10), shipped("C", 0, 0, 1, 10),
                                 shipped("D", 7, 0, 1, 10)};
  (void)state;
  is(sentences_counts(arena, m, 3), "B shipped 5 times in 90 days, A and C not at all.");
  is(sentences_counts(arena, m, 4), "D shipped 7 times in 90 days, B 5, A and C not at all.");
  is(sentences_cadence(arena, m, 4), "In 90 days D shipped 7 times and B 5, A and C not at all. Against the median of their sector: "
                                     "D 5.8 (active), B 5.0 (active), A 0.0 (dormant) and C 0.0 (dormant).");
  is(sentences_standing(arena, m, 4), "D stands at 5.8 (active) with 7 releases and posts in 90 days and B at 5.0 (active) with 5, "
                                      "A and C at 0.0 (dormant) with none.");
  is(sentences_standing(arena, (struct sentences_member[]){m[0], m[2]}, 2),
     "A and C stand at 0.0 (dormant) with no release or post in 90 days.");
  m[1].n90 = 0, m[1].tenths = 20; /* by sparks that are no releases */
  is(sentences_standing(arena, m, 3), "B stands at 2.0 (slow) with no release or post in 90 days, A and C at 0.0 (dormant) with none. "
                                      "Sparks count as well.");
  m[1].override = true;
  is(sentences_standing(arena, m, 3), "B stands at 2.0 (slow) as set by the editors, with no release or post in 90 days, A and C at 0.0 "
                                      "(dormant) with none.");
}

static void a_sentence_that_ends_with_a_name_has_one_stop(void **state)
{
  static const char *const rows[][2] = {{"Kafka", "Kafka."}, {"Acme Inc.", "Acme Inc."}, {"Yahoo!", "Yahoo!"}, {"Who?", "Who?"},
                                        {"And so on…", "And so on…"}, {"です。", "です。"}, {"\u2068Acme!\u2069", "\u2068Acme!\u2069"}, {"", "."},
                                        {"Fast (and small)", "Fast (and small)."}, {"(Fast.)", "(Fast.)"}, {"“Why?”", "“Why?”"},
                                        {"\"Fast\"", "\"Fast\"."}, {"「速い。」", "「速い。」"}, {"Go！", "Go！"}, {"«\u2068Oui…\u2069»", "«\u2068Oui…\u2069»"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    is(sentences_stop(arena, span_z(rows[i][0])), rows[i][1]);
}

static void a_message_that_ends_with_a_name_has_one_mark(void **state)
{
  static const char *const rows[][2] = {{"What is Who??", "What is Who?"}, {"What is Kafka?", "What is Kafka?"},
                                        {"What is \u2068؟?\u2069?", "What is \u2068؟?\u2069"}, {"C’est \u2068Who?\u2069\u00a0?", "C’est \u2068Who?\u2069"},
                                        {"C’est Who? ?", "C’est Who?"}, {"C’est Kafka ?", "C’est Kafka ?"}, {"What is 何？?", "What is 何？"},
                                        {"What is Yahoo!?", "What is Yahoo!?"}, {"What is Acme Inc.?", "What is Acme Inc.?"},
                                        {"A post of Acme Inc..", "A post of Acme Inc."}, {"On Yahoo!.", "On Yahoo!"},
                                        {"Not on our list: “Who?”.", "Not on our list: “Who?”"}, {"On Kafka.", "On Kafka."}, {"?", "?"}, {"", ""}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    is(sentences_once(span_z(rows[i][0])), rows[i][1]);
}

static void the_standing_says_scores_and_counts_in_other_words(void **state)
{
  struct sentences_member m[] = {shipped("A", 10, 0, 1, 20), shipped("B", 5, 0, 1, 20), shipped("C", 5, 0, 2, 6),
                                 {.name = SPAN("D"), .tenths = SCORE_NONE}};
  (void)state;
  is(sentences_standing(arena, m, 2), "A stands at 5.0 (active) with 10 releases and posts in 90 days and B at 3.3 (steady) with 5.");
  is(sentences_standing(arena, m, 4), "C stands at 6.3 (active) with 5 releases and posts in 90 days, A at 5.0 (active) with 10 and "
                                      "B at 3.3 (steady) with 5; D is not scored. Their sectors differ in pace.");
  m[0] = shipped("A", 1, 0, 1, 2);
  m[1] = shipped("B", 0, 0, 1, 2);
  is(sentences_standing(arena, m, 2), "A stands at 5.0 (active) with one release or post in 90 days and B at 0.0 (dormant) with none.");
  m[0].n90 = 0;
  m[0].override = true;
  is(sentences_standing(arena, m, 2), "A stands at 5.0 (active) as set by the editors, with no release or post in 90 days and B at "
                                      "0.0 (dormant) with none.");
  m[0] = shipped("A", 1, 4, 1, 20);
  m[1] = shipped("B", 2, 0, 1, 20);
  is(sentences_standing(arena, m, 2), "A stands at 5.5 (active) with one release or post in 90 days and B at 1.7 (slow) with 2. "
                                      "Sparks count as well.");
  is(sentences_standing(arena, (struct sentences_member[]){m[3], m[3]}, 2), "Neither has a score yet.");
  is(sentences_standing(arena, (struct sentences_member[]){m[3], m[3], m[3]}, 3), "None of them has a score yet.");
}

static void pace_is_measured_against_the_own_sector(void **state)
{
  struct sentences_member m[] = {shipped("A", 10, 0, 1, 20), shipped("B", 5, 0, 1, 20), shipped("C", 5, 0, 2, 6)};
  (void)state;
  is(sentences_cadence(arena, m, 2), "In 90 days A shipped 10 times and B 5. Against the median of their sector A is the "
                                     "faster, 5.0 (active) to 3.3 (steady).");
  const struct sentences_member inverted[] = {m[0], m[2]};
  is(sentences_cadence(arena, inverted, 2), "In 90 days A shipped 10 times and C 5. Their sectors differ in pace: against the "
                                            "median of its own sector C is the faster, 6.3 (active) to 5.0 (active).");
  is(sentences_cadence(arena, m + 1, 2), "In 90 days B and C each shipped 5 times. Their sectors differ in pace: against the "
                                         "median of its own sector C is the faster, 6.3 (active) to 3.3 (steady).");
  is(sentences_cadence(arena, m, 3), "In 90 days A shipped 10 times, B 5 and C 5. Their sectors differ in pace. Against the "
                                     "medians of their own sectors: C 6.3 (active), A 5.0 (active) and B 3.3 (steady).");
  struct sentences_member level[] = {shipped("A", 10, 0, 1, 20), shipped("B", 5, 0, 2, 10)};
  is(sentences_cadence(arena, level, 2), "In 90 days A shipped 10 times and B 5. Their sectors differ in pace: against the "
                                         "medians of their own sectors both stand at 5.0 (active).");
  level[1].median2 = 9;
  level[1].tenths = score_tenths(5, 0, 9);
  is(sentences_cadence(arena, level, 2), "In 90 days A shipped 10 times and B 5. Their sectors differ in pace: against the "
                                         "median of its own sector B stands at 5.3 (active) and A at 5.0 (active).");
}

static void what_medians_do_not_explain_is_not_called_faster(void **state)
{
  struct sentences_member m[] = {shipped("A", 10, 0, 1, 20), shipped("B", 5, 20, 1, 20)};
  (void)state;
  is(sentences_cadence(arena, m, 2), "In 90 days A shipped 10 times and B 5. Velocity, which counts sparks as well: B 8.9 "
                                     "(surging) and A 5.0 (active).");
  m[0].sector = 2, m[0].median2 = 4, m[0].tenths = score_tenths(10, 0, 4);
  is(sentences_cadence(arena, m, 2), "In 90 days A shipped 10 times and B 5. Their sectors differ in pace, and velocity counts sparks "
                                     "as well: B 8.9 (surging) and A 8.3 (surging).");
  is(sentences_standing(arena, m, 2), "B stands at 8.9 (surging) with 5 releases and posts in 90 days and A at 8.3 (surging) with 10. "
                                      "Their sectors differ in pace, and sparks count as well.");
  m[0].sector = 0;
  assert_true(span_find_span(sentences_cadence(arena, m, 2), SPAN("sectors")) == sentences_cadence(arena, m, 2).n);
  m[0] = shipped("A", 10, 0, 1, 20);
  m[1].override = true;
  is(sentences_cadence(arena, m, 2), "In 90 days A shipped 10 times and B 5. Velocity: B 8.9 (surging) as set by the editors "
                                     "and A 5.0 (active).");
  m[1] = (struct sentences_member){.name = SPAN("B"), .tenths = SCORE_NONE};
  is(sentences_cadence(arena, m, 2), "In 90 days A shipped 10 times and B not at all. Against the median of its own sector A "
                                     "stands at 5.0 (active); B is not scored.");
  m[0] = (struct sentences_member){.name = SPAN("A"), .tenths = SCORE_NONE};
  is(sentences_cadence(arena, m, 2), "In 90 days neither A nor B shipped a release or post. Neither is scored yet.");
}

/* Every pair of counts, sparks and medians: no "faster" of the lower count without its reason, no "similar" beyond 1.5. */
static void no_pair_of_numbers_is_told_wrong(void **state)
{
  static const uint32_t n90[] = {0, 1, 2, 3, 5, 10, 16, 60}, median2[] = {0, 2, 7, 20, 60};
  (void)state;
  for (size_t i = 0; i < 8 * 8 * 5 * 5 * 2; i++) {
    uint32_t a = n90[i % 8], b = n90[i / 8 % 8], s30 = i / 1600 ? 3 : 0;
    size_t x = i / 64 % 5, y = i / 320 % 5;
    struct sentences_member m[] = {shipped("A", a, 0, x + 1, median2[x]), shipped("B", b, s30, y + 1, median2[y])};
    struct span text = sentences_cadence(arena, m, 2);
    uint32_t more = a > b ? a : b, less = a > b ? b : a;
    if (span_find_span(text, SPAN("similar")) < text.n)
      assert_true(2 * more <= 3 * less || more - less == 1);
    bool differ = span_find_span(text, SPAN("sectors differ in pace")) < text.n;
    if (span_find_span(text, SPAN("A is the faster")) < text.n)
      assert_true(m[0].tenths > m[1].tenths && (a > b || (differ && median2[x] < median2[y])));
    if (span_find_span(text, SPAN("B is the faster")) < text.n)
      assert_true(m[1].tenths > m[0].tenths && (b > a || (differ && median2[y] < median2[x])));
    if (differ)
      assert_true((median2[x] < 2 ? 2 : median2[x]) != (median2[y] < 2 ? 2 : median2[y]));
    bool paces = (median2[x] < 2 ? 2 : median2[x]) != (median2[y] < 2 ? 2 : median2[y]);
    if (paces && ((m[0].tenths > m[1].tenths && a < b) || (m[1].tenths > m[0].tenths && b < a)))
      assert_true(differ);
    if (paces && span_find_span(text, SPAN("sparks as well")) < text.n)
      assert_true(differ);
  }
}

static void names_in_a_row(void **state)
{
  const struct span n[] = {SPAN("A"), SPAN("B"), SPAN("C")};
  (void)state;
  is(sentences_join(arena, n, 1, "and "), "A");
  is(sentences_join(arena, n, 2, "and "), "A and B");
  is(sentences_join(arena, n, 3, "or "), "A, B or C");
  is(sentences_versus(arena, n, 3), "A vs B vs C");
}

/* ---- timeline */

static void the_timeline_merges_six_of_each(void **state)
{
  struct activity a[8] = {0}, b[2] = {0};
  struct sentences_move out[4 * SENTENCES_TIMELINE_EACH];
  for (int i = 0; i < 8; i++)
    a[i] = (struct activity){.id = (uint64_t)i + 1, .occurred_us = 100 - 10 * i};
  b[0] = (struct activity){.id = 1, .occurred_us = 100};
  b[1] = (struct activity){.id = 2, .occurred_us = 1};
  const struct sentences_list lists[] = {{a, 8}, {b, 2}};
  (void)state;
  assert_int_equal(sentences_timeline(lists, 2, out), 8);
  assert_ptr_equal(out[0].activity, &a[0]); /* a tie: canonical order */
  assert_ptr_equal(out[1].activity, &b[0]);
  assert_int_equal(out[1].member, 1);
  assert_ptr_equal(out[6].activity, &a[5]); /* the sixth and last of a */
  assert_ptr_equal(out[7].activity, &b[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_median_ships_at_five),
      cmocka_unit_test(velocity_by_hand),
      cmocka_unit_test(velocity_rounds_half_up_everywhere),
      cmocka_unit_test(bands_at_their_edges),
      cmocka_unit_test(medians),
      cmocka_unit_test(overlap_names_the_themes_that_all_share),
      cmocka_unit_test(nothing_is_said_of_themes_that_nobody_else_has),
      cmocka_unit_test(counts_come_first_in_the_grammar_of_their_numbers),
      cmocka_unit_test(those_that_shipped_nothing_are_told_together),
      cmocka_unit_test(a_sentence_that_ends_with_a_name_has_one_stop),
      cmocka_unit_test(a_message_that_ends_with_a_name_has_one_mark),
      cmocka_unit_test(the_standing_says_scores_and_counts_in_other_words),
      cmocka_unit_test(pace_is_measured_against_the_own_sector),
      cmocka_unit_test(what_medians_do_not_explain_is_not_called_faster),
      cmocka_unit_test(no_pair_of_numbers_is_told_wrong),
      cmocka_unit_test(names_in_a_row),
      cmocka_unit_test(the_timeline_merges_six_of_each),
  };
  return cmocka_run_group_tests(tests, make, clear);
}
