/* record_scan returns the right verdict (whole, partial or bad) for each prefix of valid requests and for invalid
 * requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "pool/record.h"

static char scratch[RECORD_LIMIT];

static void put(struct buf *b, unsigned type, uint16_t id, struct span content, unsigned padding)
{
  unsigned char header[RECORD_HEADER];
  record_header(header, (enum record_type)type, id, content.n, padding);
  buf_put(b, header, sizeof header);
  buf_span(b, content);
  for (unsigned i = 0; i < padding; i++)
    buf_putc(b, 'p');
}

static void put_begin(struct buf *b, uint16_t id, bool keep)
{
  char body[8] = {0, 1, (char)keep};
  put(b, RECORD_BEGIN_REQUEST, id, span_of(body, 8), 0);
}

static void put_length(struct buf *b, size_t n)
{
  if (n >= 128) {
    buf_putc(b, (char)(0x80 | n >> 24));
    buf_putc(b, (char)(n >> 16));
    buf_putc(b, (char)(n >> 8));
  }
  buf_putc(b, (char)n);
}

static void put_pair(struct buf *b, const char *name, struct span value)
{
  put_length(b, strlen(name));
  put_length(b, value.n);
  buf_puts(b, name);
  buf_span(b, value);
}

static void put_good(struct buf *b)
{
  put_pair(b, "REQUEST_METHOD", SPAN("GET"));
  put_pair(b, "REQUEST_URI", SPAN("/"));
}

/* A request around `params`, cut into records of `size` bytes. */
static struct buf request_of(struct buf *params, size_t size)
{
  struct buf b = BUF_INIT;
  struct span rest = buf_view(params);
  put_begin(&b, 7, true);
  for (; rest.n; rest = span_from(rest, size))
    put(&b, RECORD_PARAMS, 7, span_head(rest, size), size % 5);
  put(&b, RECORD_PARAMS, 7, SPAN(""), 0);
  put(&b, RECORD_STDIN, 7, SPAN(""), 0);
  return b;
}

static struct record_request scan_params(struct buf *params, size_t size)
{
  struct buf b = request_of(params, size);
  struct record_request scan = record_scan(buf_view(&b), scratch);
  buf_free(&b);
  buf_free(params);
  return scan;
}

static void a_whole_request(void **state)
{
  struct buf params = BUF_INIT;
  put_good(&params);
  struct record_request scan = scan_params(&params, 1000);
  assert_int_equal(scan.verdict, RECORD_WHOLE);
  assert_int_equal(scan.id, 7);
  assert_true(scan.keep && scan.stdin_ended && !scan.more);
  assert_null(scan.why);
  assert_true(span_eq(scan.method, SPAN("GET")) && span_eq(scan.target, SPAN("/")));
  assert_int_equal(scan.request_id.n, 0);
}

static void every_prefix_is_partial_until_the_parameters_end(void **state)
{
  struct buf params = BUF_INIT;
  put_good(&params);
  struct buf b = request_of(&params, 10);
  size_t whole = b.n - RECORD_HEADER; /* without the end of the body */
  for (size_t n = 0; n <= b.n; n++) {
    char *copy = malloc(n + 1); /* exact size: a sanitizer reports a read past the end */
    memcpy(copy, b.p, n);
    struct record_request scan = record_scan(span_of(copy, n), scratch);
    assert_int_equal(scan.verdict, n < whole ? RECORD_PARTIAL : RECORD_WHOLE);
    assert_int_equal(scan.stdin_ended, n == b.n);
    free(copy);
  }
  buf_free(&b);
  buf_free(&params);
}

static void records_of_any_size(void **state)
{
  for (size_t size = 1; size < 60; size++) {
    struct buf params = BUF_INIT;
    put_good(&params);
    char long_value[300];
    memset(long_value, 120, sizeof long_value);
    put_pair(&params, "HTTP_X", span_of(long_value, sizeof long_value));
    struct record_request scan = scan_params(&params, size);
    assert_int_equal(scan.verdict, RECORD_WHOLE);
  }
}

static void bytes_after_the_request_are_reported(void **state)
{
  struct buf params = BUF_INIT;
  put_good(&params);
  struct buf b = request_of(&params, 100);
  buf_putc(&b, 1);
  struct record_request scan = record_scan(buf_view(&b), scratch);
  assert_int_equal(scan.verdict, RECORD_WHOLE);
  assert_true(scan.stdin_ended && scan.more);
  buf_free(&b);
  buf_free(&params);
}

/* libfcgi reads the padding after BEGIN_REQUEST and after the end of a stream as the next record. */
static void padding_of_any_length_is_reported_and_removed(void **state)
{
  for (unsigned where = 0; where < 4; where++)
    for (unsigned n = 0; n < 256; n++) {
      struct buf params = BUF_INIT, b = BUF_INIT, plain = BUF_INIT;
      put_good(&params);
      put(&b, RECORD_BEGIN_REQUEST, 7, SPAN("\0\1\1\0\0\0\0\0"), where == 0 ? n : 0);
      put(&b, RECORD_PARAMS, 7, buf_view(&params), where == 1 ? n : 0);
      put(&b, RECORD_PARAMS, 7, SPAN(""), where == 2 ? n : 0);
      put(&b, RECORD_STDIN, 7, SPAN(""), where == 3 ? n : 0);
      struct record_request scan = record_scan(buf_view(&b), scratch);
      assert_int_equal(scan.verdict, RECORD_WHOLE);
      assert_true(scan.stdin_ended && !scan.more && scan.keep && scan.length == b.n);
      assert_int_equal(scan.padded, n && where != 1);
      record_unpadded(&scan, &plain);
      struct buf again = request_of(&params, 10000);
      assert_true(span_eq(buf_view(&plain), buf_view(&again)));
      buf_free(&again);
      buf_free(&plain);
      buf_free(&b);
      buf_free(&params);
    }
}

