/* Content lines of iCalendar: escaped, folded at 75 bytes, never within a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/ical.h"
#include "text/utf8.h"

static void becomes(void (*write)(struct buf *, const char *, struct span), struct span in, const char *expected)
{
  struct buf out = BUF_INIT;
  write(&out, "X", in);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

static void text_is_escaped(void **state)
{
  (void)state;
  becomes(ical_text, SPAN(""), "X:\r\n");
  becomes(ical_text, SPAN("a\\b;c,d\ne:f\"g"), "X:a\\\\b\\;c\\,d\\ne:f\"g\r\n");
  becomes(ical_text, SPAN("a\rb\x01" "c\x7F" "d\te"), "X:abcd\te\r\n");
  becomes(ical_line, SPAN("https://example.org/a,b;c\r\nEND:VEVENT"), "X:https://example.org/a,b;cEND:VEVENT\r\n");
}

static void times_are_utc(void **state)
{
  struct buf out = BUF_INIT;
  (void)state;
  ical_date(&out, "DTSTART;VALUE=DATE", INT64_C(1755907199999999));
  ical_time(&out, "DTSTAMP", INT64_C(1755907199999999));
  assert_string_equal(buf_z(&out), "DTSTART;VALUE=DATE:20250822\r\nDTSTAMP:20250822T235959Z\r\n");
  buf_free(&out);
}

/* Undoes the folds, and checks each line on the way. */
static void unfold(struct span in, struct buf *out)
{
  for (bool first = true; in.n; first = false) {
    size_t n = span_find_span(in, SPAN("\r\n"));
    struct span line = span_head(in, n);
    assert_true(n <= ICAL_LINE && n < in.n && utf8_valid(line));
    assert_true(first || line.p[0] == ' ');
    buf_span(out, span_from(line, !first));
    in = span_from(in, n + 2);
  }
}

/* Texts of every length, of characters of every length, with escapes at every place. */
static void lines_are_folded(void **state)
{
  static const char *const parts[] = {"a", "\xC3\xA9", "\xE2\x80\x99", "\xF0\x9F\x9A\x80", ",", "a\xE2\x80\x99;\xF0\x9F\x9A\x80", " "};
  (void)state;
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    for (size_t n = 0; n < 400; n++) {
      struct buf in = BUF_INIT, folded = BUF_INIT, whole = BUF_INIT, expected = BUF_INIT;
      for (size_t i = 0; i < n % 3; i++)
        buf_putc(&in, 'x');
      for (size_t i = 0; i < n; i++)
        buf_puts(&in, parts[k]);
      ical_text(&folded, "SUMMARY", buf_view(&in));
      unfold(buf_view(&folded), &whole);
      buf_puts(&expected, "SUMMARY:");
      for (size_t i = 0; i < in.n; i++) {
        if (strchr(",;", in.p[i]))
          buf_putc(&expected, '\\');
        buf_putc(&expected, in.p[i]);
      }
      assert_string_equal(buf_z(&whole), buf_z(&expected));
      buf_free(&in);
      buf_free(&folded);
      buf_free(&whole);
      buf_free(&expected);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(text_is_escaped), cmocka_unit_test(times_are_utc),
                                     cmocka_unit_test(lines_are_folded)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
