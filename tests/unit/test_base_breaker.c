/* The breaker: which callers it allows, and that a success always closes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/breaker.h"
#include "base/clock.h"
#include "cache/cache_answer.h"

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

/* Two processes: the first counts its failure, the second succeeds and clears the count, then the first sets
 * open_until_us. */
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

static bool is_answer(memcached_return_t rc)
{
  static const memcached_return_t answers[] = {MEMCACHED_SUCCESS, MEMCACHED_END, MEMCACHED_STORED, MEMCACHED_DELETED,
                                               MEMCACHED_NOTFOUND, MEMCACHED_NOTSTORED, MEMCACHED_DATA_EXISTS, MEMCACHED_E2BIG,
                                               MEMCACHED_SERVER_ERROR, MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    if (answers[i] == rc)
      return true;
  return false;
}

/* Every return code of libmemcached in every state of the breaker: closed, after one strike, open, half open. */
static void test_any_answer_closes_it_and_nothing_else_does(void **state)
{
  (void)state;
  for (int rc = 0; rc < MEMCACHED_MAXIMUM_RETURN; rc++)
    for (int before = 0; before < 4; before++) {
      struct breaker b = {0};
      if (before == 1)
        breaker_struck(&b, HOLD_US);
      else if (before > 1)
        breaker_failed(&b, before == 2 ? HOLD_US : 0);
      if (before == 3)
        assert_true(breaker_allows(&b, HOLD_US));
      enum cache_answer answer = cache_answer_settle(&b, (memcached_return_t)rc, HOLD_US);
      assert_int_equal(answer != CACHE_TROUBLE, is_answer((memcached_return_t)rc));
      assert_int_equal(breaker_closed(&b), answer != CACHE_TROUBLE || before == 0);
      assert_int_equal(atomic_load(&b.failures), answer == CACHE_TROUBLE ? (before > 0) + 1 : 0);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_failure_opens_and_a_success_closes),
      cmocka_unit_test(test_half_open_lets_one_through),
      cmocka_unit_test(test_any_answer_closes_it_and_nothing_else_does),
      cmocka_unit_test(test_only_the_second_of_two_strikes_opens),
      cmocka_unit_test(test_a_success_between_count_and_mark_does_not_leave_it_half_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
