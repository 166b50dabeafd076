/* Markdown: allowed markup, removed markup, and the limits of time and memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cpu_time.h"
#include "markdown/markdown.h"
#include "markdown/markdown_tree.h"
#include "markdown_markup.h"
#include "text/utf8.h"

static const struct markdown_limits limits = {262144, 1048576, 200, 4, {"https://site.example", 20}, 0, {NULL, 0}, NULL, NULL, BODY_DEFAULT};

static void shows(const char *source, const char *expected)
{
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_html(&limits, span_z(source), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

/* A file of /static/ is the site's own only with a hash in its name: 12 digits between dots. */
static void pictures_of_the_site_are_below_its_path(void **state)
{
  (void)state;
  static const struct {
    const char *written;
    bool own;
  } pictures[] = {{"/static/a.0123456789ab.webp", true}, {"/static/theme/a.0123456789ab.webp", true}, {"/static/a-b_c.ABCDEF012345.png", true},
                  {"/static/a.0123456789a.webp", false}, {"/static/a.0123456789abc.webp", false}, {"/static/a.0123456789ag.webp", false},
                  {"/static/a.0123456789ab", false}, {"/static/a.webp", false}, {"/static/", false}, {"/static", false},
                  {"/staticx/a.0123456789ab.webp", false}, {"/pictures/a.0123456789ab.webp", false}, {"/badge/kafka.svg", true},
                  {"/og/kafka-0123.png", true}, {"/badges/a.svg", false}};
  struct markdown_limits below = limits;
  below.base_url = SPAN("https://site.example/tools");
  for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
    struct buf out = BUF_INIT;
    char source[128], wanted[128];
    snprintf(source, sizeof source, "![p](%s)", pictures[i].written);
    snprintf(wanted, sizeof wanted, "src=\"%s%s\"", pictures[i].own ? "/tools" : "", pictures[i].written);
    assert_int_equal(markdown_html(&below, span_z(source), &out), MARKDOWN_OK);
    assert_non_null(strstr(buf_z(&out), wanted));
    buf_free(&out);
  }
}

