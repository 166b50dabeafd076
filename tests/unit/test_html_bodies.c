/* HTML bodies: what is shown of editors' HTML, what is left out, and that Markdown's own HTML reads as the same page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cpu_time.h"
#include "markdown/markdown_notes.h"
#include "markdown_markup.h"
#include "text/utf8.h"

static const struct markdown_limits limits = {262144, 1048576, 1000, 4, {"https://site.example", 20}, 0, {NULL, 0}, NULL, NULL, BODY_HTML};

static struct markdown_limits of(enum body_format format)
{
  struct markdown_limits l = limits;
  l.format = format;
  return l;
}

/* On a busy machine the child may get no CPU. */
static enum markdown_result html(const struct markdown_limits *l, struct span source, struct buf *out)
{
  enum markdown_result r = MARKDOWN_NO_MEMORY;
  for (int i = 0; i < 20 && r == MARKDOWN_NO_MEMORY; i++)
    r = markdown_html(l, source, out);
  return r;
}

static void shows_as(enum body_format format, const char *source, const char *expected)
{
  struct markdown_limits l = of(format);
  struct buf out = BUF_INIT;
  assert_int_equal(html(&l, span_z(source), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

static void shows(const char *source, const char *expected)
{
  shows_as(BODY_HTML, source, expected);
}

static void blocks(void **state)
{
  (void)state;
  shows("", "");
  shows("plain  words\n here", "<p>plain words\nhere</p>\n");
  shows("\xEF\xBB\xBFmark", "<p>mark</p>\n");
  shows("<p>One <b>two </b>three<i> four</i>.</p>", "<p>One <strong>two</strong> three <em>four</em>.</p>\n");
  shows("<p>&nbsp;</p><p></p><p>\xE2\x80\x8B</p><div><br></div>", "");
  shows("<p>a<br>b<br><br>c<br></p>", "<p>a<br>\nb</p>\n<p>c</p>\n");
  shows("<div>a<div>b</div>c</div>", "<p>a</p>\n<p>b</p>\n<p>c</p>\n");
  shows("<b>a<p>b</p>c</b>", "<p><strong>a</strong></p>\n<p><strong>b</strong></p>\n<p><strong>c</strong></p>\n");
  shows("<blockquote>a<blockquote><p>b</blockquote></blockquote>",
        "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n");
  shows("a<hr>b", "<p>a</p>\n<hr>\n<p>b</p>\n");
  shows("<pre>\n a <b>b</b>\n</pre><pre class='lang-c'><code>x&lt;<br>y</code></pre>",
        "<pre tabindex=\"0\"><code> a b\n</code></pre>\n<pre tabindex=\"0\"><code class=\"language-c\">x&lt;\ny\n</code></pre>\n");
  shows("<dl><dt>T</dt><dd>D</dd></dl><details><summary>S</summary>x</details>",
        "<p><strong>T</strong></p>\n<p>D</p>\n<p><strong>S</strong></p>\n<p>x</p>\n");
}

static void headings(void **state)
{
  (void)state;
  shows("<h1>a <em>b</em></h1><h2> </h2><h3>c<br>d</h3><div><h1>e</h1></div>", "<h4>a <em>b</em></h4>\n<h5>c d</h5>\n<h4>e</h4>\n");
  shows("<h2>a<table><tr><td>b<td>c</table><pre>d</pre></h2>", "<h4>a b c <code>d</code></h4>\n");
}

static void lists(void **state)
{
  (void)state;
  shows("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n");
  shows("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n");
  shows("<ol start=3 type=a><li>a</li><li></li></ol><ol start=x><li>b</ol><ol start=0><li>c</ol><ol start=-1><li>d</ol>",
        "<ol start=\"3\">\n<li>a</li>\n</ol>\n<ol>\n<li>b</li>\n</ol>\n<ol start=\"0\">\n<li>c</li>\n</ol>\n<ol>\n<li>d</li>\n</ol>\n");
  shows("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n");
  shows("<li>a</li>b", "<p>a</p>\n<p>b</p>\n");
  shows("<ul></ul><ul><li> </ul>", "");
  shows("<ul><li><input type=checkbox checked> a</li><li><label><input type=checkbox> b</label></li><li><input type=text>c</ul>",
        "<ul>\n<li class=\"task\"><span role=\"img\" aria-label=\"done\">\xE2\x98\x91\xEF\xB8\x8E</span> a</li>\n"
        "<li class=\"task\"><span role=\"img\" aria-label=\"open\">\xE2\x98\x90\xEF\xB8\x8E</span> b</li>\n<li>c</li>\n</ul>\n");
}

static void inlines(void **state)
{
  (void)state;
  shows("<i>a</i><i>b</i> <b><b>c</b></b>", "<p><em>ab</em> <strong>c</strong></p>\n");
  shows("<code>a <b>b</b></code> <kbd>Ctrl</kbd> <tt>x\ny</tt>",
        "<p><code>a</code> <strong><code>b</code></strong> <code>Ctrl</code> <code>x y</code></p>\n");
  shows("<s>a</s> <del>b</del> <strike>c</strike> <ins>d</ins> <u>e</u> <mark>f</mark>",
        "<p><del>a</del> <del>b</del> <del>c</del> d e f</p>\n");
  shows("10<sup>-6</sup> H<sub>2</sub>O 1<sup>st</sup> <q>a</q>",
        "<p>10\xE2\x81\xBB\xE2\x81\xB6 H\xE2\x82\x82O 1st \xE2\x80\x9C" "a\xE2\x80\x9D</p>\n");
  shows("&amp;lt;b&amp;gt; &lt;b&gt; &copy; &#x41;&#0;", "<p>&amp;lt;b&amp;gt; &lt;b&gt; \xC2\xA9 A\xEF\xBF\xBD</p>\n");
}

static void links(void **state)
{
  (void)state;
  shows("<a href=/x title=' a\n b ' target=_blank onclick=y>a</a> <a href=' www.h.example '>b</a> <a href='https://site.example/c'>c</a>",
        "<p><a href=\"/x\" title=\"a b\">a</a> <a href=\"https://www.h.example\" rel=\"nofollow noopener\">b</a> "
        "<a href=\"https://site.example/c\">c</a></p>\n");
  shows("<a name=x>a</a> <a href>b</a> <a href=#y>c</a> <a href='/d'></a>", "<p>a b c</p>\n");
  shows("<a href=/x><h2>a</h2><p>b</p></a>", "<h4><a href=\"/x\">a</a></h4>\n<p><a href=\"/x\">b</a></p>\n");
  shows("<a href='/x?a=1&amp;b=2&amp;amp;c'>a</a>", "<p><a href=\"/x?a=1&amp;b=2&amp;amp;c\">a</a></p>\n");
}

static void pictures(void **state)
{
  (void)state;
  shows("<figure><a href=/l><img src=/p.png alt='A  \"cat\"' width=100 height=50 srcset='javascript:x 1x' onerror=y></a>"
        "<figcaption>Cap <b>x</b></figcaption></figure>",
        "<p><a href=\"/l\"><img src=\"/p.png\" alt=\"A &quot;cat&quot;\" width=\"100\" height=\"50\" loading=\"lazy\""
        " decoding=\"async\"></a></p>\n<p><em>Cap <strong>x</strong></em></p>\n");
  shows("<picture><source srcset=x><img src=https://h.example/p.png alt=a width=10% height=99999></picture>",
        "<p><img src=\"https://h.example/p.png\" alt=\"a\" loading=\"lazy\" decoding=\"async\"></p>\n");
  shows("<img alt=a><img src='data:image/png;base64,x' alt=b>", "<p>ab</p>\n");
}

#define WIDE(label) "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Table" label "\">\n<table>\n"
static void tables(void **state)
{
  (void)state;
  shows("<table><caption>C</caption><thead><tr><th>A<th align=right>B</thead><tbody><tr><td>1<td>2<br>3</tbody></table>",
        "<p><em>C</em></p>\n" WIDE(": A, B") "<thead>\n<tr>\n<th scope=\"col\">A</th>\n<th scope=\"col\" class=\"n\">B</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2<br>\n3</td>\n</tr>\n</tbody>\n</table>\n</div>\n");
  shows("<table><tr><td rowspan=2 colspan=2>a<td>b<tr><th>c</table>",
        WIDE("") "<tbody>\n<tr>\n<td>a</td>\n<td></td>\n<td>b</td>\n</tr>\n<tr>\n<td></td>\n<td></td>\n<td><strong>c</strong></td>\n"
        "</tr>\n</tbody>\n</table>\n</div>\n");
  shows("<table><tr><td><ul><li>a<li>b</ul><table><tr><td>c</table></table>",
        WIDE("") "<tbody>\n<tr>\n<td>\xE2\x80\xA2 a<br>\n\xE2\x80\xA2 b<br>\nc</td>\n</tr>\n</tbody>\n</table>\n</div>\n");
  shows("<table><tr></tr></table><table>x<script>y</script></table>", "<p>x</p>\n");
}

static void left_out(void **state)
{
  (void)state;
  static const char *const elements[] = {"script",   "style",  "iframe", "object", "svg",    "math",   "form",   "template", "noscript",
                                         "textarea", "select", "button", "audio",  "video",  "canvas", "title",  "noembed",  "noframes",
                                         "applet",   "map",    "meter",  "datalist"};
  for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
    struct buf source = BUF_INIT;
    buf_printf(&source, "<p>a</p><%s>gone</%s><p>b</p>", elements[i], elements[i]);
    shows(buf_z(&source), "<p>a</p>\n<p>b</p>\n");
    buf_free(&source);
  }
  shows("a<embed src=x>b<p hidden>gone</p>", "<p>ab</p>\n");
  shows("<x-y>a</x-y><marquee>b</marquee><!-- c --><?d?><![CDATA[e]]>", "<p>a</p>\n<p>b</p>\n");
}

static void wordpress(void **state)
{
  (void)state;
  shows_as(BODY_WORDPRESS, "One\ntwo <em>three\n\nfour</em>\n\n\n<h2>Five</h2>\n<ul>\n<li>six</li>\n</ul>\nseven<br />\neight",
           "<p>One<br>\ntwo <em>three</em></p>\n<p><em>four</em></p>\n<h4>Five</h4>\n<ul>\n<li>six</li>\n</ul>\n<p>seven<br>\neight</p>\n");
  shows_as(BODY_WORDPRESS, "<!-- wp:paragraph {\"a\":\"--\"} -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:latest-posts /-->",
           "<p>One\ntwo</p>\n");
  shows_as(BODY_WORDPRESS, "[caption id=\"a\" width=\"9\"]<a href=\"/l\"><img src=\"/p.png\" alt=\"P\" /></a> The <b>words</b>[/caption] more",
           "<p><a href=\"/l\"><img src=\"/p.png\" alt=\"P\" loading=\"lazy\" decoding=\"async\"></a></p>\n"
           "<p><em>The <strong>words</strong></em></p>\n<p>more</p>\n");
  shows_as(BODY_WORDPRESS, "a [gallery ids=\"1,2\"] b [form id=\"3\"] [1] [note] [[gallery]] [x](y) [audio][/audio]",
           "<p>a b [1] [note] [gallery] [x](y)</p>\n");
  shows_as(BODY_WORDPRESS, "a\n\nhttps://h.example/v\n\n[embed]https://h.example/w[/embed]\n\nhttps://h.example/x too",
           "<p>a</p>\n<p><a href=\"https://h.example/v\" rel=\"nofollow noopener\">https://h.example/v</a></p>\n"
           "<p><a href=\"https://h.example/w\" rel=\"nofollow noopener\">https://h.example/w</a></p>\n<p>https://h.example/x too</p>\n");
  shows_as(BODY_WORDPRESS, "<pre>a\n\nb [gallery]</pre><code>[gallery]</code>",
           "<pre tabindex=\"0\"><code>a\n\nb [gallery]\n</code></pre>\n<p><code>[gallery]</code></p>\n");
  shows("One\n\ntwo [gallery]", "<p>One\ntwo [gallery]</p>\n"); /* not WordPress */
}

/* Nothing of this Markdown would be left out as HTML. */
static void html_absent(struct span source)
{
  struct arena *a = arena_new(0);
  struct markdown_limits l = of(BODY_MARKDOWN);
  struct markdown_note *v;
  size_t n;
  assert_int_equal(markdown_notes(&l, a, source, &v, &n), MARKDOWN_OK);
  for (size_t i = 0; i < n; i++)
    assert_int_not_equal(v[i].kind, NOTE_HTML);
  arena_free(&a);
}

/* Strings that are known to bring scripts through filters of HTML. */
static void injections(void **state)
{
  (void)state;
  static const char *const corpus[] = {
#include "html_injections.h"
  };
  for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++)
    for (enum body_format format = BODY_MARKDOWN; format <= BODY_WORDPRESS; format++) {
      struct markdown_limits l = of(format);
      struct buf out = BUF_INIT, again = BUF_INIT;
      assert_int_equal(html(&l, span_z(corpus[i]), &out), MARKDOWN_OK);
      assert_true(utf8_valid(buf_view(&out)));
      markup_check(buf_view(&out));
      assert_null(strstr(buf_z(&out), "<script"));
      buf_clear(&out);
      assert_int_equal(markdown_source(&l, span_z(corpus[i]), &out), MARKDOWN_OK);
      l.format = BODY_MARKDOWN; /* the Markdown of it is as harmless, and no HTML is written in it */
      assert_int_equal(html(&l, buf_view(&out), &again), MARKDOWN_OK);
      markup_check(buf_view(&again));
      if (format != BODY_MARKDOWN)
        html_absent(buf_view(&out));
      buf_free(&out);
      buf_free(&again);
    }
}

/* Without blanks beside tags. */
static void plain(struct span s, struct buf *out)
{
  for (size_t i = 0; i < s.n; i++) {
    bool blank = s.p[i] == ' ' || s.p[i] == '\n';
    if (!blank || (out->n && out->p[out->n - 1] != ' '))
      buf_putc(out, blank ? ' ' : s.p[i]);
  }
}

/* Markdown, its HTML, and that HTML as a body give one page; so do HTML, its Markdown, and that Markdown as a body. */
static void formats_agree(void **state)
{
  (void)state;
  static const char *const bodies[] = {
#include "html_equal.h"
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct markdown_limits markdown = of(BODY_MARKDOWN), l = of(BODY_HTML);
    struct buf first = BUF_INIT, second = BUF_INIT, third = BUF_INIT, a = BUF_INIT, b = BUF_INIT, c = BUF_INIT, source = BUF_INIT;
    assert_int_equal(markdown_html(&markdown, span_z(bodies[i]), &first), MARKDOWN_OK);
    assert_int_equal(html(&l, buf_view(&first), &second), MARKDOWN_OK);
    plain(buf_view(&first), &a);
    plain(buf_view(&second), &b);
    assert_string_equal(buf_z(&a), buf_z(&b));
    assert_int_equal(markdown_source(&l, buf_view(&first), &source), MARKDOWN_OK);
    assert_int_equal(markdown_html(&markdown, buf_view(&source), &third), MARKDOWN_OK);
    plain(buf_view(&third), &c);
    assert_string_equal(buf_z(&a), buf_z(&c));
    struct buf *all[] = {&first, &second, &third, &a, &b, &c, &source};
    for (size_t n = 0; n < sizeof all / sizeof *all; n++)
      buf_free(all[n]);
  }
}

/* ---- limits */

static void attributes(struct buf *b, size_t n)
{
  buf_puts(b, "<p");
  for (size_t i = 0; i < n; i++)
    buf_printf(b, " a%zu=1", i);
  buf_puts(b, ">x");
}

static bool made_in_time(const struct markdown_limits *l, struct span source)
{
  struct buf out = BUF_INIT;
  struct rusage most;
  buf_puts(&out, "before");
  int64_t used = cpu_time_children_us();
  enum markdown_result r = markdown_html(l, source, &out);
  used = cpu_time_children_us() - used;
  assert_int_not_equal(r, MARKDOWN_FAILED);
  assert_true(r == MARKDOWN_OK || out.n == 6);
  getrusage(RUSAGE_CHILDREN, &most);
  assert_true(most.ru_maxrss < 400 * 1024);
  buf_free(&out);
  return used < 150000 + 300000;
}

static void hostile_bodies(void **state)
{
  (void)state;
  static const struct {
    const char *unit;
    size_t times;
  } families[] = {{"<div>", 100000}, {"<b>", 100000}, {"<span>", 100000}, {"<ul><li>", 100000}, {"<blockquote>", 100000},
                  {"<table><tr><td>", 100000}, {"<svg><g>", 100000}, {"<a href=x><i>", 100000}, {"\xFF\xFE", 2000000}, {"<!--", 1000000},
                  {"<p>a", 1000000}, {"&", 5000000}, {"<", 5000000}, {"[a b=", 1000000}, {"<pre>\n\n", 200000}, {"<q>", 1000000},
                  {"<table>x<b>", 200000}, {"<b><p></b>", 500000}, {"<td colspan=64>", 300000}, {"\\", 1}};
  struct markdown_limits l = of(BODY_WORDPRESS);
  l.bytes = 16777216;
  l.cpu_ms = 150;
  for (size_t i = 0; i <= sizeof families / sizeof *families; i++) {
    struct buf source = BUF_INIT;
    if (i == sizeof families / sizeof *families)
      attributes(&source, 1000000);
    for (size_t n = 0; i < sizeof families / sizeof *families && n < families[i].times; n++)
      buf_puts(&source, families[i].unit);
    if (i == 8)
      for (size_t n = 0; n < source.n; n += 2)
        source.p[n] = 0; /* UTF-16 */
    CPU_TIME_HOLDS(made_in_time(&l, buf_view(&source)));
    buf_free(&source);
  }
}

static void limits_hold(void **state)
{
  (void)state;
  struct buf source = BUF_INIT, out = BUF_INIT;
  struct markdown_limits l = limits;
  while (source.n <= l.bytes)
    buf_puts(&source, "<p>word</p>");
  assert_int_equal(markdown_html(&l, buf_view(&source), &out), MARKDOWN_TOO_LARGE);
  l.bytes = 1 << 20;
  l.output_bytes = 1000;
  assert_int_equal(html(&l, buf_view(&source), &out), MARKDOWN_TOO_LARGE);
  l.deadline_us = clock_mono_us() - 1;
  assert_int_equal(markdown_html(&l, buf_view(&source), &out), MARKDOWN_NO_TIME);
  assert_int_equal(out.n, 0);
  buf_free(&source);
  buf_free(&out);
}

/* ---- what editors are told */

static void notes(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    enum markdown_note_kind kind;
    int line;
    const char *words;
  } all[] = {{"<p>a</p>\n<iframe src=x></iframe>", NOTE_HTML, 2, "<iframe src=x>"},
             {"<p>a <script>b</script></p>", NOTE_HTML, 1, "<script>"},
             {"<p></p><table><style>b</style></table>", NOTE_HTML, 1, "<style>"},
             {"a [gallery ids=1]", NOTE_SHORTCODE, 1, "[gallery ids=1]"},
             {"<p>a</p>\n\n<!-- wp:latest-posts {\"n\":3} /-->", NOTE_BLOCK, 3, "wp:latest-posts {\"n\":3} /"},
             {"<p>a <img src=/x></p>", NOTE_ALT, 1, "/x"},
             {"<p>a <img src='data:x' alt=b></p>", NOTE_PICTURE_DROPPED, 1, "data:x"},
             {"<p><a href='javascript:x'>b</a></p>", NOTE_LINK_DROPPED, 1, "javascript:x"},
             {"<h1>a</h1>\n<h3>b</h3>", NOTE_HEADING, 2, "b"},
             {"<p>It is 40% faster.</p>", NOTE_NUMBER, 1, NULL}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct markdown_limits l = of(BODY_WORDPRESS);
    struct arena *a = arena_new(0);
    struct markdown_note *v;
    size_t n, at = 0;
    enum markdown_result r = MARKDOWN_NO_MEMORY;
    for (int tries = 0; tries < 20 && r == MARKDOWN_NO_MEMORY; tries++)
      r = markdown_notes(&l, a, span_z(all[i].body), &v, &n);
    assert_int_equal(r, MARKDOWN_OK);
    while (at < n && v[at].kind != all[i].kind)
      at++;
    assert_true(at < n);
    assert_int_equal(v[at].line, all[i].line);
    if (all[i].words)
      assert_string_equal(arena_z(a, v[at].words), all[i].words);
    arena_free(&a);
  }
}

