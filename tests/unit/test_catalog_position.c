/* Tests the position in the change log: numbers that may still appear stay in gaps.  Also tests that no time after now
 * is confirmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "catalog/catalog_position.h"
#include "watch/watch.h"

#define UNTIL 1000

static struct catalog_position f;

static int begin(void **state)
{
  (void)state;
  memset(&f, 0, sizeof f);
  f.cursor = 10;
  return 0;
}

static void numbers_in_a_row_leave_no_gap(void **state)
{
  (void)state;
  assert_true(catalog_position_advance(&f, 11, 5, 77, UNTIL));
  assert_true(catalog_position_advance(&f, 12, 6, 78, UNTIL));
  assert_int_equal(f.n_gaps, 0);
  assert_int_equal(f.cursor, 12);
  assert_true(catalog_position_anchored(&f, 6, 78));
  assert_false(catalog_position_anchored(&f, 6, 79));
  assert_false(catalog_position_anchored(&f, 5, 78));
}

static void skipped_numbers_are_gaps_until_they_appear(void **state)
{
  (void)state;
  assert_true(catalog_position_advance(&f, 14, 1, 1, UNTIL));
  assert_true(catalog_position_advance(&f, 16, 1, 1, UNTIL));
  assert_int_equal(f.n_gaps, 2);
  assert_int_equal(catalog_position_missing(&f), 4);
  assert_false(catalog_position_fill(&f, 14));
  assert_false(catalog_position_fill(&f, 10));
  assert_false(catalog_position_fill(&f, 17));
  assert_true(catalog_position_fill(&f, 12)); /* splits 11-13 */
  assert_false(catalog_position_fill(&f, 12));
  assert_int_equal(f.n_gaps, 3);
  assert_true(catalog_position_fill(&f, 15));
  assert_true(catalog_position_fill(&f, 11));
  assert_true(catalog_position_fill(&f, 13));
  assert_int_equal(f.n_gaps, 0);
}

static void ends_of_a_range_shrink_it(void **state)
{
  (void)state;
  assert_true(catalog_position_advance(&f, 21, 1, 1, UNTIL)); /* 11-20 */
  assert_true(catalog_position_fill(&f, 11));
  assert_true(catalog_position_fill(&f, 20));
  assert_int_equal(f.n_gaps, 1);
  assert_int_equal(f.gaps[0].first, 12);
  assert_int_equal(f.gaps[0].last, 19);
}

static void an_older_entry_moves_nothing(void **state)
{
  (void)state;
  assert_true(catalog_position_advance(&f, 9, 1, 1, UNTIL));
  assert_true(catalog_position_advance(&f, 10, 1, 1, UNTIL));
  assert_int_equal(f.cursor, 10);
  assert_int_equal(f.n_gaps, 0);
}

static void gaps_are_dropped_after_their_time(void **state)
{
  (void)state;
  assert_true(catalog_position_advance(&f, 12, 1, 1, 100));
  assert_true(catalog_position_advance(&f, 14, 1, 1, 300));
  assert_true(catalog_position_advance(&f, 16, 1, 1, 200));
  assert_int_equal(catalog_position_expire(&f, 99), 0);
  assert_int_equal(catalog_position_expire(&f, 200), 2);
  assert_int_equal(f.n_gaps, 1);
  assert_int_equal(f.gaps[0].first, 13);
}

/* Every third number appears, as on one node of three. */
static void advance_by_three(unsigned entries)
{
  for (unsigned i = 0; i < entries; i++)
    assert_true(catalog_position_advance(&f, f.cursor + 3, 1, 1, UNTIL));
}

static uint64_t present(void)
{
  uint64_t n = 0;
  for (uint32_t i = 0; i < f.n_gaps; i++) {
    n += f.gaps[i].present + (i ? f.gaps[i].first - f.gaps[i - 1].last - 1 : 0);
    assert_true(f.gaps[i].present <= f.gaps[i].last - f.gaps[i].first);
    assert_true(!i || f.gaps[i].first > f.gaps[i - 1].last);
  }
  return n;
}

static void older_gaps_are_merged_and_count_what_is_in_them(void **state)
{
  (void)state;
  advance_by_three(1000);
  assert_true(f.n_gaps < CATALOG_GAPS_EXACT + 1000 / CATALOG_GAP_PRESENT + 2);
  assert_int_equal(catalog_position_missing(&f), 2000);
  assert_int_equal(present(), 999);
  for (uint32_t i = f.n_gaps - CATALOG_GAPS_EXACT; i < f.n_gaps; i++)
    assert_int_equal(f.gaps[i].present, 0);
  for (uint32_t i = 0; i < f.n_gaps; i++)
    assert_true(f.gaps[i].present <= CATALOG_GAP_PRESENT);
}

static void an_entry_in_a_merged_gap_is_counted(void **state)
{
  (void)state;
  advance_by_three(1000);
  struct catalog_gap before = f.gaps[0];
  catalog_position_recount(&f, &before, before.present + 1);
  assert_int_equal(f.gaps[0].present, before.present + 1);
  assert_true(catalog_position_fill(&f, 12)); /* 12 is missing, too */
  assert_int_equal(f.gaps[0].present, before.present + 2);
  assert_int_equal(catalog_position_missing(&f), 1998);
}

static void a_merged_gap_whose_numbers_all_appeared_is_none(void **state)
{
  (void)state;
  advance_by_three(1000);
  struct catalog_gap before = f.gaps[0];
  uint32_t n = f.n_gaps;
  catalog_position_recount(&f, &before, before.last - before.first + 1);
  assert_int_equal(f.n_gaps, n - 1);
  assert_true(f.gaps[0].first > before.last);
}