static void blocks(void **state)
{
  (void)state;
  shows("", "");
  shows("One *two* **three** `a<b`.\nNext  \nline",
        "<p>One <em>two</em> <strong>three</strong> <code>a&lt;b</code>.\nNext<br>\nline</p>\n");
  shows("- a\n- b\n  - c\n", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n");
  shows("3. a\n\n4. b\n", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n");
  shows("> q\n\n---\n", "<blockquote>\n<p>q</p>\n</blockquote>\n<hr>\n");
  shows("```c x\"y\na & b\n```\n", "<pre tabindex=\"0\"><code class=\"language-c\">a &amp; b\n</code></pre>\n");
  shows("```a\"b\n```\n", "<pre tabindex=\"0\"><code class=\"language-a&quot;b\"></code></pre>\n");
  shows("&amp; &copy; &#8; \"'", "<p>&amp; \xC2\xA9 \xEF\xBF\xBD &quot;&#39;</p>\n");
}

static void headings(void **state)
{
  (void)state;
  shows("# a\n## b\n### c\n#### d\n", "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n<h6>d</h6>\n");
  shows("### a\n###### b\n#### c\n", "<h4>a</h4>\n<h5>b</h5>\n<h5>c</h5>\n");
  shows("## a\n# b\n", "<h4>a</h4>\n<h4>b</h4>\n");
}

static void links(void **state)
{
  (void)state;
  shows("[a](/compare/x-vs-y)", "<p><a href=\"/compare/x-vs-y\">a</a></p>\n");
  shows("[a](http://h/?b=1&c=2 \"t\\\"\")",
        "<p><a href=\"http://h/?b=1&amp;c=2\" title=\"t&quot;\" rel=\"nofollow noopener\">a</a></p>\n");
  shows("[a](https://site.example/about) [b](https://site.example.org/) [c](//h/)",
        "<p><a href=\"https://site.example/about\">a</a> <a href=\"https://site.example.org/\" rel=\"nofollow noopener\">b</a> "
        "<a href=\"https://h/\" rel=\"nofollow noopener\">c</a></p>\n");
  shows("<mailto:a@b.org> <a@b.org> <ftp://h/>",
        "<p><a href=\"mailto:a@b.org\">mailto:a@b.org</a> <a href=\"mailto:a@b.org\">a@b.org</a> ftp://h/</p>\n");
  shows("[*a*](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x)",
        "<p><em>a</em> b c d</p>\n");
  shows("[a](java&#9;script:x) [b](&#1;javascript:x) [c](java&#10;script:x) [d](&#x20;javascript:x)", "<p>a b c d</p>\n");
  shows("[a](www.h.example) [b](h.example/p) [c](<\xC2\xA0https://h/\xE2\x80\x8B>) [d](kafka.md) [e](\xE2\x80\xAEjavascript:x)",
        "<p><a href=\"https://www.h.example\" rel=\"nofollow noopener\">a</a> <a href=\"https://h.example/p\" rel=\"nofollow noopener\">b</a>"
        " <a href=\"https://h/\" rel=\"nofollow noopener\">c</a> <a href=\"kafka.md\">d</a> e</p>\n");
  shows("[a](/x'\"y<z)", "<p><a href=\"/x%27%22y%3Cz\">a</a></p>\n");
  shows("[a](/\xC3\xA9%41%4)", "<p><a href=\"/%C3%A9%41%254\">a</a></p>\n");
}

static void pictures(void **state)
{
  (void)state;
  shows("![a *b* \"c\"](/p.png \"t\")",
        "<p><img src=\"/p.png\" alt=\"a b &quot;c&quot;\" title=\"t\" loading=\"lazy\" decoding=\"async\"></p>\n");
  shows("![a [b](/c) ![d](/e)](https://h/p.png)",
        "<p><img src=\"https://h/p.png\" alt=\"a b d\" loading=\"lazy\" decoding=\"async\"></p>\n");
  shows("![a](javascript:x) ![b](data:image/svg+xml,x) ![c](mailto:x) ![d]()", "<p>a b c d</p>\n");
  shows("![a](http://h/p.png) ![b](www.h.example/q.png) ![c](//h/r.png) ![*d*](http://h:8080/s.png)",
        "<p><img src=\"https://h/p.png\" alt=\"a\" loading=\"lazy\" decoding=\"async\"> "
        "<img src=\"https://www.h.example/q.png\" alt=\"b\" loading=\"lazy\" decoding=\"async\"> "
        "<img src=\"https://h/r.png\" alt=\"c\" loading=\"lazy\" decoding=\"async\"> <em>d</em></p>\n");
  shows("![a ![b](/ok)](data:x)", "<p>a <img src=\"/ok\" alt=\"b\" loading=\"lazy\" decoding=\"async\"></p>\n");
  shows("[![a](/p.png)](/l)", "<p><a href=\"/l\"><img src=\"/p.png\" alt=\"a\" loading=\"lazy\" decoding=\"async\"></a></p>\n");
}

/* A link that leads nowhere is its text; one without a text is its address. */
static void empty_links(void **state)
{
  (void)state;
  shows("[a]() [b](<>) []()", "<p>a b </p>\n");
  shows("[](/p) ![x]() [](javascript:x)", "<p><a href=\"/p\">/p</a> x javascript:x</p>\n");
}

static void raw_html(void **state)
{
  (void)state;
  shows("<script>alert(1)</script>\n", "");
  shows("a\n\n<div>b</div>\n\n> <p>c</p>\n\n- <hr>\n", "<p>a</p>\n<blockquote>\n</blockquote>\n<ul>\n<li></li>\n</ul>\n");
  shows("a <b onclick=x>b</b> <img src=x onerror=y> c", "<p>a b  c</p>\n");
  shows("<!-- --> <script>\nx\n", "<p>x</p>\n");
  shows("a <script", "<p>a &lt;script</p>\n");
}

static void harmless(struct span source)
{
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_html(&limits, source, &out), MARKDOWN_OK);
  assert_true(utf8_valid(buf_view(&out)));
  markup_check(buf_view(&out));
  assert_null(strstr(buf_z(&out), "<script"));
  buf_free(&out);
}

/* Strings that are known to bring scripts through Markdown filters. */
static void injections(void **state)
{
  (void)state;
  static const char *const corpus[] = {
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "';alert(1)//",
      "[a](javascript&colon;alert(1))", "[a](javascript&#58;alert(1))", "[a](<javascript:alert(1)>)",
      "[a](\\javascript:alert(1))", "[a]( javascript:alert(1))", "[a](&#x6A&#x61;vascript:alert(1))",
      "[a]:javascript:alert(1)\n\n[a]", "[a]: <javascript:alert(1)>\n\n![a] [a]", "![a](x\"onerror=\"alert(1))",
      "![a\"onerror=\"alert(1)](x)", "[a](x \"y\" onclick=\"z\")", "[a](x 'y\"onclick=alert(1) \"')",
      "<javascript:alert(1)>", "<https://x\"onclick=alert(1)>", "<a href=\"javascript:x\">y</a>", "``` \"><script>\n```",
      "~~~x\"onmouseover=alert(1)\n~~~", "`<script>`", "    <script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
      "&#60;script&#62;", "<iframe src=//evil>", "<style>*{}</style>", "<svg><script>x</script></svg>", "<?php x ?>",
      "<![CDATA[<script>]]>", "<!DOCTYPE x>", "<!--\n<script>\n-->", "* <script>\n* </script>", "# <img src=x onerror=y>",
      "[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](feed:javascript:x)", "[a](JAVASCRIPT:x)", "[a](\tjavascript:x)",
      "[<img src=x onerror=y>](/x)", "[a](//evil.example)", "[a](\\\\evil.example)", "<b/onclick=x>", "<b\nonclick=x>",
      "a\xE2\x80\xA8<script>", "\xFF<script>\xFE", "<scr\xC0\xAFipt>", "&#0;<script>&#xD800;", "{{name}} {{{name}}}"};
  static const char *const places[] = {"%", "| % |\n|---|\n| % |\n", "~~%~~", "- [x] %", "a[^b]\n\n[^b]: %", "[^%]", "[[%]]", "[[a|%]]",
                                       "www.a.b/%", "https://h/_%_", "![%](/p-1x1.png)", "[^activity:%]", "\\~%&#xFDD1;"};
  for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++)
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
      struct buf source = BUF_INIT, again = BUF_INIT;
      for (const char *z = places[k]; *z; z++)
        if (*z == '%')
          buf_puts(&source, corpus[i]);
        else
          buf_putc(&source, *z);
      harmless(buf_view(&source));
      assert_int_equal(markdown_source(&limits, buf_view(&source), &again), MARKDOWN_OK);
      harmless(buf_view(&again));
      buf_free(&source);
      buf_free(&again);
    }
}

