/* Tokens of previews: their form, their comparison, and the bucket of wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "preview/preview_token.h"

static const char right[] = "0123456789abcdef0123456789abcdef0123456789abcdef";

static void a_token_is_48_hex_digits(void **state)
{
  (void)state;
  assert_true(preview_token_valid(span_z(right)));
  for (size_t i = 0; i < PREVIEW_TOKEN; i++)
    for (int c = 0; c < 256; c++) {
      char other[PREVIEW_TOKEN];
      memcpy(other, right, sizeof other);
      other[i] = (char)c;
      bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      assert_int_equal(preview_token_valid(span_of(other, sizeof other)), hex);
    }
  assert_false(preview_token_valid(span_of(right, PREVIEW_TOKEN - 1)));
  assert_false(preview_token_valid(span_of(NULL, 0)));
}

/* Whole tokens are compared, by a function whose time does not depend on where they differ (sodium_memcmp). */
static void tokens_differ_in_any_digit(void **state)
{
  char other[PREVIEW_TOKEN];
  (void)state;
  for (size_t i = 0; i < PREVIEW_TOKEN; i++) {
    memcpy(other, right, sizeof other);
    assert_true(preview_token_same(span_z(right), span_of(other, sizeof other)));
    other[i] = other[i] == '0' ? '1' : '0';
    assert_false(preview_token_same(span_z(right), span_of(other, sizeof other)));
  }
  assert_false(preview_token_same(span_of(right, PREVIEW_SELECTOR), span_of(right, PREVIEW_SELECTOR)));
}

static void wrong_tokens_empty_the_bucket_and_right_ones_pass(void **state)
{
  static struct preview_limits l;
  char wrong[] = "ffffffffffffffff0123456789abcdef0123456789abcdef";
  int64_t now_us = 1000 * CLOCK_SECOND;
  (void)state;
  preview_limits_init(&l);
  preview_token_right(&l, span_z(right));
  for (int i = 0; i < PREVIEW_WRONG_MOST; i++) {
    assert_int_equal(preview_token_wait(&l, span_z(wrong), now_us), 0);
    preview_token_wrong(&l, span_z(wrong), now_us);
  }
  assert_int_equal(preview_token_wait(&l, span_z(wrong), now_us), PREVIEW_WRONG_US / CLOCK_SECOND);
  assert_int_equal(preview_token_wait(&l, span_z(right), now_us), 0);
  assert_int_equal(preview_token_wait(&l, span_z(wrong), now_us + PREVIEW_WRONG_US), 0);
  preview_token_wrong(&l, span_z(right), now_us);
  assert_true(preview_token_wait(&l, span_z(right), now_us) > 0);
  assert_int_equal(preview_token_wait(&l, span_z(right), now_us + CLOCK_HOUR), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_token_is_48_hex_digits), cmocka_unit_test(tokens_differ_in_any_digit),
                                     cmocka_unit_test(wrong_tokens_empty_the_bucket_and_right_ones_pass)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