static void the_limit_is_on_parameters_not_on_bodies(void **state)
{
  struct buf params = BUF_INIT, body = BUF_INIT;
  put_good(&params);
  struct buf b = request_of(&params, 100);
  buf_truncate(&b, b.n - RECORD_HEADER);
  buf_reserve(&body, 60000);
  body.n = 60000;
  memset(body.p, 'b', body.n);
  for (int i = 0; i < 4; i++)
    put(&b, RECORD_STDIN, 7, buf_view(&body), 0);
  struct record_request scan = record_scan(buf_view(&b), scratch);
  assert_int_equal(scan.verdict, RECORD_WHOLE);
  assert_false(scan.stdin_ended);
  buf_free(&b);

  put_pair(&params, "HTTP_LONG", buf_view(&body));
  put_pair(&params, "HTTP_LONGER", buf_view(&body));
  scan = scan_params(&params, 60000);
  assert_int_equal(scan.verdict, RECORD_BAD);
  buf_free(&body);
}

static void bad_parameters(void **state)
{
  static const struct {
    const char *name;
    struct span value;
    bool good;
  } cases[] = {{"HTTP_A", SPAN("=\"'\\\xff"), true}, {"REQUEST_URI", SPAN("/other"), false},
               {"REQUEST_METHOD", SPAN("PUT"), false}, {"A=B", SPAN("c"), false},
               {"A B", SPAN("c"), false},             {"A\x7f", SPAN("c"), false},
               {"", SPAN("c"), false},                {"HTTP_A", SPAN("a\0b"), false},
               {"HTTP_IF_NONE_MATCH", SPAN(""), true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf params = BUF_INIT;
    put_good(&params);
    put_pair(&params, cases[i].name, cases[i].value);
    struct record_request scan = scan_params(&params, 1000);
    assert_int_equal(scan.verdict, cases[i].good ? RECORD_WHOLE : RECORD_BAD);
    assert_int_equal(scan.why == NULL, cases[i].good);
  }
}

static void wrong_lengths(void **state)
{
  static const struct span tails[] = {SPAN("\x05"), SPAN("\x05\x05"), SPAN("\x01\x02" "a"), SPAN("\x80\x00"),
                                      SPAN("\xff\xff\xff\xff\xff\xff\xff\xff" "a"), SPAN("\x01\xff\xff\xff\xff" "a")};
  for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
    struct buf params = BUF_INIT;
    put_good(&params);
    buf_span(&params, tails[i]);
    assert_int_equal(scan_params(&params, 1000).verdict, RECORD_BAD);
  }
}

/* A first record of each type, id and version; only BEGIN_REQUEST with an id and version 1 is valid. */
static void wrong_beginnings(void **state)
{
  for (unsigned type = 0; type < 256; type++)
    for (unsigned id = 0; id < 2; id++)
      for (unsigned version = 0; version < 3; version++) {
        struct buf b = BUF_INIT;
        char body[8] = {0, 1, 0};
        put(&b, type, (uint16_t)id, span_of(body, 8), 0);
        b.p[0] = (char)version;
        struct record_request scan = record_scan(buf_view(&b), scratch);
        bool good = type == RECORD_BEGIN_REQUEST && id && version == 1;
        assert_int_equal(scan.verdict, good ? RECORD_PARTIAL : RECORD_BAD);
        buf_free(&b);
      }
}

/* Valid requests with one random byte changed: a verdict for each, and no read past the end. */
static void one_changed_byte(void **state)
{
  struct buf params = BUF_INIT;
  put_good(&params);
  struct buf b = request_of(&params, 20);
  srand(1);
  for (int i = 0; i < 20000; i++) {
    size_t at = (size_t)rand() % b.n;
    char was = b.p[at];
    b.p[at] = (char)rand();
    char *copy = malloc(b.n);
    memcpy(copy, b.p, b.n);
    struct record_request scan = record_scan(span_of(copy, b.n), scratch);
    assert_true(scan.verdict == RECORD_PARTIAL || scan.verdict == RECORD_WHOLE || scan.why);
    free(copy);
    b.p[at] = was;
  }
  buf_free(&b);
  buf_free(&params);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_whole_request),
      cmocka_unit_test(every_prefix_is_partial_until_the_parameters_end),
      cmocka_unit_test(records_of_any_size),
      cmocka_unit_test(bytes_after_the_request_are_reported),
      cmocka_unit_test(padding_of_any_length_is_reported_and_removed),
      cmocka_unit_test(the_limit_is_on_parameters_not_on_bodies),
      cmocka_unit_test(bad_parameters),
      cmocka_unit_test(wrong_lengths),
      cmocka_unit_test(wrong_beginnings),
      cmocka_unit_test(one_changed_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
