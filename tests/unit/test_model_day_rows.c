/* The rows of a timeline: by hand, and over generated moves against the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/day_rows.h"

#define MOVES_MAX 60
#define NOON (20000 * CLOCK_DAY + CLOCK_DAY / 2)

static struct arena *arena;

static void one_row_a_day_and_product_in_order_of_time(void **state)
{
  const struct activity v[] = {{.id = 1, .occurred_us = NOON + 2},
                               {.id = 9, .occurred_us = NOON + 1},
                               {.id = 2, .occurred_us = NOON},
                               {.id = 7, .occurred_us = NOON},
                               {.id = 3, .occurred_us = NOON - CLOCK_DAY}};
  const struct sentences_move moves[] = {{&v[0], 0}, {&v[1], 1}, {&v[2], 0}, {&v[3], 0}, {&v[4], 0}};
  struct day_row *rows;
  (void)state;
  assert_int_equal(day_rows_group(arena, moves, 5, &rows), 3);
  assert_int_equal(rows[0].member, 0);
  assert_int_equal(rows[0].newest_us, NOON + 2);
  assert_int_equal(rows[0].n, 3);
  assert_int_equal(rows[0].moves[0]->id, 2); /* a tie: by id */
  assert_int_equal(rows[0].moves[1]->id, 7);
  assert_int_equal(rows[0].moves[2]->id, 1);
  assert_int_equal(rows[1].member, 1);
  assert_int_equal(rows[1].n, 1);
  assert_int_equal(rows[2].moves[0]->id, 3);
  assert_int_equal(day_rows_group(arena, NULL, 0, &rows), 0);
}

static void days_begin_at_midnight(void **state)
{
  (void)state;
  assert_int_equal(day_rows_day(NOON), 20000 * CLOCK_DAY);
  assert_int_equal(day_rows_day(20000 * CLOCK_DAY), 20000 * CLOCK_DAY);
  assert_int_equal(day_rows_day(20000 * CLOCK_DAY - 1), 19999 * CLOCK_DAY);
  assert_int_equal(day_rows_day(-1), -CLOCK_DAY);
  assert_int_equal(day_rows_day(-CLOCK_DAY), -CLOCK_DAY);
}

static int newest_first(const void *x, const void *y)
{
  const struct sentences_move *a = x, *b = y;
  if (a->activity->occurred_us != b->activity->occurred_us)
    return a->activity->occurred_us > b->activity->occurred_us ? -1 : 1;
  return a->member != b->member ? (int)a->member - (int)b->member
                                : (a->activity->id > b->activity->id) - (a->activity->id < b->activity->id);
}

static void assert_rows(const struct day_row *rows, size_t n_rows, size_t n)
{
  size_t all = 0;
  for (size_t i = 0; i < n_rows; i++) {
    const struct day_row *r = &rows[i];
    all += r->n;
    assert_true(r->n > 0 && r->moves[r->n - 1]->occurred_us == r->newest_us);
    assert_true(i == 0 || rows[i - 1].newest_us >= r->newest_us);
    for (size_t k = 0; k < i; k++)
      assert_false(rows[k].member == r->member && day_rows_day(rows[k].newest_us) == day_rows_day(r->newest_us));
    for (size_t k = 0; k < r->n; k++) {
      assert_int_equal(day_rows_day(r->moves[k]->occurred_us), day_rows_day(r->newest_us));
      assert_true(k == 0 || r->moves[k - 1]->occurred_us < r->moves[k]->occurred_us ||
                  (r->moves[k - 1]->occurred_us == r->moves[k]->occurred_us && r->moves[k - 1]->id < r->moves[k]->id));
    }
  }
  assert_int_equal(all, n);
}

static void every_move_stands_in_one_row(void **state)
{
  static struct activity v[MOVES_MAX];
  struct sentences_move moves[MOVES_MAX];
  unsigned seed = 20260822;
  (void)state;
  for (unsigned round = 0; round < 500; round++) {
    size_t n = (size_t)rand_r(&seed) % (MOVES_MAX + 1);
    for (size_t i = 0; i < n; i++) {
      v[i] = (struct activity){.id = i + 1, .occurred_us = NOON + (int64_t)(rand_r(&seed) % 24) * (CLOCK_DAY / 6)};
      moves[i] = (struct sentences_move){&v[i], (size_t)rand_r(&seed) % 3};
    }
    qsort(moves, n, sizeof *moves, newest_first);
    struct day_row *rows = NULL;
    size_t n_rows = day_rows_group(arena, moves, n, &rows);
    assert_true(n == 0 ? n_rows == 0 : n_rows > 0);
    assert_rows(rows, n_rows, n);
  }
}

static bool says_all(const char *title, const char *version, const char *name)
{
  return day_rows_version_says_all(
      &(struct activity){.kind = ACTIVITY_RELEASE, .title = span_z(title), .version = span_z(version)}, span_z(name));
}

static void a_version_stands_for_a_title_that_says_no_more(void **state)
{
  const struct activity post = {.kind = ACTIVITY_POST, .title = SPAN("4.0"), .version = SPAN("4.0")};
  (void)state;
  assert_true(says_all("Traefik Proxy 3.7.8 released", "3.7.8", "Traefik Proxy"));
  assert_true(says_all("v3.7.8", "3.7.8", "Traefik Proxy"));
  assert_true(says_all("3.7.8", "3.7.8", "Traefik Proxy"));
  assert_true(says_all("Release v3.7.8: now available!", "3.7.8", "Traefik Proxy"));
  assert_true(says_all("docker engine 29.0 is out", "29.0", "Docker Engine (Moby)"));
  assert_true(says_all("", "29.0", "Moby"));
  assert_false(says_all("Kubernetes 1.36: sidecars are stable", "1.36", "Kubernetes"));
  assert_false(says_all("Kubernetes 1.36.4 released", "1.36", "Kubernetes"));
  assert_false(says_all("Kubernetes 1.36 released", "", "Kubernetes"));
  assert_false(says_all("Kubernetes \"1.36\" released", "1.36", "Kubernetes"));
  assert_false(day_rows_version_says_all(&post, SPAN("X")));
}

static int make(void **state)
{
  (void)state;
  arena = arena_new(0);
  return !arena;
}

static int clear(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_row_a_day_and_product_in_order_of_time),
      cmocka_unit_test(days_begin_at_midnight),
      cmocka_unit_test(every_move_stands_in_one_row),
      cmocka_unit_test(a_version_stands_for_a_title_that_says_no_more),
  };
  return cmocka_run_group_tests(tests, make, clear);
}
