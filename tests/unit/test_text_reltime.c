/* Relative times: each label at both ends of its range, and the times at which labels change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "text/reltime.h"


#define NOW (INT64_C(1787400000) * CLOCK_SECOND)

static void label_is(int64_t age, const char *expected)
{
  char out[RELTIME_MAX];
  assert_int_equal(reltime_label(out, NOW - age, NOW), strlen(expected));
  assert_string_equal(out, expected);
}

static void labels(void **state)
{
  (void)state;
  label_is(-400 * CLOCK_DAY, "just now");
  label_is(0, "just now");
  label_is(CLOCK_MINUTE - 1, "just now");
  label_is(CLOCK_MINUTE, "1m ago");
  label_is(CLOCK_HOUR - 1, "59m ago");
  label_is(CLOCK_HOUR, "1h ago");
  label_is(CLOCK_DAY - 1, "23h ago");
  label_is(CLOCK_DAY, "1d ago");
  label_is(30 * CLOCK_DAY - 1, "29d ago");
  label_is(30 * CLOCK_DAY, "1mo ago");
  label_is(60 * CLOCK_DAY - 1, "1mo ago");
  label_is(364 * CLOCK_DAY, "12mo ago");
  label_is(365 * CLOCK_DAY, "1y ago");
  label_is(730 * CLOCK_DAY - 1, "1y ago");
  label_is(3650 * CLOCK_DAY, "10y ago");
  char out[RELTIME_MAX];
  assert_int_equal(reltime_label(out, CLOCK_NEVER, NOW), 0);
  assert_string_equal(out, "");
  assert_true(reltime_label(out, INT64_MIN + 1, INT64_MAX) < RELTIME_MAX);
}

/* At the returned time the label is different; one microsecond earlier it is the same. */
static void flips(void **state)
{
  (void)state;
  srand(7);
  for (int i = 0; i < 20000; i++) {
    int64_t span = i % 3 == 0 ? CLOCK_HOUR : i % 3 == 1 ? 40 * CLOCK_DAY : 1500 * CLOCK_DAY;
    int64_t age = (int64_t)((double)rand() / RAND_MAX * (double)span) - CLOCK_MINUTE, then = NOW - age;
    int64_t at = reltime_next_change(then, NOW);
    char now[RELTIME_MAX], before[RELTIME_MAX], after[RELTIME_MAX];
    reltime_label(now, then, NOW);
    reltime_label(before, then, at - 1);
    reltime_label(after, then, at);
    assert_true(at > NOW);
    assert_string_equal(now, before);
    assert_string_not_equal(now, after);
  }
  assert_true(reltime_next_change(CLOCK_NEVER, NOW) == CLOCK_FOREVER);
  assert_true(reltime_next_change(INT64_MAX - 1, NOW) == CLOCK_FOREVER);
}

/* One microsecond before the returned time the label was different. */
static void beginnings(void **state)
{
  (void)state;
  srand(8);
  for (int i = 0; i < 20000; i++) {
    int64_t age = (int64_t)((double)rand() / RAND_MAX * (double)(i % 2 ? CLOCK_DAY : 1500 * CLOCK_DAY)), then = NOW - age;
    int64_t began = reltime_began(then, NOW);
    char now[RELTIME_MAX], at[RELTIME_MAX], before[RELTIME_MAX];
    reltime_label(now, then, NOW);
    reltime_label(at, then, began);
    reltime_label(before, then, began - 1);
    assert_true(began <= NOW);
    assert_string_equal(now, at);
    if (age >= CLOCK_MINUTE)
      assert_string_not_equal(now, before);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels),
      cmocka_unit_test(flips),
      cmocka_unit_test(beginnings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
