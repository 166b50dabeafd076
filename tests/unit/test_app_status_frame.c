/* The frames of `diptych status --watch`, for any report, in any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/status_frame.h"
#include "base/amount.h"

static json_t *report(double uptime_ms, double requests, int workers, const char *request, const char *trouble)
{
  json_t *all = json_array(), *servers = json_array();
  for (int i = 0; i < workers; i++)
    json_array_append_new(all, json_pack("{si si ss sb ss so sf si sf sf si so}", "worker", i, "pid", 1000 + i, "state", "ready", "busy",
                                         i % 3 == 2, "stage", "waiting for memcached", "request",
                                         i % 3 == 2 ? json_stringn_nocheck(request, strlen(request)) : json_null(), "ms", 12.0 * i,
                                         "deferred", 0, "requests", requests / workers, "age_ms", uptime_ms, "restarts", i % 2,
                                         "memory_bytes", i % 5 ? json_integer(41234567 + i) : json_null()));
  for (int i = 0; i < workers % 7; i++)
    json_array_append_new(servers, json_pack("{ss sb sf sf sf}", "server", "10.0.0.1:11211", "up", i % 2, "hits", requests, "misses",
                                             requests / 10, "errors", 0.0));
  return json_pack("{sf si si si si si si si s{si sf} s{sf sf sf sf sf sf sf sf sf sf} s{si si si si si} so sb ss so s[] "
                   "s{sb sb sb sb si si si ss si}}",
                   "uptime_ms", uptime_ms, "workers_wanted", workers, "workers_alive", workers, "workers_busy", workers / 3,
                   "workers_leaving", 0, "listen_queue", 3, "listen_queue_limit", 511, "generation", 1, "master", "pid", 99, "memory_bytes",
                   1e6, "metrics", "requests", requests, "responses_5xx", 0.0, "responses_4xx", requests / 50, "busy_seconds",
                   requests / 2000, "pages_hit", requests * 0.9, "pages_rendered", requests * 0.1, "pages_stale", 0.0, "cache_hits",
                   requests, "cache_misses", 1.0, "db_statements", requests / 100, "pool", "deaths_killed", 1, "deaths_exited", 0,
                   "deaths_hung", 0, "recycled", 2, "watcher_restarts", 0, "workers", all, "ready", *trouble == 0, "ready_why", trouble,
                   "cache_servers", servers, "refused_paths", "catalog", "ready", 1, "database_up", *trouble == 0, "doubted", 0,
                   "reading_fails", 0, "products", 1000, "behind", 0, "confirmed_ms_ago", 120, "trouble", trouble, "connections_limit", 151);
}

static const char *frame_of(const struct status_frame *f, int columns, int rows, bool filling, bool colour, bool unicode)
{
  static struct buf out = BUF_INIT;
  struct screen s = {.out = &out, .columns = columns, .rows = rows, .filling = filling, .colour = colour, .unicode = unicode};
  buf_free(&out);
  status_frame_write(f, &s);
  return buf_z(&out);
}

/* Reads the frame as a terminal does.  Fails when a line is too wide, when it scrolls, or on a byte that is none of ours. */
static void frame_check(const char *p, int columns, int rows)
{
  int column = 0, row = 0;
  for (; *p; p++) {
    if (*p == 0x1b) {
      assert_int_equal(p[1], '[');
      p += 2 + strspn(p + 2, "0123456789;");
      assert_non_null(strchr("HKJm", *p));
    } else if (*p == '\r') {
      column = 0;
    } else if (*p == '\n') {
      row++;
      assert_true(row < rows);
    } else if (((unsigned char)*p & 0xC0) != 0x80) {
      assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
      assert_true(++column <= columns);
    }
  }
}

static void frames_fit_any_terminal(void **state)
{
  static const char *const requests[] = {"GET /compare/a-vs-b", "GET /\x1b[2J\x01\x7f\xc3\xa9\xff",
                                         "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  static const int sizes[][2] = {{80, 24}, {1, 1}, {2, 2}, {10, 3}, {20, 5}, {40, 12}, {60, 10}, {79, 13},
                                 {80, 14}, {132, 50}, {500, 200}};
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
    for (int workers = 0; workers <= 60; workers += workers < 12 ? 1 : 16)
      for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int flags = 0; flags < 8; flags++) {
          const char *trouble = flags & 4 ? "error 1045: \x1b[31mAccess denied" : "";
          json_t *before = report(5000, 1000, workers, "GET /", ""), *now = report(6000, 5321, workers, requests[i], trouble);
          struct status_frame f = {.now = now, .before = flags & 1 ? before : NULL, .control = "/run/diptych/\x1b[Hcontrol.sock",
                                   .clock = "13:04:05 UTC", .notice = flags & 2 ? "the pool \x1b[2J answers again" : "", .interactive = flags & 1,
                                   .history = {1, 5, 3, 0, 100}, .n_history = 5};
          frame_check(frame_of(&f, sizes[k][0], sizes[k][1], true, flags & 2, flags & 4), sizes[k][0], sizes[k][1]);
          json_decref(before);
          json_decref(now);
        }
}

