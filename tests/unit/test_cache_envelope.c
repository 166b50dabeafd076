/* Envelopes: a wrapped value opens under its key only, and a damaged value does not open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cache/envelope.h"


static const unsigned char secret[ENVELOPE_SECRET] = "0123456789abcde";

static void opens(void **state)
{
  (void)state;
  struct buf b = BUF_INIT;
  struct span body;
  envelope_wrap(&b, SPAN("p:1:2"), SPAN("body\0bytes"), secret);
  assert_true(envelope_open(buf_view(&b), SPAN("p:1:2"), secret, &body));
  assert_true(span_eq(body, SPAN("body\0bytes")));
  buf_clear(&b);
  envelope_wrap(&b, SPAN("k"), SPAN(""), secret);
  assert_true(envelope_open(buf_view(&b), SPAN("k"), secret, &body));
  assert_int_equal(body.n, 0);
  buf_free(&b);
}

static void appends(void **state)
{
  (void)state;
  struct buf b = BUF_INIT;
  struct span body;
  buf_puts(&b, "before");
  envelope_wrap(&b, SPAN("k"), SPAN("x"), secret);
  assert_true(envelope_open(span_from(buf_view(&b), 6), SPAN("k"), secret, &body));
  buf_free(&b);
}

static void refuses(void **state)
{
  (void)state;
  struct buf b = BUF_INIT;
  struct span body = {0};
  unsigned char other[ENVELOPE_SECRET];
  envelope_wrap(&b, SPAN("key"), SPAN("the body"), secret);
  struct span value = buf_view(&b);
  envelope_secret(other, SPAN("another secret"));
  assert_false(envelope_open(value, SPAN("kez"), secret, &body));
  assert_false(envelope_open(value, SPAN("ke"), secret, &body));
  assert_false(envelope_open(value, SPAN("keyt"), secret, &body));
  assert_false(envelope_open(value, SPAN("key"), other, &body));
  for (size_t n = 0; n < value.n; n++)
    assert_false(envelope_open(span_head(value, n), SPAN("key"), secret, &body));
  for (size_t i = 0; i < value.n * 8; i++) {
    b.p[i / 8] = (char)(b.p[i / 8] ^ 1 << i % 8);
    assert_false(envelope_open(value, SPAN("key"), secret, &body));
    b.p[i / 8] = (char)(b.p[i / 8] ^ 1 << i % 8);
  }
  buf_putc(&b, 0);
  assert_false(envelope_open(buf_view(&b), SPAN("key"), secret, &body));
  assert_null(body.p);
  buf_free(&b);
}

static void secrets(void **state)
{
  (void)state;
  unsigned char a[ENVELOPE_SECRET], b[ENVELOPE_SECRET];
  envelope_secret(a, SPAN("sixteen letters."));
  envelope_secret(b, SPAN("sixteen letters."));
  assert_memory_equal(a, b, sizeof a);
  envelope_secret(b, SPAN("sixteen letters!"));
  assert_memory_not_equal(a, b, sizeof a);
}

static void too_large(void **state)
{
  (void)state;
  struct buf b = BUF_INIT, key = BUF_INIT;
  while (key.n < 65536)
    buf_puts(&key, "kkkkkkkk");
  envelope_wrap(&b, buf_view(&key), SPAN("x"), secret);
  assert_true(b.failed);
  buf_free(&key);
  buf_free(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opens),
      cmocka_unit_test(appends),
      cmocka_unit_test(refuses),
      cmocka_unit_test(secrets),
      cmocka_unit_test(too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