static void bad_bytes(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_html(&limits, SPAN("a\0b \xC3 \xED\xA0\x80 \xF0\x9F\x92\xA9 \x01\x1B"), &out), MARKDOWN_OK);
  assert_true(utf8_valid(buf_view(&out)));
  assert_non_null(strstr(buf_z(&out), "a\xEF\xBF\xBD" "b \xEF\xBF\xBD "));
  assert_non_null(strstr(buf_z(&out), "\xF0\x9F\x92\xA9"));
  assert_null(strchr(buf_z(&out), 1));
  assert_null(strchr(buf_z(&out), 0x1B));
  buf_free(&out);
}

/* libcmark accepts references to characters that a page must not contain. */
static void references_to_characters_that_are_not_allowed(void **state)
{
  static const uint32_t odd[] = {1, 0xB, 0x1F, 0x7F, 0x80, 0x9F, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF};
  (void)state;
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    struct buf md = BUF_INIT, out = BUF_INIT;
    buf_printf(&md, "a&#%u;b [l&#x%x;](/x&#x%x; \"t&#%u;\") `c` ![&#%u;](/p)\n", odd[i], odd[i], odd[i], odd[i], odd[i]);
    assert_int_equal(markdown_html(&limits, buf_view(&md), &out), MARKDOWN_OK);
    assert_true(utf8_is_clean(buf_view(&out)));
    buf_clear(&out);
    assert_int_equal(markdown_source(&limits, buf_view(&md), &out), MARKDOWN_OK);
    assert_true(utf8_is_clean(buf_view(&out)));
    buf_free(&out);
    buf_free(&md);
  }
}

static void repeated(struct buf *b, const char *unit, size_t bytes)
{
  buf_clear(b);
  while (b->n < bytes)
    buf_puts(b, unit);
}

