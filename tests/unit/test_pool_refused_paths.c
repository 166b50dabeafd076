/* Refused paths: which deaths add up to a refusal, how long it lasts, and what the bounded table keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "pool/refused_paths.h"

#define WINDOW_US (60 * CLOCK_SECOND)
#define BEGIN_US (1000 * CLOCK_SECOND)

static int setup(void **state)
{
  struct refused_paths *t = calloc(1, sizeof *t);
  refused_paths_open(t);
  *state = t;
  return t == NULL;
}

static int teardown(void **state)
{
  free(*state);
  return 0;
}

static void death(struct refused_paths *t, const char *target, int64_t at_s)
{
  struct span s = span_z(target);
  refused_paths_death(t, &(struct worker_death){.ids = refused_paths_ids(t, s),
                                                .target = s,
                                                .fault = {SIGSEGV, false},
                                                .now_us = BEGIN_US + at_s * CLOCK_SECOND,
                                                .window_us = WINDOW_US});
}

static bool refuses(struct refused_paths *t, const char *target, int64_t at_s)
{
  return refused_paths_refuses(t, refused_paths_ids(t, span_z(target)), BEGIN_US + at_s * CLOCK_SECOND);
}

static void two_deaths_within_the_window_refuse_a_target(void **state)
{
  struct refused_paths *t = *state;
  death(t, "/a?q", 0);
  assert_false(refuses(t, "/a?q", 0));
  death(t, "/a?q", 60);
  assert_true(refuses(t, "/a?q", 60));
  assert_true(refuses(t, "/a?q", 69));
  assert_false(refuses(t, "/a?q", 70));
  assert_false(refuses(t, "/a", 60));
  assert_false(refuses(t, "/a?r", 60));
  assert_false(refuses(t, "/", 60));
  assert_int_equal(refused_paths_count(t, BEGIN_US + 61 * CLOCK_SECOND), 1);
  assert_int_equal(refused_paths_count(t, BEGIN_US + 70 * CLOCK_SECOND), 0);
}

static void deaths_further_apart_do_not_add_up(void **state)
{
  struct refused_paths *t = *state;
  for (int i = 0; i < 10; i++) {
    death(t, "/a", i * 61);
    assert_false(refuses(t, "/a", i * 61));
  }
}

static void refusals_double_up_to_ten_minutes_and_one_death_is_enough_again(void **state)
{
  static const int64_t lengths[] = {10, 20, 40, 80, 160, 320, 600, 600, 600};
  struct refused_paths *t = *state;
  int64_t at = 0;
  death(t, "/a", at);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    death(t, "/a", at);
    assert_true(refuses(t, "/a", at + lengths[i] - 1));
    at += lengths[i];
    assert_false(refuses(t, "/a", at));
    at += 599; /* almost forgotten */
  }
}

static void a_path_that_is_quiet_for_ten_minutes_is_forgotten(void **state)
{
  struct refused_paths *t = *state;
  death(t, "/a", 0);
  death(t, "/a", 0);
  death(t, "/a", 10 + 601);
  assert_false(refuses(t, "/a", 10 + 601));
  death(t, "/a", 10 + 602);
  assert_true(refuses(t, "/a", 10 + 602 + 9));
  assert_false(refuses(t, "/a", 10 + 602 + 10));
}

static void deaths_during_a_refusal_do_not_prolong_it(void **state)
{
  struct refused_paths *t = *state;
  for (int i = 0; i < 8; i++)
    death(t, "/a", 0);
  assert_false(refuses(t, "/a", 10));
  death(t, "/a", 10);
  assert_true(refuses(t, "/a", 10 + 19));
  assert_false(refuses(t, "/a", 10 + 20));
}

