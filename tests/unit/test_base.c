/* The base room: spans, buffers, arenas, formatting, the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/cutoff.h"
#include "base/err.h"
#include "base/format.h"
#include "base/log.h"
#include "base/must.h"
#include "http/date.h"

/* ---- formatting: the same result as vsnprintf */

static void same_as_library(size_t cap, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void same_as_library(size_t cap, const char *format, ...)
{
  char ours[256], theirs[256];
  va_list args, again;
  memset(ours, '#', sizeof ours);
  memset(theirs, '#', sizeof theirs);
  va_start(args, format);
  va_copy(again, args);
  assert_int_equal(format_write(ours, cap, format, args), vsnprintf(theirs, cap, format, again));
  va_end(args);
  va_end(again);
  assert_memory_equal(ours, theirs, cap ? strlen(theirs) + 1 : 0);
}

static void formats_like_the_library(void **state)
{
  (void)state;
  for (size_t cap = 0; cap < 64; cap++) {
    same_as_library(cap, "plain");
    same_as_library(cap, "%s|%.*s|%c|%%", "text", 3, "abcdef", 'x');
    same_as_library(cap, "%.*s", 10, "short");
    same_as_library(cap, "%d %d %d %u", 0, INT_MIN, INT_MAX, UINT_MAX);
    same_as_library(cap, "%ld %lu %lld %llu %zu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX, (size_t)7);
    same_as_library(cap, "%02d:%02d %04d %06d", 3, 12, -5, 123);
    same_as_library(cap, "%016llx %08x %x", 0x123456789abcdefULL, 0xbeefU, 0U);
    same_as_library(cap, "%5d|%-5d|%.3s|%p", 42, 42, "abcdef", (void *)0);
  }
}

/* ---- buffers */

static void a_buffer_has_a_limit_and_a_sticky_failure(void **state)
{
  struct buf b = {.max = 10};
  (void)state;
  buf_puts(&b, "12345");
  buf_puts(&b, "67890");
  assert_false(b.failed);
  buf_putc(&b, 'x');
  assert_true(b.failed);
  buf_puts(&b, "y");
  assert_int_equal(buf_view(&b).n, 0);
  buf_clear(&b);
  buf_printf(&b, "%d", 123);
  assert_true(span_eq(buf_view(&b), SPAN("123")));
  buf_free(&b);
}

static void numbers_in_buffers(void **state)
{
  struct buf b = BUF_INIT;
  (void)state;
  buf_int(&b, INT64_MIN);
  buf_putc(&b, ' ');
  buf_uint(&b, UINT64_MAX);
  assert_string_equal(buf_z(&b), "-9223372036854775808 18446744073709551615");
  buf_free(&b);
}

/* ---- arenas */

static void an_arena_fails_at_its_limit_until_reset(void **state)
{
  struct arena *a = arena_new(100000);
  (void)state;
  assert_non_null(a);
  for (int round = 0; round < 3; round++) {
    char *p = arena_alloc(a, 1000);
    for (int i = 0; i < 1000; i++)
      assert_int_equal(p[i], 0);
    memset(p, 0xff, 1000);
    assert_non_null(arena_alloc(a, 80000));
    assert_false(arena_failed(a));
    assert_null(arena_alloc(a, 50000));
    assert_true(arena_failed(a));
    assert_null(arena_alloc(a, 1));
    arena_reset(a);
    assert_false(arena_failed(a));
  }
  assert_null(arena_array(a, SIZE_MAX / 2, 4));
  assert_true(arena_failed(a));
  assert_null(arena_alloc(a, 0));
  arena_free(&a);
  assert_null(a);
}

/* Every limit, and sizes that leave gaps at the ends of blocks: what is handed out is aligned, zeroed, disjoint, and never
 * more than the limit. */
static void an_arena_keeps_its_promises_at_every_limit(void **state)
{
  (void)state;
  for (size_t max = 0; max < 4000; max += 13) {
    struct arena *a = arena_new_sized(100, max);
    size_t taken = 0;
    char *p = NULL;
    assert_non_null(a);
    for (size_t n = 0; taken < 5000; n = (n * 7 + 5) % 301) {
      p = arena_alloc(a, n);
      size_t rounded = (n + 15) & ~(size_t)15;
      assert_int_equal(p != NULL, !max || taken + rounded <= max);
      if (!p)
        break;
      assert_int_equal((uintptr_t)p % 16, 0);
      for (size_t i = 0; i < n; i++)
        assert_int_equal(p[i], 0);
      memset(p, 0xff, n);
      taken += rounded;
    }
    assert_int_equal(arena_failed(a), max != 0);
    assert_true(max == 0 || arena_printf(a, "no room").n == 0);
    arena_reset(a);
    assert_true(max == 0 || max >= 16 || !arena_alloc(a, 16));
    arena_free(&a);
  }
}

static void arena_printf_at_every_fill(void **state)
{
  struct arena *a = arena_new(0);
  (void)state;
  for (int i = 0; i < 4000; i++) { /* crosses the ends of several blocks */
    char expected[80];
    int n = snprintf(expected, sizeof expected, "number %d of many, %s", i, i % 7 ? "odd" : "a somewhat longer one");
    struct span s = arena_printf(a, "number %d of many, %s", i, i % 7 ? "odd" : "a somewhat longer one");
    assert_int_equal(s.n, n);
    assert_string_equal(s.p, expected);
  }
  struct span j = ARENA_JOIN(a, SPAN("left"), SPAN("right"));
  assert_string_equal(j.p, "leftright");
  arena_free(&a);
}

/* ---- spans */

static void spans(void **state)
{
  struct span rest = SPAN("a,,b");
  (void)state;
  assert_true(span_eq(span_split(&rest, ','), SPAN("a")));
  assert_int_equal(span_split(&rest, ',').n, 0);
  assert_true(span_eq(span_split(&rest, ','), SPAN("b")));
  assert_null(rest.p);
  assert_int_equal(span_find_span(SPAN("ababac"), SPAN("abac")), 2);
  assert_int_equal(span_find_span(SPAN("ab"), SPAN("abc")), 2);
  assert_true(span_cmp(SPAN("a"), SPAN("ab")) < 0 && span_cmp(SPAN("b"), SPAN("ab")) > 0);
  assert_true(span_eq(span_trim(SPAN(" \t x y \n")), SPAN("x y")));
  assert_int_equal(span_from(SPAN("abc"), 9).n, 0);
}

/* ---- the calendar */

static int month_days(int year, int month)
{
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 ? 28 + leap : 30 + ((month + (month > 7)) & 1);
}

/* Counts days forward from 1 January of year -800, which is a Saturday, like that of 2000. */
static void clock_split_knows_every_day(void **state)
{
  int64_t day = clock_join(-800, 1, 1, 0, 0, 0) / CLOCK_DAY;
  int weekday = 6;
  (void)state;
  for (int year = -800; year < 10400; year++)
    for (int month = 1; month <= 12; month++)
      for (int of_month = 1; of_month <= month_days(year, month); of_month++, day++, weekday = (weekday + 1) % 7) {
        struct clock_civil c = clock_split(day * CLOCK_DAY + (of_month % 2 ? CLOCK_DAY - 1 : 0));
        if (c.year != year || c.month != month || c.day != of_month || c.weekday != weekday)
          fail_msg("%d-%02d-%02d, weekday %d: read as %d-%02d-%02d, weekday %d", year, month, of_month, weekday, c.year, c.month,
                   c.day, c.weekday);
      }
}

static void clock_join_inverts_clock_split(void **state)
{
  (void)state;
  for (int64_t day = -106751990; day < 106751990; day += 36997) {
    struct clock_civil c = clock_split(day * CLOCK_DAY + 5 * CLOCK_HOUR + 1);
    assert_int_equal(clock_join(c.year, c.month, c.day, 5, 0, 0) + 1, day * CLOCK_DAY + 5 * CLOCK_HOUR + 1);
    assert_int_equal(c.weekday, ((day + 4) % 7 + 7) % 7);
  }
  struct clock_civil first = clock_split(INT64_MIN), last = clock_split(INT64_MAX);
  assert_true(first.year == -290308 && first.month == 12 && first.day == 21 && first.hour == 19);
  assert_true(last.year == 294247 && last.month == 1 && last.day == 10 && last.hour == 4);
}

static void times_as_text(void **state)
{
  char out[CLOCK_ISO_MAX];
  int64_t us, back;
  (void)state;
  assert_true(clock_parse(SPAN("2026-08-22 12:00:00.250000"), &us));
  clock_iso(out, us, 0);
  assert_string_equal(out, "2026-08-22T12:00:00Z");
  clock_iso(out, us, 3);
  assert_string_equal(out, "2026-08-22T12:00:00.250Z");
  date_write(out, us);
  assert_string_equal(out, "Sat, 22 Aug 2026 12:00:00 GMT");
  assert_true(date_read(span_z(out), us, &back));
  assert_int_equal(back, us - 250000);
}

/* The example of RFC 9110 section 5.6.7 in its three forms, and the edges of each. */
static void http_dates(void **state)
{
  static const struct {
    const char *text;
    int year, month, day, hour, minute, second;
  } good[] = {{"Sun, 06 Nov 1994 08:49:37 GMT", 1994, 11, 6, 8, 49, 37},
              {"Sunday, 06-Nov-94 08:49:37 GMT", 1994, 11, 6, 8, 49, 37},
              {"Sun Nov  6 08:49:37 1994", 1994, 11, 6, 8, 49, 37},
              {"Wed Nov 16 08:49:37 1994", 1994, 11, 16, 8, 49, 37},
              {"Wednesday, 01-Jan-76 00:00:00 GMT", 2076, 1, 1, 0, 0, 0},
              {"Saturday, 01-Jan-77 00:00:00 GMT", 1977, 1, 1, 0, 0, 0},
              {"Tue, 29 Feb 2028 23:59:60 GMT", 2028, 2, 29, 23, 59, 60}};
  int64_t now = clock_join(2026, 8, 22, 12, 0, 0), us;
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(date_read(span_z(good[i].text), now, &us));
    assert_int_equal(us, clock_join(good[i].year, good[i].month, good[i].day, good[i].hour, good[i].minute, good[i].second));
  }
  assert_true(date_read(SPAN("Saturday, 01-Jan-77 00:00:00 GMT"), clock_join(2027, 1, 1, 0, 0, 0), &us));
  assert_int_equal(us, clock_join(2077, 1, 1, 0, 0, 0));
}

static void invalid_dates_of_http(void **state)
{
  static const char *const bad[] = {
      "", "yesterday", "784111777", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
      "Sun, 06 NOV 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
      "Tue, 29 Feb 2027 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
      "Sunday, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
      "Sun Nov 06 08:49:37 1994 GMT", "Sun Nov  6 08:49 1994", "Sun Nov -6 08:49:37 1994", "Sun Nov  6 08:49:37 94"};
  int64_t us;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(date_read(span_z(bad[i]), clock_join(2026, 8, 22, 12, 0, 0), &us));
    assert_int_equal(us, CLOCK_NEVER);
  }
}

