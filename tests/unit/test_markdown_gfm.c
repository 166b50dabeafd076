/* The examples of GitHub's specification and of its implementation (gfm/examples.txt, gfm/ATTRIBUTION), through our own
 * writer.  Where pages show something else on purpose, a rule below says what and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "markdown/markdown.h"
#include "markdown_markup.h"

static const struct markdown_limits limits = {262144, 1048576, 200, 4, {"https://site.example", 20}, 0, {NULL, 0}, NULL, NULL, BODY_DEFAULT};

#define FENCE "````````````````````````````````"

/* What is replaced before the comparison; "*" stands for any characters up to the next one. */
struct rule {
  const char *from, *to, *reason;
};

static const struct rule of_ours[] = {
    {"<div class=\"wide\" *>\n", "", "a table is in a box that scrolls"},
    {"</div>\n", "", "the same"},
    {" scope=\"col\"", "", "a header names its column"},
    {" class=\"n\"", " align=\"right\"", "the attribute is obsolete"},
    {" class=\"mid\"", " align=\"center\"", "the same"},
    {" rel=\"nofollow noopener\"", "", "links that leave the site"},
    {"<li class=\"task\">", "<li>", "a task has no bullet"},
    {"<span role=\"img\" aria-label=\"open\">\xE2\x98\x90\xEF\xB8\x8E</span>", "<input open>", "a page has no form"},
    {"<span role=\"img\" aria-label=\"done\">\xE2\x98\x91\xEF\xB8\x8E</span>", "<input done>", "the same"},
    {"&#39;", "'", "more is escaped"},
    {"<pre tabindex=\"0\">", "<pre>", "the keyboard scrolls it"},
    {" role=\"doc-noteref\" aria-label=\"Note *\"", "", "names for those who do not see"},
    {" role=\"doc-backlink\" aria-label=\"Back to the text\"", "", "the same"},
    {"<section class=\"notes\" role=\"doc-endnotes\">", "<section>", "the same"},
    {"\xE2\x86\xA9\xEF\xB8\x8E", "\xE2\x86\xA9", "a sign, not a picture"},
};

static const struct rule of_theirs[] = {
    {" align=\"left\"", "", "left is the rule"},
    {"<input disabled=\"\" type=\"checkbox\">", "<input open>", "order of attributes"},
    {"<input checked=\"\" disabled=\"\" type=\"checkbox\">", "<input done>", "the same"},
    {"<input type=\"checkbox\" disabled=\"\" />", "<input open>", "the same"},
    {"<input type=\"checkbox\" checked=\"\" disabled=\"\" />", "<input done>", "the same"},
    {"href=\"http://www.commonmark", "href=\"https://www.commonmark", "addresses without a scheme get https on this site"},
    {"href=\"http://www.g", "href=\"https://www.g", "the same"},
    {"<a href=\"ftp://foo.bar.baz\">ftp://foo.bar.baz</a>", "ftp://foo.bar.baz", "pages do not link ftp"},
    {"<td><strong>hello</strong></td>", "<td>hello</td>", "raw HTML is left out"},
    {"<br> sure", "<br>\n sure", "a line break is a node of the tree"},
    {" class=\"footnote-ref\"", "", "other classes"},
    {" class=\"footnote-backref\"", "", "the same"},
    {"<section class=\"footnotes\">", "<section>", "the same"},
    {"<img src=\"http://inline.com/image\" alt=\"http://inline.com/image\" />",
     "<img src=\"https://inline.com/image\" alt=\"http://inline.com/image\" loading=\"lazy\" decoding=\"async\">",
     "pages ask for pictures by https"},
};

/* The length of the match at the beginning of z; 0: none. */
static size_t matches(const char *z, const char *pattern)
{
  const char *at = z, *p = pattern;
  for (; *p; p++)
    if (*p == '*') {
      at = strchr(at, p[1]);
      if (!at)
        return 0;
    } else if (*at++ != *p)
      return 0;
  return (size_t)(at - z);
}

static void rewrite(struct buf *text, const struct rule *rules, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    struct buf next = BUF_INIT;
    for (const char *z = buf_z(text); *z;) {
      size_t length = matches(z, rules[i].from);
      buf_puts(&next, length ? rules[i].to : "");
      if (!length)
        buf_putc(&next, *z);
      z += length ? length : 1;
    }
    buf_free(text);
    *text = next;
  }
}

static void file_read(struct buf *out)
{
  FILE *f = fopen(GFM_EXAMPLES, "r");
  assert_non_null(f);
  for (int c; (c = getc(f)) != EOF;)
    buf_putc(out, (char)c);
  fclose(f);
}

static unsigned compare(struct span source, struct span expected)
{
  struct buf ours = BUF_INIT, theirs = BUF_INIT;
  assert_int_equal(markdown_html(&limits, source, &ours), MARKDOWN_OK);
  markup_check(buf_view(&ours));
  buf_span(&theirs, expected);
  rewrite(&ours, of_ours, sizeof of_ours / sizeof *of_ours);
  rewrite(&theirs, of_theirs, sizeof of_theirs / sizeof *of_theirs);
  bool same = strcmp(buf_z(&ours), buf_z(&theirs)) == 0 || span_eq(expected, SPAN("<IGNORE>\n"));
  if (!same)
    print_message("---- source\n%.*s---- theirs\n%s---- ours\n%s\n", SPAN_ARG(source), buf_z(&theirs), buf_z(&ours));
  buf_free(&ours);
  buf_free(&theirs);
  return !same;
}

static void examples(void **state)
{
  struct buf file = BUF_INIT;
  unsigned n = 0, failed = 0;
  (void)state;
  file_read(&file);
  struct span rest = buf_view(&file);
  for (size_t at; (at = span_find_span(rest, SPAN(FENCE " example\n"))) < rest.n; n++) {
    rest = span_from(rest, at + strlen(FENCE " example\n"));
    struct span both = span_head(rest, span_find_span(rest, SPAN(FENCE "\n")));
    size_t middle = span_find_span(both, SPAN("\n.\n"));
    failed += compare(span_head(both, middle + 1), span_from(both, middle + 3));
    rest = span_from(rest, both.n + strlen(FENCE "\n"));
  }
  assert_int_equal(n, 50);
  assert_int_equal(failed, 0);
  buf_free(&file);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(examples)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