static void three_different_queries_refuse_their_path(void **state)
{
  struct refused_paths *t = *state;
  death(t, "/a?1", 0);
  death(t, "/a?1", 0);
  death(t, "/a?2", 1);
  assert_false(refuses(t, "/a?3", 1));
  death(t, "/a?3", 2);
  assert_true(refuses(t, "/a?4", 2));
  assert_true(refuses(t, "/a?", 2));
  assert_false(refuses(t, "/a", 2)); /* no query: it has ended none */
  assert_false(refuses(t, "/ab?4", 2));
  death(t, "/a?5", 12);
  assert_true(refuses(t, "/a?6", 12 + 19));
}

static void one_query_alone_does_not_refuse_its_path(void **state)
{
  struct refused_paths *t = *state;
  for (int at = 0; at < 2000; at += 30)
    death(t, "/a?1", at);
  assert_false(refuses(t, "/a?2", 2000));
}

/* More paths than the table has room for, as an attacker may send them. */
static void a_full_table_keeps_its_refusals(void **state)
{
  struct refused_paths *t = *state;
  char target[32];
  death(t, "/a", 0);
  death(t, "/a", 0);
  for (int i = 0; i < 10 * REFUSED_PATHS_MAX; i++) {
    snprintf(target, sizeof target, "/other/%d?%d", i, i);
    death(t, target, 1);
  }
  assert_true(refuses(t, "/a", 9));
  for (int i = 0; i < 10 * REFUSED_PATHS_MAX; i++) {
    snprintf(target, sizeof target, "/both/%d", i);
    death(t, target, 2);
    death(t, target, 2);
    assert_true(refuses(t, target, 3));
  }
  assert_int_equal(refused_paths_count(t, BEGIN_US + 3 * CLOCK_SECOND), REFUSED_PATHS_MAX);
}

static void clearing_forgets_everything(void **state)
{
  struct refused_paths *t = *state;
  death(t, "/a", 0);
  death(t, "/a", 0);
  refused_paths_clear(t);
  assert_false(refuses(t, "/a", 0));
  death(t, "/a", 1);
  assert_false(refuses(t, "/a", 1));
  death(t, "/a", 1);
  assert_true(refuses(t, "/a", 10));
  assert_false(refuses(t, "/a", 11));
}

static void a_request_without_a_hash_is_no_path(void **state)
{
  struct refused_paths *t = *state;
  for (int i = 0; i < 4; i++)
    refused_paths_death(t, &(struct worker_death){.target = SPAN("/idle"), .now_us = BEGIN_US, .window_us = WINDOW_US});
  assert_int_equal(refused_paths_count(t, BEGIN_US), 0);
}

static void only_faults_of_the_program_count(void **state)
{
  static const int faults[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
  for (int signal = 0; signal < 65; signal++) {
    bool fault = false;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
      fault = fault || faults[i] == signal;
    assert_int_equal(refused_paths_counts(signal), fault);
  }
}

/* A client cannot construct a request with the hash of another one: the key differs in each pool. */
static void hashes_differ_between_pools(void **state)
{
  struct refused_paths other = {0};
  refused_paths_open(&other);
  assert_int_not_equal(refused_paths_ids(*state, SPAN("/a")).target, refused_paths_ids(&other, SPAN("/a")).target);
  assert_int_not_equal(refused_paths_ids(*state, SPAN("/a")).target, refused_paths_ids(*state, SPAN("/a?b")).path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
  static const struct CMUnitTest tests[] = {
      TEST(two_deaths_within_the_window_refuse_a_target),
      TEST(deaths_further_apart_do_not_add_up),
      TEST(refusals_double_up_to_ten_minutes_and_one_death_is_enough_again),
      TEST(a_path_that_is_quiet_for_ten_minutes_is_forgotten),
      TEST(deaths_during_a_refusal_do_not_prolong_it),
      TEST(three_different_queries_refuse_their_path),
      TEST(one_query_alone_does_not_refuse_its_path),
      TEST(a_full_table_keeps_its_refusals),
      TEST(clearing_forgets_everything),
      TEST(a_request_without_a_hash_is_no_path),
      TEST(only_faults_of_the_program_count),
      TEST(hashes_differ_between_pools),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
