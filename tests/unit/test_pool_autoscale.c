/* autoscale_decide over simulated time: a pool of workers meets a load, which is a number of workers that it could keep busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "pool/autoscale.h"

#define STEP_US (200 * INT64_C(1000)) /* between two samples */
#define BEGIN_US (1000 * CLOCK_SECOND)
#define DELAY_S 60

struct pool {
  struct autoscale state;
  struct autoscale_limits limits;
  int64_t now_us, start_us; /* start_us: how long workers take to be ready */
  int wanted, ready;
  int64_t ready_at_us;
  double busy_us;
  double processor; /* share of the busy time on a processor or waiting for one; below 0: unknown */
  int grown, shrunk;
};

static struct pool pool_of(int least, int most)
{
  return (struct pool){.limits = {.least = least, .most = most, .delay_us = DELAY_S * CLOCK_SECOND},
                       .now_us = BEGIN_US,
                       .start_us = 300000,
                       .wanted = least,
                       .ready = least,
                       .processor = -1};
}

static struct autoscale_decision step(struct pool *p, double load)
{
  double busy = load < p->ready ? load : p->ready;
  p->now_us += STEP_US;
  p->busy_us += busy * (double)STEP_US;
  if (p->now_us >= p->ready_at_us)
    p->ready = p->wanted;
  struct autoscale_sample s = {.now_us = p->now_us,
                               .wanted = p->wanted,
                               .ready = p->ready,
                               .waiting = load > p->ready ? (unsigned)(load - p->ready + 0.999) : 0,
                               .busy_us = (uint64_t)p->busy_us,
                               .processor_us = p->processor < 0 ? 0 : 1 + (uint64_t)(p->busy_us * p->processor)};
  struct autoscale_decision d = autoscale_decide(&p->state, &p->limits, &s);
  assert_in_range(d.wanted, p->limits.least, p->limits.most);
  assert_int_equal(d.reason == AUTOSCALE_NONE, d.wanted == p->wanted);
  assert_int_equal(d.reason == AUTOSCALE_QUIET, d.wanted < p->wanted);
  p->grown += d.wanted > p->wanted;
  p->shrunk += d.wanted < p->wanted;
  if (d.wanted > p->wanted)
    p->ready_at_us = p->now_us + p->start_us;
  if (d.wanted < p->ready)
    p->ready = d.wanted;
  p->wanted = d.wanted;
  return d;
}

static void run(struct pool *p, double load, double seconds)
{
  for (int64_t until_us = p->now_us + (int64_t)(seconds * CLOCK_SECOND); p->now_us < until_us;)
    step(p, load);
}

static void an_idle_pool_stays_at_the_minimum(void **state)
{
  (void)state;
  struct pool p = pool_of(2, 64);
  run(&p, 0, 3600);
  assert_int_equal(p.grown + p.shrunk, 0);
}

static void a_burst_is_met_within_seconds(void **state)
{
  (void)state;
  struct pool p = pool_of(1, 64);
  run(&p, 0, 100);
  run(&p, 40, 10);
  assert_in_range(p.wanted, 50, 64);
  assert_in_range(p.grown, 1, 7);
}

static void a_starved_pool_grows_by_its_queue_although_no_worker_is_busy(void **state)
{
  (void)state;
  struct pool p = pool_of(2, 8);
  struct autoscale_decision d = {0};
  for (int i = 0; i < 10 && d.reason == AUTOSCALE_NONE; i++) {
    struct autoscale_sample s = {.now_us = p.now_us += STEP_US, .wanted = 2, .ready = 2, .waiting = 5};
    d = autoscale_decide(&p.state, &p.limits, &s);
  }
  assert_int_equal(d.reason, AUTOSCALE_QUEUE);
  assert_int_equal(d.wanted, 4);
}

static void connections_that_wait_for_a_moment_are_no_load(void **state)
{
  (void)state;
  struct pool p = pool_of(2, 8);
  for (int i = 0; i < 1000; i++) {
    struct autoscale_sample s = {.now_us = p.now_us += STEP_US, .wanted = 2, .ready = 2, .waiting = i % 2 ? 9 : 0};
    assert_int_equal(autoscale_decide(&p.state, &p.limits, &s).reason, AUTOSCALE_NONE);
  }
}

static void workers_that_still_start_are_awaited(void **state)
{
  (void)state;
  struct pool p = pool_of(2, 64);
  p.start_us = 20 * CLOCK_SECOND;
  run(&p, 60, 15);
  assert_int_equal(p.wanted, 4);
}

static void it_shrinks_slowly_and_not_below_what_is_busy(void **state)
{
  (void)state;
  struct pool p = pool_of(1, 64);
  run(&p, 48, 30);
  int most = p.wanted;
  run(&p, 1, DELAY_S - 1);
  assert_int_equal(p.wanted, most);
  run(&p, 1, 3);
  assert_in_range(p.wanted, most * 3 / 4, most - 1);
  run(&p, 1, 600);
  assert_int_equal(p.wanted, 2);
  assert_true(p.shrunk > 8);
}

/* Every steady load, with every minimum and maximum, leads to a number that stays. */
static void a_steady_load_settles(void **state)
{
  (void)state;
  for (int most = 1; most <= 64; most += 9)
    for (int tenths = 0; tenths <= 700; tenths += 3) {
      struct pool p = pool_of(1 + most / 20, most);
      double load = tenths / 10.0;
      run(&p, load, 60);
      int grown = p.grown;
      run(&p, load, 900);
      int changes = p.grown + p.shrunk;
      run(&p, load, 900);
      assert_int_equal(p.grown, grown);
      assert_int_equal(p.grown + p.shrunk, changes);
      assert_true(load < 0.8 * p.wanted + 0.01 || p.wanted == most);
    }
}