static void a_count_of_a_gap_that_was_merged_meanwhile_is_added(void **state)
{
  (void)state;
  advance_by_three(1000);
  struct catalog_gap first = f.gaps[0], second = f.gaps[1];
  f.gaps[1] = (struct catalog_gap){first.first, second.last, first.present + second.present + 1, UNTIL};
  f.n_gaps--;
  memmove(&f.gaps[0], &f.gaps[1], f.n_gaps * sizeof *f.gaps);
  catalog_position_recount(&f, &second, second.present + 5);
  assert_int_equal(f.gaps[0].present, first.present + second.present + 6);
}

static void a_full_table_merges_and_loses_nothing(void **state)
{
  (void)state;
  unsigned entries = 0, full = 0;
  while (full < 3 && entries++ < 10000000)
    full += !catalog_position_advance(&f, f.cursor + 3, 1, 1, UNTIL);
  assert_int_equal(full, 3);
  assert_true(entries > 250000);
  assert_true(f.n_gaps <= CATALOG_GAPS_MAX);
  assert_int_equal(catalog_position_missing(&f), 2 * (uint64_t)entries);
  assert_int_equal(present(), entries - 1);
}

static void gaps_far_apart_fill_the_table_and_are_merged_too(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 3 * CATALOG_GAPS_MAX; i++) {
    for (unsigned k = 0; k < 200; k++)
      assert_true(catalog_position_advance(&f, f.cursor + 1, 1, 1, UNTIL));
    (void)!catalog_position_advance(&f, f.cursor + 2, 1, 1, UNTIL);
  }
  assert_true(f.n_gaps <= CATALOG_GAPS_MAX);
  assert_int_equal(catalog_position_missing(&f), 3 * CATALOG_GAPS_MAX);
}

static void gaps_read_backwards_are_the_same(void **state)
{
  (void)state;
  for (uint64_t last = 30000; last > 9; last -= 3)
    assert_true(catalog_position_add_gap_below(&f, last - 1, last, UNTIL));
  assert_int_equal(catalog_position_missing(&f), 2 * 9997);
  assert_int_equal(present(), 9996);
  assert_true(f.n_gaps < CATALOG_GAPS_EXACT + 9997 / CATALOG_GAP_PRESENT + 2);
}

static void a_gap_that_cannot_be_split_counts(void **state)
{
  (void)state;
  for (unsigned i = 0; i < CATALOG_GAPS_MAX; i++)
    f.gaps[f.n_gaps++] = (struct catalog_gap){11 + 4 * i, 13 + 4 * i, 0, UNTIL};
  assert_true(catalog_position_fill(&f, 12)); /* in the middle of 11-13 */
  assert_int_equal(f.n_gaps, CATALOG_GAPS_MAX);
  assert_int_equal(f.gaps[0].present, 1);
  assert_true(catalog_position_fill(&f, 11));
  assert_true(catalog_position_fill(&f, 13));
  assert_int_equal(f.n_gaps, CATALOG_GAPS_MAX - 1);
}

/* ---- confirmed_us, in real time */
static int64_t confirmed(int64_t before_us, int64_t asked_us, int64_t lag_us)
{
  struct watcher w = {.state.confirmed_us = before_us, .replica = {.asked_us = asked_us, .lag_us = lag_us}};
  return watch_replica_confirmed_us(&w);
}

static void confirmed_us_stays_when_a_replica_falls_behind(void **state)
{
  (void)state;
  assert_int_equal(confirmed(CLOCK_NEVER, 1000, 0), 1000);
  assert_int_equal(confirmed(900, 1000, 0), 1000);
  assert_int_equal(confirmed(900, 1000, 400), 900);
}

static void confirmed_us_is_not_in_the_future_after_the_clock_was_set_back(void **state)
{
  (void)state;
  assert_int_equal(confirmed(5000, 1000, 0), 1000);
  assert_int_equal(confirmed(5000, 1000, 400), 600);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(numbers_in_a_row_leave_no_gap, begin),
      cmocka_unit_test_setup(skipped_numbers_are_gaps_until_they_appear, begin),
      cmocka_unit_test_setup(ends_of_a_range_shrink_it, begin),
      cmocka_unit_test_setup(an_older_entry_moves_nothing, begin),
      cmocka_unit_test_setup(gaps_are_dropped_after_their_time, begin),
      cmocka_unit_test_setup(older_gaps_are_merged_and_count_what_is_in_them, begin),
      cmocka_unit_test_setup(an_entry_in_a_merged_gap_is_counted, begin),
      cmocka_unit_test_setup(a_merged_gap_whose_numbers_all_appeared_is_none, begin),
      cmocka_unit_test_setup(a_count_of_a_gap_that_was_merged_meanwhile_is_added, begin),
      cmocka_unit_test_setup(a_full_table_merges_and_loses_nothing, begin),
      cmocka_unit_test_setup(gaps_far_apart_fill_the_table_and_are_merged_too, begin),
      cmocka_unit_test_setup(gaps_read_backwards_are_the_same, begin),
      cmocka_unit_test_setup(a_gap_that_cannot_be_split_counts, begin),
      cmocka_unit_test(confirmed_us_stays_when_a_replica_falls_behind),
      cmocka_unit_test(confirmed_us_is_not_in_the_future_after_the_clock_was_set_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
