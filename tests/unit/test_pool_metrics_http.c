/* HTTP on metrics_listen: every request is read the same however its bytes arrive, and what is no request is refused.
 * Readiness: each reason by itself.  Counters by route: their names, their classes and their buckets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/clock.h"
#include "pool/metrics_http.h"
#include "pool/readiness.h"
#include "site/routes.h"
#include "site/site.h"

static const struct row {
  const char *request;
  int status;
  const char *path; /* of status 200 */
  bool head;
} rows[] = {
    {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/metrics", false},
    {"HEAD /metrics HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n", 200, "/metrics", true},
    {"GET /metrics HTTP/1.0\r\n\r\n", 200, "/metrics", false},
    {"GET /metrics HTTP/1.9\nhost:x\n\n", 200, "/metrics", false},
    {"\r\nGET /metrics HTTP/1.1\r\nHOST:\r\n\r\n", 200, "/metrics", false},
    {"GET /metrics?name%5B%5D=x HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/metrics", false},
    {"GET http://10.0.0.1:9001/metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/metrics", false},
    {"GET HTTP://x/metrics?y HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/metrics", false},
    {"GET / HTTP/1.1\r\nHost: x\r\n\r\nbody that nobody reads", 200, "/", false},
    {"GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL, false},
    {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL, false},
    {"GET metrics HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL, false},
    {"GET /metrics\r\n", 400, NULL, false},
    {"GET  /metrics HTTP/1.1\r\n", 400, NULL, false},
    {"GET /metrics x HTTP/1.1\r\n", 400, NULL, false},
    {"GET /metrics HTTP/11\r\n", 400, NULL, false},
    {"GET /metrics http/1.1\r\n", 400, NULL, false},
    {"GET /metrics HTTP/2.0\r\n", 505, NULL, false},
    {"PRI * HTTP/2.0\r\n", 505, NULL, false},
    {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 405, NULL, false},
    {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405, NULL, false},
    {"get /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 405, NULL, false},
    {"GET /metrics HTTP/1.1\r\n\r\n", 400, NULL, false},
    {"GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, NULL, false},
    {"GET /metrics HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400, NULL, false},
    {"GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n", 400, NULL, false},
    {"GET /metrics HTTP/1.1\r\nno colon\r\n\r\n", 400, NULL, false},
    {"\x16\x03\x01\x02", 400, NULL, false},
    {" GET /metrics HTTP/1.1\r\n", 400, NULL, false},
};

/* Any part of a request without its last byte is read as incomplete, or refused as the whole is. */
static void requests_are_read_however_they_arrive(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct row *r = &rows[i];
    struct metrics_http_request rq;
    size_t n = strlen(r->request);
    print_message("%s\n", r->request);
    assert_int_equal(metrics_http_read(span_of(r->request, n), &rq), r->status);
    if (r->status == 200) {
      assert_true(span_eq(rq.path, span_z(r->path)));
      assert_int_equal(rq.head, r->head);
    }
    int before = 0;
    for (size_t part = 0; part <= n; part++) { /* a copy of the exact size shows reads beyond it */
      char *copy = malloc(part + !part);
      memcpy(copy, r->request, part);
      int status = metrics_http_read(span_of(copy, part), &rq);
      free(copy);
      assert_true(status == 0 || status == r->status);
      assert_true(!before || status == before);
      before = status;
    }
  }
}

static void long_requests_are_refused(void **state)
{
  char *long_line = malloc(METRICS_HTTP_REQUEST_MOST);
  struct metrics_http_request rq;
  (void)state;
  memset(long_line, 'x', METRICS_HTTP_REQUEST_MOST);
  memcpy(long_line, "GET /", 5);
  assert_int_equal(metrics_http_read(span_of(long_line, METRICS_HTTP_REQUEST_MOST - 1), &rq), 0);
  assert_int_equal(metrics_http_read(span_of(long_line, METRICS_HTTP_REQUEST_MOST), &rq), 414);
  memcpy(long_line, "GET / HTTP/1.1\r\nHost: x\r\nA:", 27);
  assert_int_equal(metrics_http_read(span_of(long_line, METRICS_HTTP_REQUEST_MOST - 1), &rq), 0);
  assert_int_equal(metrics_http_read(span_of(long_line, METRICS_HTTP_REQUEST_MOST), &rq), 431);
  free(long_line);
}

/* Every single changed byte of a valid request leaves a decision, not a crash; run it with sanitizers. */
static void changed_bytes_do_no_harm(void **state)
{
  static const char valid[] = "GET http://x/metrics?y HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
  (void)state;
  for (size_t at = 0; at < sizeof valid - 1; at++)
    for (int c = 0; c < 256; c++) {
      struct metrics_http_request rq;
      char *copy = malloc(sizeof valid - 1);
      memcpy(copy, valid, sizeof valid - 1);
      copy[at] = (char)c;
      int status = metrics_http_read(span_of(copy, sizeof valid - 1), &rq);
      assert_true(status == 0 || status == 200 || status == 400 || status == 405 || status == 505);
      free(copy);
    }
}

static void an_answer_has_the_length_of_its_body(void **state)
{
  struct buf get = BUF_INIT, head = BUF_INIT;
  struct metrics_http_answer a = {.status = 405, .type = "text/plain", .body = SPAN("four"), .now_us = 0};
  (void)state;
  metrics_http_write(&get, &a);
  a.head = true;
  metrics_http_write(&head, &a);
  assert_string_equal(buf_z(&head), "HTTP/1.1 405 Method Not Allowed\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                                    "Content-Type: text/plain\r\nContent-Length: 4\r\nCache-Control: no-store\r\n"
                                    "Allow: GET, HEAD\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");
  assert_int_equal(get.n, head.n + 4);
  assert_string_equal(buf_z(&get) + head.n, "four");
  buf_free(&get);
  buf_free(&head);
}

static bool site_serves_nothing(void *context, const struct config *c, struct buf *why)
{
  (void)context;
  (void)c;
  buf_puts(why, "the database is away");
  return false;
}

static void check_readiness(const struct scoreboard *b, const struct app *app, const char *trouble)
{
  struct buf why = BUF_INIT;
  assert_int_equal(readiness_of(b, app, NULL, &why), !*trouble);
  assert_string_equal(buf_z(&why), trouble);
  buf_free(&why);
}

static void each_reason_not_to_be_ready(void **state)
{
  struct scoreboard *b = scoreboard_new();
  struct app app = {0};
  (void)state;
  atomic_store(&b->used, 1);
  atomic_store(&b->slots[0].pid, 42);
  check_readiness(b, &app, "no worker takes requests");
  atomic_store(&b->slots[0].ready, 1);
  check_readiness(b, &app, "");
  atomic_store(&b->slots[0].leaving, 1);
  check_readiness(b, &app, "no worker takes requests");
  atomic_store(&b->slots[0].leaving, 0);
  app.serves = site_serves_nothing;
  check_readiness(b, &app, "the database is away");
  atomic_store(&b->watcher_failures, WATCHER_FAILURES_DOWN);
  check_readiness(b, &app, "the watcher dies again and again: see the log");
  atomic_store(&b->stopping, 1);
  check_readiness(b, &app, "the pool is stopping");
}

static void a_master_that_stands_still_is_noticed(void **state)
{
  struct scoreboard *b = scoreboard_new();
  struct buf why = BUF_INIT;
  (void)state;
  atomic_store(&b->master_us, 100 * CLOCK_SECOND);
  assert_true(readiness_master_runs(b, 110 * CLOCK_SECOND, &why));
  assert_false(readiness_master_runs(b, 112 * CLOCK_SECOND, &why));
  assert_string_equal(buf_z(&why), "the master has not run for 12 s");
  buf_free(&why);
}

static const char *name_of(struct span path, enum form form)
{
  struct target t = {.path = path, .stem = path, .form = form};
  struct span param;
  unsigned n;
  return site_route_names(&n)[route_number(route_find(&t, &param))];
}

static void every_route_has_a_number_with_its_name(void **state)
{
  unsigned n = 0;
  const char *const *names = site_route_names(&n);
  (void)state;
  assert_true(n > route_count() + 4 && n <= ROUTE_COUNTS_ROUTES);
  assert_string_equal(names[0], "none");
  assert_string_equal(name_of(SPAN("/"), FORM_HTML), "home");
  assert_string_equal(name_of(SPAN("/compare/a-vs-b"), FORM_ATOM), "compare_feed");
  assert_string_equal(name_of(SPAN("/any-page"), FORM_MD), "static_page");
  assert_string_equal(names[route_count() + 1], "healthz");
  assert_string_equal(names[n - 2], ".well-known/security.txt");
  assert_string_equal(names[n - 1], "preview");
}

static void an_answer_is_counted_in_its_class_and_bucket(void **state)
{
  static const int64_t us[] = {0, 250, 251, 1000, 1001, 2500000, 2500001, 600000000};
  static const size_t buckets[] = {0, 0, 1, 1, 2, ROUTE_COUNTS_BUCKETS - 2, ROUTE_COUNTS_BUCKETS - 1, ROUTE_COUNTS_BUCKETS - 1};
  static const int statuses[] = {100, 200, 299, 300, 304, 404, 499, 500, 599};
  static const size_t classes[] = {0, 0, 0, 1, 1, 2, 2, 3, 3};
  (void)state;
  for (size_t i = 0; i < sizeof us / sizeof *us; i++)
    for (size_t j = 0; j < sizeof statuses / sizeof *statuses; j++) {
      struct route_counts c = {0};
      route_counts_add(&c, &(struct route_answer){.status = statuses[j], .us = us[i], .bytes = 7});
      assert_int_equal(c.answers[classes[j]][buckets[i]], 1);
      assert_int_equal(c.us, us[i]);
      assert_int_equal(c.bytes, 7);
    }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_are_read_however_they_arrive),
      cmocka_unit_test(long_requests_are_refused),
      cmocka_unit_test(changed_bytes_do_no_harm),
      cmocka_unit_test(an_answer_has_the_length_of_its_body),
      cmocka_unit_test(each_reason_not_to_be_ready),
      cmocka_unit_test(a_master_that_stands_still_is_noticed),
      cmocka_unit_test(every_route_has_a_number_with_its_name),
      cmocka_unit_test(an_answer_is_counted_in_its_class_and_bucket),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