static void a_square_wave_within_the_delay_changes_nothing_after_the_first_crest(void **state)
{
  (void)state;
  for (int period_ds = 4; period_ds < 10 * (DELAY_S - 2); period_ds += period_ds < 50 ? 2 : 17) /* tenths of a second, half a wave */
    for (int high = 1; high <= 40; high += 3) {
      struct pool p = pool_of(1, 64);
      run(&p, high, 20);
      int changes = p.grown + p.shrunk;
      for (int wave = 0; wave < 40; wave++) {
        run(&p, 0, period_ds / 10.0);
        run(&p, high, period_ds / 10.0);
      }
      assert_int_equal(p.grown + p.shrunk, changes);
    }
}

/* Of any length, for three hours. */
static void a_square_wave_changes_the_number_rarely(void **state)
{
  (void)state;
  for (int half_s = 1; half_s <= 1200; half_s += 1 + half_s / 4)
    for (int high = 2; high <= 32; high *= 2)
      for (int low = 0; low < high; low += 1 + high / 2) {
        struct pool p = pool_of(1, 64);
        int64_t until_us = p.now_us + 3 * 3600 * CLOCK_SECOND;
        int waves = 0;
        for (; p.now_us < until_us; waves++) {
          run(&p, high, half_s);
          run(&p, low, half_s);
        }
        int changes = p.grown + p.shrunk, allowed = half_s > 4 * DELAY_S ? 30 * waves : 60;
        if (changes > allowed)
          fail_msg("half %d s, high %d, low %d: %d changes in %d waves", half_s, high, low, changes, waves);
      }
}

static void a_noisy_load_is_no_reason_to_shrink_and_grow(void **state)
{
  (void)state;
  for (unsigned seed = 1; seed <= 20; seed++) {
    struct pool p = pool_of(1, 64);
    srand(seed);
    for (int i = 0; i < 3 * 3600 * 5; i++)
      step(&p, (rand() % 1000) / 1000.0 * (double)(seed % 7 + 1));
    assert_in_range(p.grown + p.shrunk, 0, 20);
  }
}

static void more_workers_than_the_processors_can_use_are_not_started(void **state)
{
  (void)state;
  struct pool p = pool_of(1, 64);
  p.limits.processors = 2;
  p.processor = 0.97;
  run(&p, 50, 60);
  assert_int_equal(p.wanted, 4);
  assert_true(step(&p, 50).reason == AUTOSCALE_NONE);
  p.processor = 0.3; /* now they wait for a backend */
  run(&p, 50, 60);
  assert_int_equal(p.wanted, 64);
}

static void a_number_that_somebody_else_sets_starts_the_delay_again(void **state)
{
  (void)state;
  struct pool p = pool_of(1, 64);
  run(&p, 0, DELAY_S - 1);
  p.wanted = p.ready = 16;
  run(&p, 0, DELAY_S - 1);
  assert_int_equal(p.wanted, 16);
  run(&p, 0, 2);
  assert_in_range(p.wanted, 1, 15);
}

/* Counters that go back, clocks that stand still, numbers at and beyond their limits. */
static void any_sample_gives_a_number_within_the_limits(void **state)
{
  (void)state;
  srand(7);
  for (int round = 0; round < 2000; round++) {
    struct autoscale a = {0};
    int least = 1 + rand() % 8, most = least + rand() % 500;
    struct autoscale_limits l = {.least = least, .most = most, .delay_us = (1 + rand() % 3) * CLOCK_SECOND, .processors = rand() % 9};
    int64_t now_us = BEGIN_US;
    for (int i = 0; i < 100; i++) {
      int wanted = least + rand() % (most - least + 1);
      struct autoscale_sample s = {.now_us = now_us += rand() % 3 ? rand() % 1000000 : 0,
                                   .wanted = wanted,
                                   .ready = rand() % 3 ? wanted : rand() % 600,
                                   .waiting = rand() % 3 ? 0 : (unsigned)rand(),
                                   .busy_us = (uint64_t)rand() * (uint64_t)(rand() % 1000),
                                   .processor_us = (uint64_t)rand()};
      struct autoscale_decision d = autoscale_decide(&a, &l, &s);
      assert_in_range(d.wanted, least, most);
      assert_in_range(d.busy_percent, 0, 100);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_idle_pool_stays_at_the_minimum),
      cmocka_unit_test(a_burst_is_met_within_seconds),
      cmocka_unit_test(a_starved_pool_grows_by_its_queue_although_no_worker_is_busy),
      cmocka_unit_test(connections_that_wait_for_a_moment_are_no_load),
      cmocka_unit_test(workers_that_still_start_are_awaited),
      cmocka_unit_test(it_shrinks_slowly_and_not_below_what_is_busy),
      cmocka_unit_test(a_steady_load_settles),
      cmocka_unit_test(a_square_wave_within_the_delay_changes_nothing_after_the_first_crest),
      cmocka_unit_test(a_square_wave_changes_the_number_rarely),
      cmocka_unit_test(a_noisy_load_is_no_reason_to_shrink_and_grow),
      cmocka_unit_test(more_workers_than_the_processors_can_use_are_not_started),
      cmocka_unit_test(a_number_that_somebody_else_sets_starts_the_delay_again),
      cmocka_unit_test(any_sample_gives_a_number_within_the_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
