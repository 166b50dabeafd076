/* Markdown beyond CommonMark: what the examples of GitHub's specification (test_markdown_gfm.c) leave open, each writer, the
 * lines of notes, and time. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cpu_time.h"
#include "markdown/markdown_notes.h"
#include "markdown/markdown_tree.h"
#include "markdown_markup.h"

static bool activity(void *arg, uint64_t id, struct markdown_activity *out)
{
  (void)arg;
  *out = (struct markdown_activity){SPAN("4.0 *out*"), id == 8 ? SPAN("") : SPAN("https://h/4"), SPAN("18 Mar 2025"), id == 7};
  return id == 7 || id == 8;
}

static const struct markdown_limits limits = {262144, 1048576, 200, 4, {"https://site.example", 20}, 0, {NULL, 0}, activity, NULL, BODY_DEFAULT};

#define TABLE(label) "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Table: " label "\">\n<table>\n"
#define TABLE_END "</tbody>\n</table>\n</div>\n"
#define HEAD(a, b) "<thead>\n<tr>\n<th scope=\"col\">" a "</th>\n<th scope=\"col\">" b "</th>\n</tr>\n</thead>\n<tbody>\n"
#define ROW(a, b) "<tr>\n<td>" a "</td>\n<td>" b "</td>\n</tr>\n"
#define REFERENCE(n, id) "<sup><a href=\"#fn" n "\" id=\"fnref" id "\" role=\"doc-noteref\" aria-label=\"Note " n "\">" n "</a></sup>"
#define BACK(id) " <a href=\"#fnref" id "\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E</a>"
#define FOOTNOTES(inner) "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n" inner "</ol>\n</section>\n"

static void shows(const char *source, const char *expected)
{
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_html(&limits, span_z(source), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  markup_check(buf_view(&out));
  buf_free(&out);
}

static void markdown_of(const char *source, const char *expected)
{
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_source(&limits, span_z(source), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

/* The Markdown of the Markdown representation, which shows the same as the source. */
static void writes(const char *source, const char *expected)
{
  struct buf out = BUF_INIT, html = BUF_INIT, again = BUF_INIT;
  assert_int_equal(markdown_source(&limits, span_z(source), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  assert_int_equal(markdown_html(&limits, span_z(source), &html), MARKDOWN_OK);
  assert_int_equal(markdown_html(&limits, buf_view(&out), &again), MARKDOWN_OK);
  assert_string_equal(buf_z(&again), buf_z(&html));
  buf_free(&out);
  buf_free(&html);
  buf_free(&again);
}

static void tables(void **state)
{
  (void)state;
  shows("a\n\n> q\n> | a | b |\n> |---|---|\n> | *c* | `d` |\n",
        "<p>a</p>\n<blockquote>\n<p>q</p>\n" TABLE("a, b") HEAD("a", "b") ROW("<em>c</em>", "<code>d</code>") TABLE_END "</blockquote>\n");
  shows("- | a | b |\n  |---|---|\n  | c | d |\n",
        "<ul>\n<li>" TABLE("a, b") HEAD("a", "b") ROW("c", "d") TABLE_END "</li>\n</ul>\n");
  shows("| a | b |\n|---|---|\n| # c | - d |\n| 1. e | ``` |\n---\nf\n",
        TABLE("a, b") HEAD("a", "b") ROW("# c", "- d") ROW("1. e", "```") TABLE_END "<hr>\n<p>f</p>\n");
  shows("| a | b |\n|---|---|\n| c # | ## |\n| c\\ | <b>x</b> <br> y |\n",
        TABLE("a, b") HEAD("a", "b") ROW("c #", "##") ROW("c\\", "x <br>\n y") TABLE_END);
  shows("```\n| a | b |\n|---|---|\n```\n", "<pre tabindex=\"0\"><code>| a | b |\n|---|---|\n</code></pre>\n");
  shows("| a | b |\r\n|---|---|\r\n| c | d |\r\n", TABLE("a, b") HEAD("a", "b") ROW("c", "d") TABLE_END);
  shows("| | b |\n|---|---|\n| [c] | [d](javascript:x) |\n\n[c]: /e 'f'\n",
        TABLE("b") "<thead>\n<tr>\n<td></td>\n<th scope=\"col\">b</th>\n</tr>\n</thead>\n<tbody>\n"
        ROW("<a href=\"/e\" title=\"f\">c</a>", "d") TABLE_END);
}

static void struck_and_tasks(void **state)
{
  (void)state;
  shows("www.a.b www.a_b.c.example/d", "<p><a href=\"https://www.a.b\" rel=\"nofollow noopener\">www.a.b</a> "
                                      "<a href=\"https://www.a_b.c.example/d\" rel=\"nofollow noopener\">www.a_b.c.example/d</a></p>\n");
  shows("~~costs ~5 ms~~ ~~**b** [c](/d) www.h.example~~",
        "<p><del>costs ~5 ms</del> <del><strong>b</strong> <a href=\"/d\">c</a> "
        "<a href=\"https://www.h.example\" rel=\"nofollow noopener\">www.h.example</a></del></p>\n");
  shows("\\~~a~~ `~~b~~` ~~ c ~~ *~~d~~* [~~e~~](/f)",
        "<p>~~a~~ <code>~~b~~</code> ~~ c ~~ <em><del>d</del></em> <a href=\"/f\"><del>e</del></a></p>\n");
  shows("1. [X] a\n2. [ ]b\n3. [ ] [c](/d)\n4. \\[ ] e\n",
        "<ol>\n<li class=\"task\"><span role=\"img\" aria-label=\"done\">\xE2\x98\x91\xEF\xB8\x8E</span> a</li>\n<li>[ ]b</li>\n"
        "<li class=\"task\"><span role=\"img\" aria-label=\"open\">\xE2\x98\x90\xEF\xB8\x8E</span> <a href=\"/d\">c</a></li>\n"
        "<li>[ ] e</li>\n</ol>\n");
  shows("a<br>b <BR/>\nc<br x>", "<p>a<br>\nb <br>\nc</p>\n");
}

static void bare_addresses(void **state)
{
  (void)state;
  shows("https://h.example/a_b_c*d*?e=~f~&g=\\_h", "<p><a href=\"https://h.example/a_b_c*d*?e=~f~&amp;g=_h\" rel=\"nofollow noopener\">"
        "https://h.example/a_b_c*d*?e=~f~&amp;g=_h</a></p>\n");
  shows("`https://h/a_b_c` [x](https://h/a_b_c) <https://h/a_b_c> [y]\n\n[y]: https://h/a_b_c",
        "<p><code>https://h/a_b_c</code> <a href=\"https://h/a_b_c\" rel=\"nofollow noopener\">x</a> "
        "<a href=\"https://h/a_b_c\" rel=\"nofollow noopener\">https://h/a_b_c</a> "
        "<a href=\"https://h/a_b_c\" rel=\"nofollow noopener\">y</a></p>\n");
  shows("http\\://h www\\.h.example a\\@h.example xhttp://h javascript://h ftp://h [https://h](/x)",
        "<p>http://h www.h.example a@h.example xhttp://h javascript://h ftp://h <a href=\"/x\">https://h</a></p>\n");
  shows("https://site.example/a", "<p><a href=\"https://site.example/a\">https://site.example/a</a></p>\n");
  shows("&#xFDD0; &#64976; \xEF\xB7\x90 `&#xFDD0; \\~ [^a]`", "<p>&amp;#xFDD0; ~ \xEF\xBF\xBD <code>&amp;#xFDD0; \\~ [^a]</code></p>\n");
}

static void footnotes(void **state)
{
  (void)state;
  shows("a[^x] b[^y] c[^X]\n\n[^y]: Y[^z]\n[^x]: X[^y]\n[^z]: Z[^z]\n[^x]: again\n",
        "<p>a" REFERENCE("1", "1") " b" REFERENCE("2", "2") " c" REFERENCE("1", "1-2") "</p>\n"
        FOOTNOTES("<li id=\"fn1\">\n<p>X" REFERENCE("2", "2-2") BACK("1") " <a href=\"#fnref1-2\" role=\"doc-backlink\" "
        "aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a></p>\n</li>\n"
        "<li id=\"fn2\">\n<p>Y" REFERENCE("3", "3") BACK("2") " <a href=\"#fnref2-2\" role=\"doc-backlink\" "
        "aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a></p>\n</li>\n"
        "<li id=\"fn3\">\n<p>Z" REFERENCE("3", "3-2") BACK("3") " <a href=\"#fnref3-2\" role=\"doc-backlink\" "
        "aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a></p>\n</li>\n"));
  shows("```\n[^a]: b\n  [^c]:\td\n```\n", "<pre tabindex=\"0\"><code>[^a]: b\n  [^c]:\td\n</code></pre>\n");
  shows("- a\n- b[^1]\n\n[^1]: https://h/\n", "<ul>\n<li>a</li>\n<li>b" REFERENCE("1", "1") "</li>\n</ul>\n"
        FOOTNOTES("<li id=\"fn1\">\n<p><a href=\"https://h/\" rel=\"nofollow noopener\">https://h/</a>" BACK("1") "</p>\n</li>\n"));
  shows("| a[^1] | b |\n|---|---|\n\n[^1]: | c | d |\n    |---|---|\n    | e | f |\n",
        "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Table: a, b\">\n<table>\n<thead>\n<tr>\n<th scope=\"col\">a"
        REFERENCE("1", "1") "</th>\n<th scope=\"col\">b</th>\n</tr>\n</thead>\n</table>\n</div>\n"
        FOOTNOTES("<li id=\"fn1\">\n" TABLE("c, d") HEAD("c", "d") ROW("e", "f") TABLE_END
                  "<a href=\"#fnref1\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E</a>\n</li>\n"));
  shows("https://h/a.[^1]\n\n[^1]: b\n", "<p><a href=\"https://h/a\" rel=\"nofollow noopener\">https://h/a</a>." REFERENCE("1", "1")
        "</p>\n" FOOTNOTES("<li id=\"fn1\">\n<p>b" BACK("1") "</p>\n</li>\n"));
  shows("a[^1][^1][x y](/y)\n\n[^1]: b\n", "<p>a" REFERENCE("1", "1") REFERENCE("1", "1-2") "<a href=\"/y\">x y</a></p>\n"
        FOOTNOTES("<li id=\"fn1\">\n<p>b" BACK("1") " <a href=\"#fnref1-2\" role=\"doc-backlink\" aria-label=\"Back to the text\">"
                  "\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a></p>\n</li>\n"));
  shows("[^a][b] [^a][b c]\n\n[b]: /b\n\n[^a]: c", "<p><a href=\"/b\">^a</a> [^a][b c]</p>\n");
  shows("[^a] [^ b] [^] \\[^c] [^c](/d) [x[^c]](/e)\n\n[^c]: C",
        "<p>[^a] [^ b] [^] [^c] <a href=\"/d\">^c</a> <a href=\"/e\">x[^c]</a></p>\n");
  shows("a[^activity:7] b[^activity:8] c[^activity:9] d[^activity:7]",
        "<p>a" REFERENCE("1", "1") " b" REFERENCE("2", "2") " c d" REFERENCE("1", "1-2") "</p>\n"
        FOOTNOTES("<li id=\"fn1\">\n<p><a href=\"https://h/4\" rel=\"nofollow noopener\">4.0 *out*</a>, 18 Mar 2025, spark" BACK("1")
        " <a href=\"#fnref1-2\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a></p>\n</li>\n"
        "<li id=\"fn2\">\n<p>4.0 *out*, 18 Mar 2025" BACK("2") "</p>\n</li>\n"));
}

/* What stood between two codes is not written: a reader must not take the marks for others. */
static void codes_side_by_side(void **state)
{
  static const char *const between[] = {"<b>", "[^activity:9]", "<b></b>", "[^activity:9]<i>"};
  char source[100];
  (void)state;
  for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
    snprintf(source, sizeof source, "`` ` ``%s``` ``<script> ```", between[i]);
    markdown_of(source, "` ```<script> `\n");
    snprintf(source, sizeof source, "`a`%s`b`%s`c` `d`", between[i], between[i]);
    markdown_of(source, "`abc` `d`\n");
  }
}

static void products(void **state)
{
  (void)state;
  shows("[[kafka]] [[kafka-vs-nats|both & all]] [[a]](/b) [[a]]b ~~[[kafka]]~~",
        "<p><a data-name=\"kafka\">kafka</a> <a data-text=\"kafka-vs-nats\">both &amp; all</a> "
        "<a href=\"/b\">[a]</a> <a data-name=\"a\">a</a>b <del><a data-name=\"kafka\">kafka</a></del></p>\n");
  shows("\\[[kafka]] [[Kafka]] [[kafka|]] [[\"x]] [x [[kafka]]](/y) `[[kafka]]`",
        "<p>[[kafka]] [[Kafka]] [[kafka|]] [[&quot;x]] <a href=\"/y\">x [[kafka]]</a> <code>[[kafka]]</code></p>\n");
  markdown_of("| a |\n|---|\n| [[kafka\\|x\\|y]] [[nats]] |\n",
         "| a |\n| --- |\n| <a data-text=\"kafka\">x\\|y</a> <a data-name=\"nats\">nats</a> |\n");
}

static void sizes_of_pictures(void **state)
{
  static const char *const sized[] = {"/p.png?w=640&h=360", "/p.png?x=1&height=360&width=640", "/p.png#640x360", "/p-640x360.png",
                                      "/p-640x360.webp?v=2"};
  static const char *const unsized[] = {"/p.png?w=640", "/p.png?w=640px&h=360", "/p-640x360", "/640x360.png", "/p-0x360.png",
                                        "/p.png#640x36000", "/p.png?w=640&h=99999999999", "/p-640x360x2.png"};
  (void)state;
  for (size_t i = 0; i < sizeof sized / sizeof *sized + sizeof unsized / sizeof *unsized; i++) {
    bool is = i < sizeof sized / sizeof *sized;
    struct buf md = BUF_INIT, out = BUF_INIT;
    buf_printf(&md, "![a](%s)", is ? sized[i] : unsized[i - sizeof sized / sizeof *sized]);
    assert_int_equal(markdown_html(&limits, buf_view(&md), &out), MARKDOWN_OK);
    assert_int_equal(strstr(buf_z(&out), " width=\"640\" height=\"360\" loading=\"lazy\"") != NULL, is);
    assert_int_equal(strstr(buf_z(&out), " width=") != NULL, is);
    buf_free(&md);
    buf_free(&out);
  }
}

static void as_markdown(void **state)
{
  (void)state;
  writes("a | b\n:-- | --:\n`c\\|d` | [e\\|f](/g\\|h)\nx<br>y | z\n",
         "| a | b |\n| :-- | --: |\n| `c\\|d` | [e\\|f](/g%7Ch) |\n| x<br>y | z |\n");
  writes("~~a~~ \\~b\\~ https://h/x_y www.h.example",
         "~~a~~ \\~b\\~ <https://h/x_y> [www.h.example](https://www.h.example)\n");
  writes("- [x] a\n- [ ] b\n\nc[^1]\n\n[^1]: d\n\n    > e\n", "  - [x] a\n  - [ ] b\n\nc[^1]\n\n[^1]: d\n\n    > e\n");
  writes("# a<br>b\n", "#### a<br>b\n");
  writes("a \\| b\n\\| --- |\n", "a | b\n\\| --- |\n");
  writes("http\\://h www\\.h.example a\\@b.example", "http\\://h www\\.h.example a\\@b.example\n");
}

static void as_text(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  struct arena *a = arena_new(0);
  struct span source = SPAN("a ~~b~~ c[^1]\n\n| d | e |\n|---|---|\n| f | |\n\n- [ ] g\n\n[^1]: h\n");
  assert_int_equal(markdown_lines(&limits, source, &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "a ~~b~~ c[1]\nd | e\nf |\n\xE2\x98\x90 g\n[1] h\n");
  assert_string_equal(arena_z(a, markdown_plain(a, source, 200)), "a c d, e; f, \xE2\x98\x90 g");
  arena_free(&a);
  buf_free(&out);
}

static void lines_of_notes(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  struct markdown_note *v;
  size_t n;
  struct span source = SPAN("a[^1]\n\n[^1]: b\n\n| c |\n|---|\n| <i>d</i> |\n\n<div>e</div>\n");
  assert_int_equal(markdown_notes(&limits, a, source, &v, &n), MARKDOWN_OK);
  assert_int_equal(n, 3);
  assert_true(v[0].kind == NOTE_HTML && v[0].line == 7);
  assert_true(v[1].kind == NOTE_HTML && v[1].line == 9);
  assert_int_equal(v[2].kind, NOTE_SHOWN);
  arena_free(&a);
}

/* ---- time */

static const struct family {
  const char *lead, *unit;
} families[] = {
    {"", "|a"}, {"|a|b|\n|-|-|\n", "|c|d|\n"}, {"|a\n|-\n", "b\n"}, {"|a\n|-\n", "\\|"}, {"", "|a\n|-\n\n"}, {"", "|-"},
    {"", "~a~~b"}, {"", "~~a "}, {"", " a~~"}, {"", "~a *~b* "}, {"", "_www."}, {"", " www.a_b."}, {"", "http://a"},
    {"http://a/", ")"}, {"http://a/", "&a;"}, {"", "a@"}, {"", "a@b.c "}, {"", "a.b@"}, {"", "<br>"}, {"", "- [ ] a\n"}, {"", "[x] "},
    {"", "[^a] "}, {"[^a]: b\n\n", "[^a] "}, {"", "[^a]: [^a]\n"}, {"a[^a]\n\n", "[^a]: b\n"}, {"", "[^"}, {"", "[^a"},
    {"", "\\~"}, {"", "&#xFDD0;"}, {"", "&#64978;"}, {"", "\xEF\xB7\x91"}, {"", "+   # &#64978;0&#64979;\n"}, {"", "[^activity:7] "},
    {"", "[^activity:9] "}, {"", "http://a/_*~"}, {"", "[[a]] "}, {"", "[[a|b"},
};
#define FAMILIES (sizeof families / sizeof *families)

/* n is part of the source, so that no two lines with "%" are the same. */
static void numbered(struct buf *b, const char *pattern, unsigned n, size_t bytes)
{
  for (unsigned i = 0; b->n < bytes; i++)
    for (const char *z = pattern; *z; z++)
      if (*z == '%')
        buf_printf(b, "%u", n + i);
      else
        buf_putc(b, *z);
}

/* Microseconds, the least of three runs.  main() keeps freed memory, so page faults count in the first run only: on a
 * busy machine they cost ten times as much as the rest. */
static int64_t cost(const char *lead, const char *unit, size_t bytes, markdown_writer *writer)
{
  int64_t least = INT64_MAX;
  struct buf source = BUF_INIT;
  buf_puts(&source, lead);
  numbered(&source, unit, 0, bytes);
  for (int i = 0; i < 3; i++) {
    struct buf out = BUF_INIT;
    int64_t began = cpu_time_us();
    enum markdown_result r = markdown_tree_write(&limits, buf_view(&source), writer, &out);
    int64_t spent = cpu_time_us() - began;
    assert_true(r == MARKDOWN_OK || r == MARKDOWN_TOO_LARGE);
    least = spent < least ? spent : least;
    buf_free(&out);
  }
  buf_free(&source);
  return least;
}

static bool linear(const char *lead, const char *unit, markdown_writer *writer)
{
  int64_t small = cost(lead, unit, 20000, writer), large = cost(lead, unit, 160000, writer);
  bool is = large <= 8 * 4 * (small + 500);
  if (!is || getenv("MARKDOWN_TIMES"))
    printf("# \"%s%s\" takes %lld us, and %lld us for eight times as much\n", lead, unit, (long long)small, (long long)large);
  return is;
}

static void takes_linear_time(void **state)
{
  markdown_writer *const writers[] = {markdown_write_html, markdown_write_source, markdown_write_plain, markdown_write_lines};
  (void)state;
  for (size_t f = 0; f < FAMILIES; f++)
    for (size_t w = 0; w < 4; w++)
      CPU_TIME_HOLDS(linear(families[f].lead, families[f].unit, writers[w]));
  CPU_TIME_HOLDS(cost("", "[^%]: a[^%]\n", 160000, markdown_write_html) < 300000);
  CPU_TIME_HOLDS(cost("", "[^%] ", 160000, markdown_write_html) < 300000);
  CPU_TIME_HOLDS(cost("", "[^activity:%] ", 160000, markdown_write_html) < 300000);
}

static bool refused_in_time(const struct markdown_limits *l, struct span source)
{
  struct buf out = BUF_INIT;
  int64_t began = cpu_time_us();
  assert_int_equal(markdown_html(l, source, &out), MARKDOWN_TOO_LARGE);
  assert_int_equal(markdown_source(l, source, &out), MARKDOWN_TOO_LARGE);
  buf_free(&out);
  return cpu_time_us() - began < 400000;
}

/* A wide header and many short rows: the cells that are missing are counted by the limits of the output. */
static void wide_tables(void **state)
{
  struct buf source = BUF_INIT;
  (void)state;
  numbered(&source, "|a", 0, 2000);
  buf_putc(&source, '\n');
  numbered(&source, "|-", 0, source.n + 1999);
  buf_putc(&source, '\n');
  numbered(&source, "b\n", 0, 200000);
  struct markdown_limits patient = limits;
  patient.cpu_ms = 5000; /* a child that gets no CPU on a busy machine is waited for */
  CPU_TIME_HOLDS(refused_in_time(&patient, buf_view(&source)));
  buf_free(&source);
}

int main(void)
{
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables),      cmocka_unit_test(struck_and_tasks), cmocka_unit_test(bare_addresses),
      cmocka_unit_test(footnotes),   cmocka_unit_test(as_markdown),      cmocka_unit_test(as_text),
      cmocka_unit_test(codes_side_by_side), cmocka_unit_test(products),    cmocka_unit_test(sizes_of_pictures),
      cmocka_unit_test(lines_of_notes), cmocka_unit_test(takes_linear_time), cmocka_unit_test(wide_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
