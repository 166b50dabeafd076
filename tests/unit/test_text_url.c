/* URLs: encoding, decoding, and which ones may be linked to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/url.h"


static void becomes(void (*encode)(struct buf *, struct span), struct span in, const char *expected)
{
  struct buf out = BUF_INIT;
  encode(&out, in);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

static void encoding(void **state)
{
  (void)state;
  becomes(url_percent_encode, SPAN("aZ0-._~/?&=+ \xC3\xA9%\0"), "aZ0-._~%2F%3F%26%3D%2B%20%C3%A9%25%00");
  becomes(url_tidy, SPAN("https://h:1/a b?c=d&e#f[]@!$()*+,;"), "https://h:1/a%20b?c=d&e#f[]@!$()*+,;");
  becomes(url_tidy, SPAN("%41%4%zz\"'<>\\^`{|}\n\0"), "%41%254%25zz%22%27%3C%3E%5C%5E%60%7B%7C%7D%0A%00");
  becomes(url_tidy_part, SPAN("a:b/c"), "a%3Ab/c");
}

/* RFC 3986, section 3.4. */
static void a_query_of_any_byte(void **state)
{
  struct arena *a = arena_new(0);
  (void)state;
  for (int byte = 0; byte < 256; byte++) {
    char raw[] = {'q', (char)byte}, encoded[8];
    bool stays = byte && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@/?", byte);
    snprintf(encoded, sizeof encoded, stays ? "q%c" : "q%%%02X", byte);
    assert_string_equal(arena_z(a, url_query_tidied(a, span_of(raw, 2))), encoded);
  }
  assert_string_equal(arena_z(a, url_query_tidied(a, SPAN("a=%ff&b=%f"))), "a=%ff&b=%25f");
  arena_free(&a);
}

static void decoding(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  struct span out;
  assert_true(url_percent_decode(a, SPAN("a%2Fb+c%C3%A9"), false, &out));
  assert_true(span_eq(out, SPAN("a/b+c\xC3\xA9")));
  assert_true(url_percent_decode(a, SPAN("a+b%2b"), true, &out));
  assert_true(span_eq(out, SPAN("a b+")));
  assert_true(url_percent_decode(a, SPAN(""), true, &out));
  assert_int_equal(out.n, 0);
  static const char *const bad[] = {"%", "%4", "a%4", "%zz", "%4z", "a%00b", "%-1", "% 1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(url_percent_decode(a, span_z(bad[i]), false, &out));
  assert_false(url_percent_decode(a, SPAN("a\0"), false, &out));
  arena_free(&a);
}

static void schemes(void **state)
{
  (void)state;
  static const char *const good[] = {"http://h", "HTTPS://h", "mailto:a@b", "/a:b", "a/b:c", "?q=a:b", "#a:b", "", "a", "//h/",
                                     "../x"};
  static const char *const bad[] = {"javascript:x", "JavaScript:x", " javascript:x", "java\tscript:x", "\x01javascript:x", "data:x",
                                    "vbscript:x", "ftp://h", "a:b", ":", "httpsx:", "http :x", "file:///etc", "java\nscript:x",
                                    " http://h"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(url_scheme_ok(span_z(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(url_scheme_ok(span_z(bad[i])));
  assert_false(url_scheme_ok(SPAN("java\0script:x")));
}

static void hosts(void **state)
{
  (void)state;
  assert_true(url_external(SPAN("http://h")) && url_external(SPAN("HTTPS://h")) && url_external(SPAN("//h")));
  assert_true(url_external(SPAN("/\\h")) && url_external(SPAN("\\\\h")) && url_external(SPAN("/\t/h")) &&
              url_external(SPAN(" //h")));
  assert_false(url_external(SPAN("/a//b")) || url_external(SPAN("a//b")) || url_external(SPAN("?a=//b")) || url_external(SPAN("")));
  assert_false(url_external(SPAN("mailto:a@b")));
}

static void queries(void **state)
{
  (void)state;
  struct span v;
  assert_true(url_query_find(SPAN("a=1&b=2&b=3&c"), SPAN("b"), &v) && span_eq(v, SPAN("2")));
  assert_true(url_query_find(SPAN("a=1&c"), SPAN("c"), &v) && v.n == 0);
  assert_true(url_query_find(SPAN("a=b=c"), SPAN("a"), &v) && span_eq(v, SPAN("b=c")));
  assert_false(url_query_find(SPAN("ab=1"), SPAN("a"), &v));
  assert_false(url_query_find(SPAN(""), SPAN("a"), &v));
}

/* Every byte at every place of addresses of every length up to three blocks. */
static void blocks_hide_no_byte(void **state)
{
  (void)state;
  for (int byte = 1; byte < 256; byte++) {
    char one = (char)byte, text[48], expected[50];
    struct buf alone = BUF_INIT, out = BUF_INIT;
    url_tidy(&alone, span_of(&one, 1));
    for (size_t n = 1; n <= 48; n++)
      for (size_t at = 0; at < n; at += 1 + n / 9) {
        memset(text, '/', n);
        text[at] = one;
        memcpy(expected, text, at);
        memcpy(expected + at, alone.p, alone.n);
        memcpy(expected + at + alone.n, text + at + 1, n - at - 1);
        buf_clear(&out);
        url_tidy(&out, span_of(text, n));
        if (!span_eq(buf_view(&out), span_of(expected, n - 1 + alone.n)))
          fail_msg("byte %d at %zu of %zu", byte, at, n);
      }
    buf_free(&alone);
    buf_free(&out);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_hide_no_byte),
      cmocka_unit_test(encoding),
      cmocka_unit_test(a_query_of_any_byte),
      cmocka_unit_test(decoding),
      cmocka_unit_test(schemes),
      cmocka_unit_test(hosts),
      cmocka_unit_test(queries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
