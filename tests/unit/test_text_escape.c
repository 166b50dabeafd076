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

/* Every byte at every place of texts of every length up to three blocks: as one byte after the other would be escaped. */
static void blocks_hide_no_byte(void **state)
{
  static void (*const escapes[])(struct buf *, struct span) = {escape_html, escape_xml, escape_md};
  static const char *const fillers[] = {"a", "Z", "7", " ", "(", "\xC3"};
  (void)state;
  for (size_t e = 0; e < 3; e++)
    for (size_t f = 0; f < sizeof fillers / sizeof *fillers; f++)
      for (int byte = 1; byte < 256; byte++) {
        char one[2] = {'a', (char)byte}, text[49], expected[49 + 16];
        struct buf alone = BUF_INIT, out = BUF_INIT;
        escapes[e](&alone, span_of(one, 2)); /* after a letter: Markdown escapes more at the beginning */
        for (size_t n = 2; n <= 48; n++)
          for (size_t at = 1; at < n; at += 1 + n / 9) {
            memset(text, fillers[f][0], n);
            text[0] = 'a';
            text[at] = (char)byte;
            memcpy(expected, text, at);
            memcpy(expected + at, alone.p + 1, alone.n - 1);
            memcpy(expected + at + alone.n - 1, text + at + 1, n - at - 1);
            buf_clear(&out);
            escapes[e](&out, span_of(text, n));
            if (!span_eq(buf_view(&out), span_of(expected, n - 1 + alone.n - 1)))
              fail_msg("escape %zu, filler %zu: byte %d at %zu of %zu", e, f, byte, at, n);
          }
        buf_free(&alone);
        buf_free(&out);
      }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(html),
      cmocka_unit_test(xml),
      cmocka_unit_test(md),
      cmocka_unit_test(blocks_hide_no_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
