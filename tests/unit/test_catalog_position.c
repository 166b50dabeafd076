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

static void too_many_gaps_drop_the_oldest(void **state)
{
  (void)state;
  for (unsigned i = 0; i < CATALOG_GAPS_MAX; i++)
    assert_true(catalog_position_advance(&f, f.cursor + 4, 1, 1, UNTIL)); /* three numbers each */
  assert_int_equal(f.n_gaps, CATALOG_GAPS_MAX);
  assert_int_equal(catalog_position_fill(&f, 12), GAP_TRUNCATED); /* in the middle of 11-13: no room to split */
  assert_int_equal(f.n_gaps, CATALOG_GAPS_MAX);
  assert_false(catalog_position_advance(&f, f.cursor + 2, 1, 1, UNTIL));
  assert_int_equal(f.n_gaps, CATALOG_GAPS_MAX);
  assert_false(catalog_position_fill(&f, 11));
  assert_true(catalog_position_fill(&f, 15));
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
      cmocka_unit_test_setup(too_many_gaps_drop_the_oldest, begin),
      cmocka_unit_test(confirmed_us_stays_when_a_replica_falls_behind),
      cmocka_unit_test(confirmed_us_is_not_in_the_future_after_the_clock_was_set_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