static void rates_come_from_two_reports(void **state)
{
  json_t *before = report(5000, 1000, 3, "GET /x", ""), *now = report(7000, 5000, 3, "GET /x", "");
  struct status_frame f = {.now = now, .before = before, .control = "/c", .clock = "13:04:05 UTC", .notice = ""};
  const char *text = frame_of(&f, 80, 0, false, false, false);
  assert_non_null(strstr(text, "requests   2,000/s"));
  assert_non_null(strstr(text, "busy       33 %"));
  assert_non_null(strstr(text, "0.50 ms each"));
  assert_non_null(strstr(text, "page 90 %"));
  assert_non_null(strstr(text, "\n   1    1001     7s  41.2 MB     1    667  idle\n"));
  assert_non_null(strstr(text, "\n   2    1002     7s  41.2 MB     0    667  24 ms /x, memcached\n"));
  assert_non_null(strstr(text, "\n   0    1000     7s        -     0    667  idle\n"));
  assert_true(status_frame_rate(before, now) == 2000);
  assert_true(status_frame_rate(now, before) == -1);
  assert_true(status_frame_rate(NULL, now) == -1);
  json_object_set_new(json_object_get(now, "master"), "pid", json_integer(100)); /* another pool */
  assert_false(status_frame_continues(before, now));
  f.before = NULL;
  assert_non_null(strstr(frame_of(&f, 80, 0, false, false, false), "requests   -/s"));
  json_decref(before);
  json_decref(now);
}

static void no_pool_and_odd_answers(void **state)
{
  static const char *const odd[] = {"{}", "{\"workers\":3}", "{\"workers\":[1,null,\"x\"],\"metrics\":[]}", "[]",
                                     "{\"catalog\":7,\"cache_servers\":{}}"};
  struct status_frame f = {.control = "/run/c.sock", .clock = "13:04:05 UTC", .notice = "no answer since 13:04:01 UTC: no pool runs"};
  const char *text = frame_of(&f, 80, 24, true, false, false);
  frame_check(text, 80, 24);
  assert_non_null(strstr(text, "no answer since 13:04:01 UTC"));
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    json_t *now = json_loads(odd[i], 0, NULL);
    assert_non_null(now);
    f.now = f.before = now;
    frame_check(frame_of(&f, 80, 24, true, true, true), 80, 24);
    json_decref(now);
  }
}

static void busy_workers_come_first_when_there_is_no_room(void **state)
{
  json_t *now = report(5000, 1000, 30, "GET /busy", "");
  struct status_frame f = {.now = now, .control = "/c", .clock = "13:04:05 UTC", .notice = ""};
  const char *text = frame_of(&f, 80, 22, true, false, false);
  int busy = 0;
  for (const char *p = text; (p = strstr(p, " ms /busy, memcached")); p++)
    busy++;
  assert_true(busy > 5);
  assert_null(strstr(text, "  idle"));
  assert_non_null(strstr(text, " more, "));
  json_decref(now);
}

static void amounts(void **state)
{
  static const struct {
    int64_t us;
    const char *text;
  } ages[] = {{-5, "0s"}, {59999999, "59s"}, {60000000, "1m00s"}, {3599000000, "59m59s"}, {3600000000, "1h00m"}, {86400000000, "1d00h"},
              {INT64_C(273600000000), "3d04h"}};
  static const struct {
    int64_t bytes;
    const char *text;
  } sizes[] = {{-1, "-"}, {0, "0 kB"}, {812000, "812 kB"}, {999499, "999 kB"},
               {999500, "1.0 MB"}, {41234567, "41.2 MB"}, {999949999, "999.9 MB"}, {999950000, "1.0 GB"}};
  static const struct {
    double v;
    const char *text;
  } rates[] = {{0, "0"}, {0.04, "0"}, {0.3, "0.3"}, {12.34, "12.3"}, {99.96, "100"}, {999.4, "999"},
               {1234.4, "1,234"}, {9999.6, "10.0k"}, {56700, "56.7k"}, {1234567, "1.2M"}};
  char out[AMOUNT_MAX];
  for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
    amount_age(out, ages[i].us);
    assert_string_equal(out, ages[i].text);
  }
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    amount_bytes(out, sizes[i].bytes);
    assert_string_equal(out, sizes[i].text);
  }
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    amount_rate(out, rates[i].v);
    assert_string_equal(out, rates[i].text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_fit_any_terminal), cmocka_unit_test(rates_come_from_two_reports),
      cmocka_unit_test(no_pool_and_odd_answers), cmocka_unit_test(busy_workers_come_first_when_there_is_no_room),
      cmocka_unit_test(amounts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
