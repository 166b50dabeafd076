/* The breaker: who may ask, and that a success always closes it, whatever came in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/breaker.h"
#include "base/clock.h"

#define HOLD_US (3600 * CLOCK_SECOND)

static void test_a_failure_opens_and_a_success_closes(void **state)
{
  struct breaker b = {0};
  (void)state;
  assert_true(breaker_allows(&b, HOLD_US));
  breaker_failed(&b, HOLD_US);
  assert_false(breaker_closed(&b));
  assert_false(breaker_allows(&b, HOLD_US));
  breaker_succeeded(&b);
  assert_true(breaker_closed(&b));
  assert_true(breaker_allows(&b, HOLD_US));
}

static void test_half_open_lets_one_through(void **state)
{
  struct breaker b = {0};
  (void)state;
  breaker_failed(&b, 0);
  assert_true(breaker_allows(&b, HOLD_US));
  assert_false(breaker_allows(&b, HOLD_US));
}

static void test_only_the_second_of_two_strikes_opens(void **state)
{
  struct breaker b = {0};
  (void)state;
  breaker_struck(&b, HOLD_US);
  assert_true(breaker_closed(&b));
  breaker_succeeded(&b);
  breaker_struck(&b, HOLD_US);
  assert_true(breaker_closed(&b));
  breaker_struck(&b, HOLD_US);
  assert_false(breaker_closed(&b));
}

/* Two processes: one has counted its failure when the other's success forgets it, and then sets its mark. */
static void test_a_success_between_count_and_mark_does_not_leave_it_half_open(void **state)
{
  struct breaker b = {0};
  (void)state;
  breaker_failed(&b, 0);
  int64_t mark = atomic_load(&b.open_until_us);
  breaker_succeeded(&b);
  atomic_store(&b.open_until_us, mark);
  assert_true(breaker_allows(&b, HOLD_US));
  breaker_succeeded(&b);
  assert_true(breaker_closed(&b));
  assert_true(breaker_allows(&b, HOLD_US));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_failure_opens_and_a_success_closes),
      cmocka_unit_test(test_half_open_lets_one_through),
      cmocka_unit_test(test_only_the_second_of_two_strikes_opens),
      cmocka_unit_test(test_a_success_between_count_and_mark_does_not_leave_it_half_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