/* Inputs for which libcmark 0.30.2 takes quadratic time or writes much output. */
static const struct hostile {
  const char *lead, *unit;
} families[] = {
    {"", "![[]()"}, {">", "a*"}, {"", "- "},  {"", ">"},       {"", "["},     {"", "*a "},   {"", "`"},     {"", "<"},
    {"", "&"},      {"", "a**b"}, {"", "\\["}, {"", "[a](<b"}, {"", "> > "}, {"", "1. "},   {"", "_a__"},  {"", "![a]("},
    {"", "x\n- "},  {"", "``` "}, {"", "<!--"}, {"", "<?"},    {"", "[a]: u\n[a]\n"},       {"", "*_"},    {"", "a\n>"},
};
#define FAMILIES (sizeof families / sizeof *families)

static void hostile_make(struct buf *b, const struct hostile *h, size_t bytes)
{
  repeated(b, h->unit, bytes);
  if (*h->lead) { /* nested quotes, then the unit */
    struct buf tail = BUF_INIT;
    buf_span(&tail, buf_view(b));
    repeated(b, h->lead, bytes / 2);
    buf_put(b, tail.p, tail.n / 2);
    buf_free(&tail);
  }
  buf_truncate(b, bytes);
}

/* Adds to *refused. */
static bool made_in_time(const struct hostile *h, struct span source, unsigned *refused)
{
  struct buf out = BUF_INIT;
  buf_puts(&out, "before");
  int64_t cpu = cpu_time_us(), children = cpu_time_children_us();
  enum markdown_result r = markdown_html(&limits, source, &out);
  cpu = cpu_time_us() - cpu;
  children = cpu_time_children_us() - children;
  if (getenv("MARKDOWN_TIMES"))
    printf("%s%s x %zu: %s, own cpu %lld us, its child's %lld us, %zu bytes\n", h->lead, h->unit, source.n, markdown_result_text(r),
           (long long)cpu, (long long)children, out.n);
  if (r != MARKDOWN_OK) {
    ++*refused;
    assert_int_equal(out.n, 6);
  }
  buf_free(&out);
  return cpu < 200000 && children < 200000 + 100000;
}

/* For any body, this process and its child use little CPU time, and a refused body leaves `out` unchanged. */
static void hostile_bodies(void **state)
{
  (void)state;
  struct buf source = BUF_INIT;
  static const size_t sizes[] = {8192, 8193, 65536, 262144};
  unsigned refused = 0;
  for (size_t f = 0; f < FAMILIES; f++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      hostile_make(&source, &families[f], sizes[s]);
      CPU_TIME_HOLDS(made_in_time(&families[f], buf_view(&source), &refused));
    }
  assert_true(refused > 0);
  buf_free(&source);
}

static bool refused_in_time(const struct markdown_limits *l, struct span source, enum markdown_result *result)
{
  struct buf out = BUF_INIT;
  int64_t cpu = cpu_time_children_us();
  *result = markdown_html(l, source, &out);
  buf_free(&out);
  return cpu_time_children_us() - cpu < 130000;
}

static void limits_hold(void **state)
{
  (void)state;
  struct buf source = BUF_INIT, out = BUF_INIT;
  struct markdown_limits small = limits, patient = limits;
  patient.cpu_ms = 5000; /* a child that gets no CPU on a busy machine is waited for */
  repeated(&source, "a ", 10 * 1024 * 1024);
  assert_int_equal(markdown_html(&limits, buf_view(&source), &out), MARKDOWN_TOO_LARGE);
  assert_int_equal(out.n, 0);
  small = patient;
  small.output_bytes = 1000;
  repeated(&source, "> a\n\n***\n\n", 3000);
  assert_int_equal(markdown_html(&small, buf_view(&source), &out), MARKDOWN_TOO_LARGE);
  assert_int_equal(out.n, 0);
  repeated(&source, "word *word*\n\n", 200000);
  assert_int_equal(markdown_html(&patient, buf_view(&source), &out), MARKDOWN_OK);
  assert_true(out.n > 200000 && strcmp(buf_z(&out) + out.n - 5, "</p>\n") == 0);
  buf_clear(&out);
  small = limits;
  small.cpu_ms = 50;
  hostile_make(&source, &families[0], 200000);
  enum markdown_result result = MARKDOWN_NO_MEMORY;
  for (int i = 0; i < 50 && result == MARKDOWN_NO_MEMORY; i++) /* the child got no CPU on a busy machine */
    CPU_TIME_HOLDS(refused_in_time(&small, buf_view(&source), &result));
  assert_int_equal(result, MARKDOWN_TOO_SLOW);
  buf_free(&source);
  buf_free(&out);
}

