/* Counts by slots give the same windows, months and ends as the single activities do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/moves.h"

#define MOVES 4000
#define AT(y, m, d, h) clock_join(y, m, d, h, 0, 0)

static uint64_t random_state = 11;

static uint64_t below(uint64_t n)
{
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (random_state >> 20) % n;
}

static int newer_first(const void *a, const void *b)
{
  const struct moves_count *x = a, *y = b;
  return (x->slot < y->slot) - (x->slot > y->slot);
}

static void windows_agree_with_each_activity(void **state)
{
  static int64_t at[MOVES];
  static struct moves_count counts[MOVES];
  int64_t end_us = AT(2026, 8, 22, 12);
  (void)state;
  for (size_t i = 0; i < MOVES; i++) { /* many lie exactly on a border, or next to one */
    at[i] = end_us - (int64_t)below(120 * 24) * CLOCK_HOUR + (int64_t)below(3) - 1;
    counts[i] = (struct moves_count){moves_slot(at[i]), (enum activity_class)(i % 3), i % 4 == 0, 1 + i % 2};
  }
  static struct moves_count sorted[MOVES];
  memcpy(sorted, counts, sizeof counts);
  qsort(sorted, MOVES, sizeof *sorted, newer_first);
  for (int64_t end = end_us - 30 * CLOCK_DAY; end <= end_us; end += 7 * CLOCK_HOUR) {
    struct moves_windows got = moves_windows_at(sorted, MOVES, end);
    uint32_t n90 = 0, s30 = 0;
    for (size_t i = 0; i < MOVES; i++) {
      n90 += !counts[i].event && at[i] > end - 90 * CLOCK_DAY && at[i] <= end ? counts[i].n : 0;
      s30 += counts[i].class == CLASS_SPARK && at[i] > end - 30 * CLOCK_DAY && at[i] <= end ? counts[i].n : 0;
    }
    assert_int_equal(got.n90, n90);
    assert_int_equal(got.s30, s30);
  }
}

static void a_slot_is_an_instant_or_the_rest_of_its_hour(void **state)
{
  int64_t hour = AT(2026, 3, 1, 0);
  (void)state;
  assert_int_equal(moves_slot(hour), moves_slot_hour(hour));
  assert_int_equal(moves_slot(hour + 1), moves_slot_hour(hour) + 1);
  assert_int_equal(moves_slot(hour + CLOCK_HOUR - 1), moves_slot_hour(hour) + 1);
  assert_int_equal(moves_slot(hour - 1), moves_slot_hour(hour) - 1);
  assert_int_equal(moves_slot_us(moves_slot(hour + 5)), hour);
}

static void months_end_at_their_last_full_hour(void **state)
{
  int64_t ends[SCORE_MONTHS];
  (void)state;
  moves_month_ends(AT(2026, 8, 22, 12), ends);
  assert_int_equal(ends[11], AT(2026, 7, 31, 23));
  assert_int_equal(ends[6], AT(2026, 2, 28, 23));
  assert_int_equal(ends[0], AT(2025, 8, 31, 23));
  moves_month_ends(AT(2026, 7, 31, 23), ends); /* July has not ended */
  assert_int_equal(ends[11], AT(2026, 6, 30, 23));
  moves_month_ends(AT(2028, 3, 1, 0), ends);
  assert_int_equal(ends[11], AT(2028, 2, 29, 23));
  assert_int_equal(ends[0], AT(2027, 3, 31, 23));
}

static void counts_reach_back_far_enough(void **state)
{
  (void)state;
  for (int64_t us = AT(2026, 1, 1, 0); us < AT(2027, 2, 1, 0); us += 11 * CLOCK_HOUR) {
    int64_t ends[SCORE_MONTHS];
    moves_month_ends(us - 28 * CLOCK_DAY, ends); /* of the month before, or of this one */
    assert_true(moves_from(us) <= ends[0] - SCORE_CADENCE_DAYS * CLOCK_DAY);
    assert_true(moves_from(us) < us - 365 * CLOCK_DAY);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(windows_agree_with_each_activity),
      cmocka_unit_test(a_slot_is_an_instant_or_the_rest_of_its_hour),
      cmocka_unit_test(months_end_at_their_last_full_hour),
      cmocka_unit_test(counts_reach_back_far_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