static void other_writers(void **state)
{
  (void)state;
  struct buf out = BUF_INIT;
  struct span body = SPAN("<h2>Title</h2><p>Some <b>words</b> &amp; <a href=/x>a link</a>.</p><ul><li>one<li>two</ul><pre>a  b\nc</pre>");
  assert_int_equal(markdown_source(&limits, body, &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "#### Title\n\nSome **words** & [a link](/x).\n\n  - one\n  - two\n\n``` \na  b\nc\n```\n");
  buf_clear(&out);
  assert_int_equal(markdown_lines(&limits, body, &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "Title\nSome words & a link.\none\ntwo\na b\nc\n");
  buf_free(&out);
  struct arena *a = arena_new(0);
  enum markdown_result r;
  struct markdown_plain_limits p = {BODY_HTML, 18, 0};
  assert_string_equal(arena_z(a, markdown_plain_by(a, &p, body, &r)), "Title Some words &\xE2\x80\xA6");
  arena_free(&a);
}

#define REF(number, which) "<sup><a href=\"#fn" number "\" id=\"fnref" which "\" role=\"doc-noteref\" aria-label=\"Note " number "\">" number "</a></sup>"
#define BACKLINK(which) "<a href=\"#fnref" which "\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E</a>"
#define NOTES(items) "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n" items "</ol>\n</section>\n"
#define ONE_NOTE(words) NOTES("<li id=\"fn1\">\n<p>" words " " BACKLINK("1") "</p>\n</li>\n")

/* Each program's own way to write "a[^1] b" with the note "c". */
static void footnotes(void **state)
{
  static const char *const written[] = {
      "<p>a<sup data-fn=\"u-1\" class=\"fn\"><a href=\"#u-1\" id=\"u-1-link\">1</a></sup> b</p>\n<ol class=\"wp-block-footnotes\"><li id=\"u-1\">c "
      "<a href=\"#u-1-link\" aria-label=\"Jump to footnote reference 1\">\xE2\x86\xA9\xEF\xB8\x8E</a></li></ol>",
      "<p>a<sup><a href=\"#user-content-fn-1\" id=\"user-content-fnref-1\" data-footnote-ref aria-describedby=\"footnote-label\">1</a></sup> b</p>"
      "<section data-footnotes class=\"footnotes\"><h2 id=\"footnote-label\" class=\"sr-only\">Footnotes</h2><ol><li id=\"user-content-fn-1\"><p>c "
      "<a href=\"#user-content-fnref-1\" data-footnote-backref aria-label=\"Back to reference 1\">\xE2\x86\xA9</a></p></li></ol></section>",
      "<p>a<a href=\"#fn1\" class=\"footnote-ref\" id=\"fnref1\" role=\"doc-noteref\"><sup>1</sup></a> b</p><section class=\"footnotes "
      "footnotes-end-of-document\" role=\"doc-endnotes\"><hr /><ol><li id=\"fn1\"><p>c<a href=\"#fnref1\" class=\"footnote-back\" "
      "role=\"doc-backlink\">\xE2\x86\xA9\xEF\xB8\x8E</a></p></li></ol></section>",
      "<p>a<sup id=\"fnref:x\"><a href=\"#fn:x\" class=\"footnote\" rel=\"footnote\">1</a></sup> b</p><div class=\"footnotes\"><ol><li id=\"fn:x\">"
      "<p>c&#160;<a href=\"#fnref:x\" class=\"reversefootnote\">&#8617;</a></p></li></ol></div>",
  };
  (void)state;
  for (size_t i = 0; i < sizeof written / sizeof *written - 1; i++)
    shows(written[i], "<p>a" REF("1", "1") " b</p>\n" ONE_NOTE("c"));
  shows(written[sizeof written / sizeof *written - 1], "<p>a" REF("1", "1") " b</p>\n" ONE_NOTE("c\xC2\xA0"));
  shows_as(BODY_WORDPRESS, written[0], "<p>a" REF("1", "1") " b</p>\n" ONE_NOTE("c"));
}

static void odd_footnotes(void **state)
{
  (void)state;
  /* two references, notes that refer to each other, a note of blocks, one that nothing refers to */
  shows("a<sup data-fn=x>1</sup><sup data-fn=x>2</sup><ol class=wp-block-footnotes><li id=x>b<a href=#y>2</a><ul><li>c</ul><li id=y>d<a href=#x>1</a></ol>",
        "<p>a" REF("1", "1") REF("1", "1-2") "</p>\n" NOTES("<li id=\"fn1\">\n<p>b" REF("2", "2") "</p>\n<ul>\n<li>c</li>\n</ul>\n" BACKLINK("1")
        " <a href=\"#fnref1-2\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a>"
        " <a href=\"#fnref1-3\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>3</sup></a>\n</li>\n"
        "<li id=\"fn2\">\n<p>d" REF("1", "1-3") " " BACKLINK("2") "</p>\n</li>\n"));
  shows("a<a href=#x>1</a><ol class=footnotes><li id=x>b<li id=y>c<li>d</ol>",
        "<p>a" REF("1", "1") "</p>\n<ol>\n<li>c</li>\n<li>d</li>\n</ol>\n" ONE_NOTE("b"));
  shows("a<sup data-fn=z>1</sup> <a href=#z>2</a><ol class=footnotes><li id=x>b</ol>", "<p>a\xC2\xB9 2</p>\n<ol>\n<li>b</li>\n</ol>\n");
  shows("<ol><li id=x>b</ol><a href=#x>c</a>", "<ol>\n<li>b</li>\n</ol>\n<p>c</p>\n");
  shows("a<sup data-fn=x>1</sup><ol class=footnotes><li id=x>b<li id=x>c</ol>", "<p>a" REF("1", "1") "</p>\n<ol>\n<li>c</li>\n</ol>\n" ONE_NOTE("b"));
  /* nothing of a note but its content comes through */
  shows("a<sup data-fn='\"><script>x</script>'>1</sup><ol class=footnotes onclick=x()><li id='\"><script>x</script>' onclick=x()>"
        "b<script>x</script><a href=javascript:x()>c</a></ol>",
        "<p>a" REF("1", "1") "</p>\n" ONE_NOTE("bc"));
  struct markdown_limits l = of(BODY_HTML);
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_source(&l, SPAN("a<sup data-fn=x>1</sup><ol class=footnotes><li id=x><p>b<p>c</ol>"), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "a[^1]\n\n[^1]: b\n\n    c\n");
  buf_free(&out);
}

static bool activity(void *arg, uint64_t id, struct markdown_activity *out)
{
  (void)arg;
  *out = (struct markdown_activity){SPAN("4.0"), SPAN("https://h/4"), SPAN("18 Mar 2025"), false};
  return id == 7;
}

static void activities(void **state)
{
  struct markdown_limits l = of(BODY_HTML);
  struct buf out = BUF_INIT;
  (void)state;
  l.activity = activity;
  assert_int_equal(html(&l, SPAN("a[^activity:7]b<em>[^activity:8][^activity:x]</em><code>[^activity:7]</code><a href=/x>[^activity:7]</a>"), &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), "<p>a" REF("1", "1") "b<em>[^activity:x]</em><code>[^activity:7]</code><a href=\"/x\">[^activity:7]</a></p>\n"
                                   ONE_NOTE("<a href=\"https://h/4\" rel=\"nofollow noopener\">4.0</a>, 18 Mar 2025"));
  buf_free(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks),      cmocka_unit_test(headings),      cmocka_unit_test(lists),          cmocka_unit_test(inlines),
      cmocka_unit_test(links),       cmocka_unit_test(pictures),      cmocka_unit_test(tables),         cmocka_unit_test(left_out),
      cmocka_unit_test(wordpress),   cmocka_unit_test(injections),    cmocka_unit_test(formats_agree),  cmocka_unit_test(hostile_bodies),
      cmocka_unit_test(limits_hold), cmocka_unit_test(notes),         cmocka_unit_test(other_writers),
      cmocka_unit_test(footnotes),   cmocka_unit_test(odd_footnotes), cmocka_unit_test(activities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
