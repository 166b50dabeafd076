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

static void overlap_looks_at_the_first_four_themes(void **state)
{
  const struct span a[] = {SPAN("one"), SPAN("two"), SPAN("three"), SPAN("four"), SPAN("five")};
  const struct span b[] = {SPAN("five"), SPAN("two"), SPAN("x"), SPAN("y"), SPAN("one")};
  struct sentences_member m[] = {{SPAN("A"), 50, a, 5}, {SPAN("B"), 50, b, 5}};
  (void)state;
  is(sentences_overlap(arena, m, 2), "A and B share the theme two among their top themes.");
  m[1].n_themes = 1;
  is(sentences_overlap(arena, m, 2), "None of the top themes of A and B is shared.");
  m[1].n_themes = 0;
  is(sentences_overlap(arena, m, 2), "None of the top themes of A and B is shared.");
}

static void cadence_is_similar_in_a_band_or_within_one(void **state)
{
  struct sentences_member m[] = {{SPAN("A"), 50, NULL, 0}, {SPAN("B"), 79, NULL, 0}, {SPAN("C"), SCORE_NONE, NULL, 0}};
  (void)state;
  is(sentences_cadence(arena, m, 2), "A and B ship at a similar cadence: A 5.0 (active), B 7.9 (active).");
  m[0].tenths = 49, m[1].tenths = 58;
  is(sentences_cadence(arena, m, 2), "A and B ship at a similar cadence: A 4.9 (steady), B 5.8 (active).");
  m[1].tenths = 59;
  is(sentences_cadence(arena, m, 2), "B ships faster: A 4.9 (steady), B 5.9 (active).");
  m[0].tenths = 80;
  is(sentences_cadence(arena, m, 2), "A ships faster: A 8.0 (surging), B 5.9 (active).");
  m[2].tenths = 80;
  is(sentences_cadence(arena, m, 3), "A and C ship fastest: A 8.0 (surging), B 5.9 (active), C 8.0 (surging).");
  m[2].tenths = 81;
  is(sentences_cadence(arena, m, 3), "C ships fastest: A 8.0 (surging), B 5.9 (active), C 8.1 (surging).");
  m[2].tenths = SCORE_NONE;
  is(sentences_cadence(arena, m + 1, 2), "Only B has a velocity score so far: B 5.9 (active), C is not scored.");
  m[1].tenths = SCORE_NONE;
  is(sentences_cadence(arena, m + 1, 2), "Their cadence cannot be compared yet: B is not scored, C is not scored.");
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

static void monograms(void **state)
{
  (void)state;
  is(sentences_monogram(arena, SPAN("Apache Kafka")), "AK");
  is(sentences_monogram(arena, SPAN("Kubernetes")), "Ku");
  is(sentences_monogram(arena, SPAN("nginx")), "Ng");
  is(sentences_monogram(arena, SPAN("Ansible (ansible-core)")), "AA");
  is(sentences_monogram(arena, SPAN("R")), "R");
  is(sentences_monogram(arena, SPAN("Ærø")), "Ær");
  is(sentences_monogram(arena, SPAN("!!!")), "?");
  is(sentences_monogram(arena, SPAN("")), "?");
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
      cmocka_unit_test(overlap_looks_at_the_first_four_themes),
      cmocka_unit_test(cadence_is_similar_in_a_band_or_within_one),
      cmocka_unit_test(names_in_a_row),
      cmocka_unit_test(monograms),
      cmocka_unit_test(the_timeline_merges_six_of_each),
  };
  return cmocka_run_group_tests(tests, make, clear);
}
