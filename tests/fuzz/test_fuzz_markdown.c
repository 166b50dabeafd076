/* Random Markdown: the HTML is valid UTF-8 with only allowed markup, the Markdown output renders to such HTML too, and
 * the plain text has at most the requested length. */
#include "fuzz.h"

#include "base/arena.h"
#include "markdown/markdown.h"
#include "markdown_markup.h"
#include "text/utf8.h"

static const char *const pieces[] = {
    "a",   "b ",  " ",   "\n",     "\n\n",       "\t",         "*",        "**",        "_",         "`",       "```\n",
    "~~~", "#",   "# ",  "## ",    "- ",         "+ ",         "1. ",      "> ",        "    ",      "[",       "]",
    "(",   ")",   "](",  "![",     "<",          ">",          "&",        ";",         "\"",        "'",       "\\",
    "!",   ":",   "/",   "//",     "http://",    "https://h/", "mailto:a", "javascript:", "JavaScript&colon;", "data:", "&#x3a;",
    "&lt;", "&#60;", "<script>", "</script>", "<img src=x onerror=y>", "<!--", "-->", "<a href=\"", "<b>", "onclick=", "\r\n",
    "\xC3\xA9", "\xC3", "\xED\xA0\x80", "\xF0\x9F\x92\xA9", "[a]: ", "[a]", "===\n", "---\n", "***\n", "  \n", "<?", "<![CDATA[",
    "| a | b |\n| --- | :-: |\n", "|", " | ", "\\|", "~~", "~", "\\~", "[^a]", "[^a]: ", "[^b]: x\n    y\n", "[ ] ", "[x] ", "- [x] ",
    "www.a.b", "https://a.b/c_d_e*f*", "a@b.c", "<br>", "&#xFDD2;", "&#64978;", "\xEF\xB7\x91", "+   # ", "\\[", "\\:", "\n---\n", "\n| --- |\n",
    "[^activity:7]", "![a](/p-64x64.png)", "[[kafka]]", "[[a|b]]",
};

static const struct markdown_limits limits = {65536, 262144, 500, 4, {"https://site.example", 20}, 0, {NULL, 0}, NULL, NULL, BODY_DEFAULT};

static void harmless(struct span source)
{
  struct buf html = BUF_INIT;
  enum markdown_result r = markdown_html(&limits, source, &html);
  fuzz_true(r == MARKDOWN_OK || r == MARKDOWN_TOO_LARGE);
  fuzz_true(utf8_valid(buf_view(&html)));
  markup_check(buf_view(&html));
  buf_free(&html);
}

static void round_markdown(struct fuzz *f)
{
  struct buf input = BUF_INIT, again = BUF_INIT;
  fuzz_input(f, pieces, sizeof pieces / sizeof *pieces, fuzz_below(f, 8) ? 40 : 400, &input);
  struct span source = fuzz_exact(buf_view(&input));
  harmless(source);
  if (markdown_source(&limits, source, &again) == MARKDOWN_OK)
    harmless(buf_view(&again));
  buf_clear(&again);
  if (markdown_lines(&limits, source, &again) == MARKDOWN_OK)
    fuzz_true(utf8_valid(buf_view(&again)) && span_find_span(buf_view(&again), SPAN("\n\n")) == again.n);
  struct arena *a = arena_new(0);
  struct span plain = markdown_plain(a, source, 30);
  fuzz_true(utf8_valid(plain) && utf8_count(plain) <= 31 && span_find(plain, '\n') == plain.n);
  arena_free(&a);
  free((char *)source.p);
  buf_free(&input);
  buf_free(&again);
}

static void markdown(void **state)
{
  (void)state;
  fuzz_rounds(round_markdown);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(markdown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
