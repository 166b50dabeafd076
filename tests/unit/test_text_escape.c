/* Escaping: each context escapes the bytes that it needs, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/escape.h"


static void becomes(void (*escape)(struct buf *, struct span), struct span in, const char *expected)
{
  struct buf out = BUF_INIT;
  escape(&out, in);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

static void html(void **state)
{
  (void)state;
  becomes(escape_html, SPAN(""), "");
  becomes(escape_html, SPAN("plain \xC3\xA9"), "plain \xC3\xA9");
  becomes(escape_html, SPAN("<a href=\"x\">'&amp;"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;");
  becomes(escape_attr, SPAN("\"'<"), "&quot;&#39;&lt;");
}

static void xml(void **state)
{
  (void)state;
  becomes(escape_xml, SPAN("a\0b\x01\x1F\t\n\r\x0B<&>"),
          "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD\t\n\r\xEF\xBF\xBD&lt;&amp;&gt;");
  becomes(escape_xml, SPAN("\xEF\xBF\xBE" "a\xEF\xBF\xBF\xEF\xBF\xBD\xEF"), "\xEF\xBF\xBD" "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF");
}

static void md(void **state)
{
  (void)state;
  becomes(escape_md, SPAN("a *b* [c](d) `e` <f> #g \\ !h _i_ ~j~ |k|"),
          "a \\*b\\* \\[c\\](d) \\`e\\` \\<f\\> \\#g \\\\ \\!h \\_i\\_ \\~j\\~ \\|k\\|");
  becomes(escape_md, SPAN("a\n# b\r\nc\td"), "a \\# b  c d");
  becomes(escape_md, SPAN("- a"), "\\- a");
  becomes(escape_md, SPAN("-3"), "-3");
  becomes(escape_md, SPAN("---"), "\\---");
  becomes(escape_md, SPAN("12. a"), "12\\. a");
  becomes(escape_md, SPAN("4.3"), "4.3");
  becomes(escape_md, SPAN("1)"), "1\\)");
  becomes(escape_md, SPAN(""), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(html),
      cmocka_unit_test(xml),
      cmocka_unit_test(md),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