/* The output is the same in place and in the child. */
static void child_agrees(void **state)
{
  (void)state;
  struct buf here = BUF_INIT, there = BUF_INIT;
  struct span source = SPAN("# a\n\n- [b](https://h/)\n- ![c](/d)\n");
  assert_int_equal(markdown_tree_write(&limits, source, markdown_write_html, &here), MARKDOWN_OK);
  assert_int_equal(markdown_child_write(&limits, source, markdown_write_html, &there), MARKDOWN_OK);
  assert_string_equal(buf_z(&here), buf_z(&there));
  buf_free(&here);
  buf_free(&there);
}

static void sleep_on(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  (void)root, (void)l, (void)out;
  pause();
}

/* A child that makes no progress is killed, and the result does not refuse its body. */
static void child_is_given_up(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  struct markdown_limits brief = limits;
  brief.cpu_ms = 400; /* a fork under a sanitizer may use 100 */
  assert_int_equal(markdown_child_write(&brief, SPAN("a"), sleep_on, &out), MARKDOWN_NO_MEMORY);
  assert_int_equal(out.n, 0);
  brief.deadline_us = clock_mono_us() + 50000; /* earlier than the time that the body may take */
  assert_int_equal(markdown_child_write(&brief, SPAN("a"), sleep_on, &out), MARKDOWN_NO_TIME);
  assert_int_equal(out.n, 0);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left */
  buf_free(&out);
}

static void again_as_markdown(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_source(&limits, SPAN("# a *b*\n\n<script>x</script>\n\n- [c](javascript:x) <b>d</b> [e](/f)\n"), &out),
                   MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "#### a *b*\n\n  - c d [e](/f)\n");
  buf_free(&out);
  assert_int_equal(markdown_source(&limits, SPAN("a\xEF\xBF\xBE" "b\xEF\xBF\xBF" "c\n"), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\n");
  buf_free(&out);
}

static void one_line_for_each_paragraph(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_lines(&limits, SPAN("# Title\n\nSome *words* and [a\nlink](/x),  \n`code`.\n\n- <b>item</b>\n- two\n\n"
                                                "> ![told](/p)\n\n```\na  b\n\nc\n```\n<p>x</p>\n"), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "Title\nSome words and a link, code.\nitem\ntwo\ntold\na b\nc\n");
  buf_free(&out);
}

static void plain_text(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  struct span s = markdown_plain(a, SPAN("# Title\n\nSome *words* and [a link](/x),\n`code`.\n\n- <b>item</b>\n- two\n"), 200);
  assert_string_equal(arena_z(a, s), "Title Some words and a link, code. item two");
  s = markdown_plain(a, SPAN("One two three four five"), 15);
  assert_string_equal(arena_z(a, s), "One two three\xE2\x80\xA6");
  s = markdown_plain(a, SPAN("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), 3);
  assert_string_equal(arena_z(a, s), "\xC3\xA9\xC3\xA9\xC3\xA9\xE2\x80\xA6");
  assert_int_equal(markdown_plain(a, SPAN("<p>\n\n"), 10).n, 0);
  arena_free(&a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks),       cmocka_unit_test(headings),     cmocka_unit_test(links),
      cmocka_unit_test(pictures),     cmocka_unit_test(empty_links),
      cmocka_unit_test(raw_html),     cmocka_unit_test(injections),
      cmocka_unit_test(bad_bytes),    cmocka_unit_test(limits_hold),  cmocka_unit_test(hostile_bodies),
      cmocka_unit_test(references_to_characters_that_are_not_allowed),
      cmocka_unit_test(child_agrees), cmocka_unit_test(child_is_given_up),
      cmocka_unit_test(again_as_markdown), cmocka_unit_test(one_line_for_each_paragraph),
      cmocka_unit_test(plain_text), cmocka_unit_test(pictures_of_the_site_are_below_its_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