static void invalid_times(void **state)
{
  static const char *const bad[] = {"", "0000-00-00 00:00:00", "2026-02-30", "2026-13-01", "2026-08-22T25:00:00Z",
                                    "2026-08-22T12:00:00+01:00", "2026-8-2", "2026-08-22 12:00", "yesterday",
                                    "2026-08-22T12:00:00.Z"};
  int64_t us;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(clock_parse(span_z(bad[i]), &us));
    assert_int_equal(us, CLOCK_NEVER);
  }
}

static void each_error_has_a_text(void **state)
{
  (void)state;
  for (int e = 0; e < ERR_COUNT; e++)
    assert_true(strlen(err_text((enum err)e)) > 1);
  assert_string_equal(err_text((enum err)99), "unknown error");
}

/* ---- the log */

static void a_recurring_event_is_logged_at_most_so_many_times(void **state)
{
  struct log_limit limit = {.most = 2};
  char text[4096];
  int ends[2], stderr_before = dup(STDERR_FILENO), lines = 0;
  assert_return_code(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  for (int i = 0; i < 5; i++)
    log_limited(&limit, 3600, LOG_LEVEL_WARN, "it broke, %d", i);
  limit.next_us = 1; /* the hour is over */
  log_limited(&limit, 3600, LOG_LEVEL_WARN, "it broke, 5");
  log_limited(&limit, 3600, LOG_LEVEL_WARN, "it broke, 6");
  log_limited(&limit, 3600, LOG_LEVEL_WARN, "it broke, 7");
  dup2(stderr_before, STDERR_FILENO);
  ssize_t n = read(ends[0], text, sizeof text - 1);
  text[n > 0 ? n : 0] = 0;
  for (char *at = text; (at = strchr(at, '\n')); at++)
    lines++;
  assert_int_equal(lines, 4);
  assert_non_null(strstr(text, "it broke, 1\n"));
  assert_non_null(strstr(text, "it broke, 5 (and 3 more like it)\n"));
  assert_non_null(strstr(text, "it broke, 6\n"));
  for (int i = 0; i < 2; i++)
    close(ends[i]);
  close(stderr_before);
}

/* A longer write could be split, or block on a pipe with little room. */
static void a_line_is_at_most_PIPE_BUF_bytes(void **state)
{
  char text[2 * PIPE_BUF], sentence[PIPE_BUF];
  int ends[2], stderr_before = dup(STDERR_FILENO);
  (void)state;
  memset(sentence, '\n', sizeof sentence); /* each becomes four characters */
  sentence[sizeof sentence - 1] = 0;
  assert_return_code(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  log_error("%s", sentence);
  dup2(stderr_before, STDERR_FILENO);
  ssize_t n = read(ends[0], text, sizeof text);
  assert_true(n > PIPE_BUF - 16 && n <= PIPE_BUF);
  assert_int_equal(text[n - 1], '\n');
  for (int i = 0; i < 2; i++)
    close(ends[i]);
  close(stderr_before);
}

/* The text is longer than the bytes in use before it, and the block ends at any position in it. */
static void arena_printf_across_the_end_of_a_block(void **state)
{
  (void)state;
  for (size_t block = 1; block < 400; block++)
    for (size_t used = 0; used < 64; used += 16) {
      struct arena *a = arena_new_sized(block, 0);
      assert_true(used == 0 || arena_alloc(a, used));
      struct span s = arena_printf(a, "%200d|", 7);
      assert_int_equal(s.n, 201);
      assert_true(s.p[199] == '7' && s.p[200] == '|' && s.p[201] == 0);
      assert_true(arena_held(a) >= used + 202);
      arena_free(&a);
    }
}

/* ---- MUST */

static void a_failed_must_logs_one_line_and_aborts(void **state)
{
  int ends[2], status;
  char logged[512] = "";
  (void)state;
  MUST(ends != NULL, "the condition holds");
  assert_int_equal(pipe(ends), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    MUST(logged[0], "the text is never empty");
    _exit(0);
  }
  close(ends[1]);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  assert_true(read(ends[0], logged, sizeof logged - 1) > 0);
  close(ends[0]);
  assert_non_null(strstr(logged, "test_base.c:"));
  assert_non_null(strstr(logged, "the text is never empty\n"));
  assert_null(strchr(strchr(logged, '\n') + 1, '\n'));
}

static bool count_cut(void *context)
{
  ++*(volatile unsigned *)context;
  return true;
}

/* A call with a microsecond left once hung in the signal handler, because the next signal came before its end. */
static void a_limit_that_is_over_leaves_time_for_the_process(void **state)
{
  volatile unsigned cuts = 0;
  (void)state;
  for (int i = 0; i < 20; i++) {
    int64_t began_us = clock_mono_us();
    cutoff_start(i % 2, count_cut, (void *)&cuts);
    while (clock_mono_us() - began_us < 5000)
      ;
    assert_true(cutoff_stop());
  }
  assert_in_range(cuts, 20, 2000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(formats_like_the_library),
      cmocka_unit_test(a_buffer_has_a_limit_and_a_sticky_failure),
      cmocka_unit_test(numbers_in_buffers),
      cmocka_unit_test(an_arena_fails_at_its_limit_until_reset),
      cmocka_unit_test(an_arena_keeps_its_promises_at_every_limit),
      cmocka_unit_test(arena_printf_at_every_fill),
      cmocka_unit_test(arena_printf_across_the_end_of_a_block),
      cmocka_unit_test(a_failed_must_logs_one_line_and_aborts),
      cmocka_unit_test(spans),
      cmocka_unit_test(clock_split_knows_every_day),
      cmocka_unit_test(clock_join_inverts_clock_split),
      cmocka_unit_test(times_as_text),
      cmocka_unit_test(invalid_times),
      cmocka_unit_test(http_dates),
      cmocka_unit_test(invalid_dates_of_http),
      cmocka_unit_test(a_limit_that_is_over_leaves_time_for_the_process),
      cmocka_unit_test(each_error_has_a_text),
      cmocka_unit_test(a_recurring_event_is_logged_at_most_so_many_times),
      cmocka_unit_test(a_line_is_at_most_PIPE_BUF_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
