/* Strict templates: what they show, and what stops the start.  Each test writes its templates into a
 * folder of its own and takes it away again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/messages.h"
#include "catalogue_file.h"
#include "template/shape_json.h"
#include "template/template.h"
#include "template/template_block.h"

#define MOVE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(title) TEXT(url) FLAG(spark) TEXTS(tags) RECORD(block, block_draw) TEXT(late)
VIEW_DECLARE(move_view, MOVE_VIEW)
#define CARD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(name) TEXT(site) HTML(body) INT(sparks) FLAG(gone) LIST(moves, move_view) RECORD(next, card_view)
VIEW_DECLARE(card_view, CARD_VIEW)

#define SCORE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(score) TEXT(name)
VIEW_DECLARE(score_view, SCORE_VIEW)
#define VIEW_THIS struct score_view
VIEW_DEFINE(score_view, SCORE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct move_view
VIEW_DEFINE(move_view, MOVE_VIEW)
#undef VIEW_THIS
#define VIEW_THIS struct card_view
VIEW_DEFINE(card_view, CARD_VIEW)
#undef VIEW_THIS

static struct move_view moves[] = {
    {.title = {"4.3 <out>", 9}, .url = {"https://example.org/a?b=1&c", 27}, .spark = true},
    {.title = {"4.2", 3}, .url = {"javascript:alert(1)", 19}},
};
static struct span tags[] = {{"a&b", 3}, {"c", 1}};
static struct card_view other = {.name = {"Other", 5}, .sparks = 7};
static struct card_view card;

/* A folder with up to four files: name, text, name, text, ... NULL. */
static char folder[] = "/tmp/diptych-template-XXXXXX";

static int folder_make(void **state)
{
  (void)state;
  moves[0].tags.v = tags;
  moves[0].tags.n = 2;
  card = (struct card_view){.name = {"Kafka & \"co\"", 12}, .site = {"https://kafka.apache.org/", 25}, .sparks = -3,
                            .body = {"<p>b</p>", 8}, .moves = {moves, 2}, .next = &other};
  strcpy(folder, "/tmp/diptych-template-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void file_write(const char *name, const char *text)
{
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

/* The rendering, or the faults without the folder's name; the caller frees. */
static char *outcome(const char *file)
{
  char *why = NULL;
  size_t n;
  FILE *f = open_memstream(&why, &n);
  struct template *t = template_compile(folder, file, &card_view_shape, f);
  fclose(f);
  if (!t) {
    char *at = why;
    while ((at = strstr(at, folder)))
      memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
    return why;
  }
  assert_string_equal(why, "");
  free(why);
  struct buf out = BUF_INIT;
  assert_true(template_render(t, &card, &out));
  char *text = strdup(buf_z(&out));
  buf_free(&out);
  template_free(&t);
  assert_null(t);
  return text;
}

static void shows(const char *ext, const char *template, const char *expected)
{
  char name[32];
  snprintf(name, sizeof name, "t.%s.mustache", ext);
  file_write(name, template);
  char *text = outcome(name);
  assert_string_equal(text, expected);
  free(text);
}

/* The template is refused, and the first fault begins and goes on like this. */
static void refuses(const char *ext, const char *template, const char *at, const char *sentence)
{
  char name[32];
  snprintf(name, sizeof name, "t.%s.mustache", ext);
  file_write(name, template);
  char *text = outcome(name);
  if (strncmp(text, at, strlen(at)) != 0 || !strstr(text, sentence))
    fail_msg("expected \"%s ... %s\", got \"%s\"", at, sentence, text);
  free(text);
}

static void values(void **state)
{
  (void)state;
  shows("html", "<h1>{{name}}</h1>", "<h1>Kafka &amp; &quot;co&quot;</h1>");
  shows("html", "{{sparks}}", "-3");
  shows("html", "<div>{{{body}}}{{& body }}</div>", "<div><p>b</p><p>b</p></div>");
  shows("html", "{{next.name}} {{next.sparks}}{{next.next.name}}", "Other 7");
  shows("txt", "{{name}}", "Kafka & \"co\"");
  shows("md", "{{#moves}}{{title}};{{/moves}} {{& name}}", "4.3 \\<out\\>;4.2; Kafka & \"co\"");
  shows("html", "<!-- a - -- b ---><!--c-->{{sparks}}", "<!-- a - -- b ---><!--c-->-3");
  shows("html", "a{{! nothing }}b{{=<% %>=}}<%name%>", "abKafka &amp; &quot;co&quot;");
}

static void sections(void **state)
{
  (void)state;
  shows("html", "{{#name}}[{{.}}]{{/name}}{{^name}}none{{/name}}", "[Kafka &amp; &quot;co&quot;]");
  shows("html", "{{#next}}{{#body}}x{{/body}}{{^body}}{{name}}{{/body}}{{/next}}", "Other");
  shows("html", "{{#gone}}x{{/gone}}{{^gone}}y{{/gone}}", "y");
  shows("html", "{{#next.next}}x{{/next.next}}{{^next.next}}y{{/next.next}}{{#sparks}}n{{/sparks}}", "yn");
  shows("html", "{{#moves}}{{title}}{{#spark}}*{{/spark}}:{{#tags}}{{.}},{{/tags}}{{^tags}}-{{/tags}} {{/moves}}",
        "4.3 &lt;out&gt;*:a&amp;b,c, 4.2:- ");
  shows("html", "{{#next}}{{#moves}}x{{/moves}}{{^moves}}empty{{/moves}}{{/next}}", "empty");
  shows("html", "<ul>\n  {{#moves}}\n  <li>{{title}} {{name}}\n  {{/moves}}\n</ul>\n",
        "<ul>\n  <li>4.3 &lt;out&gt; Kafka &amp; &quot;co&quot;\n  <li>4.2 Kafka &amp; &quot;co&quot;\n</ul>\n");
}

static void partials(void **state)
{
  (void)state;
  file_write("move.html.mustache", "<li>{{title}}\n{{> mark }}\n");
  file_write("mark.mustache", "{{#spark}}\n*\n{{/spark}}\n");
  shows("html", "{{#moves}}\n  {{>move}}\n{{/moves}}\n", "  <li>4.3 &lt;out&gt;\n  *\n  <li>4.2\n");
  refuses("html", "\n{{> nothere}}", "t.html.mustache:2:1: ", "nothere.html.mustache: No such file");
  char path[128];
  snprintf(path, sizeof path, "%s/mark.html.mustache", folder);
  assert_return_code(mkdir(path, 0700), 0);
  refuses("html", "{{>mark}}", "t.html.mustache:1:1: ", "mark.html.mustache: Is a directory"); /* and not mark.mustache */
  refuses("html", "{{>../etc/passwd}}", "t.html.mustache:1:1: ", "partial");
  file_write("self.html.mustache", "a {{>self}}");
  refuses("html", "{{>self}}", "self.html.mustache:1:3: ", "includes itself");
  file_write("bad.html.mustache", "x\n  {{nome}}");
  refuses("html", "x\n    {{>bad}}\n", "bad.html.mustache:2:3: ", "\"nome\" is no field of card_view (name, site");
}

static void faults(void **state)
{
  (void)state;
  refuses("html", "a\n b{{titel}}", "t.html.mustache:2:3: ", "\"titel\" is no field of card_view (name, site, body");
  refuses("html", "{{#moves}}{{titel}}{{/moves}}", "t.html.mustache:1:11: ", "move_view (title, url, spark, tags, block, late), nor of card_view");
  refuses("html", "{{title}}", "t.html.mustache:1:1: ", "\"title\" is no field");
  refuses("html", "{{#moves}}\n{{/move}}", "t.html.mustache:2:1: ", "{{/move}} does not close the open section \"moves\"");
  refuses("html", "{{#moves}}", "t.html.mustache:1:1: ", "section \"moves\" is never closed");
  refuses("html", "{{/moves}}", "t.html.mustache:1:1: ", "never opened");
  refuses("html", "ab{{name", "t.html.mustache:1:3: ", "never closed: \"}}\"");
  refuses("html", "{{{body}}", "t.html.mustache:1:1: ", "never closed: \"}}}\"");
  refuses("html", "{{}}", "t.html.mustache:1:1: ", "no name");
  refuses("html", "{{=x=}}", "t.html.mustache:1:1: ", "two strings");
  refuses("html", "{{{name}}}", "t.html.mustache:1:1: ", "\"name\" is TEXT and is never shown raw: write {{name}}");
  refuses("html", "{{body}}", "t.html.mustache:1:1: ", "\"body\" is HTML: write {{{body}}}");
  refuses("html", "{{moves}}", "t.html.mustache:1:1: ", "is LIST");
  refuses("html", "{{gone}}", "t.html.mustache:1:1: ", "is FLAG");
  refuses("html", "{{moves.title}}", "t.html.mustache:1:1: ", "only a RECORD has fields");
  refuses("html", "{{next.nome}}", "t.html.mustache:1:1: ", "\"nome\" is no field of card_view");
  refuses("html", "{{.}}", "t.html.mustache:1:1: ", "{{.}} has no meaning here");
  refuses("html", "{{^sparks}}{{/sparks}}", "t.html.mustache:1:1: ", "would never show");
  refuses("css", "", "t.css.mustache:1:1: ", ".html.mustache");
  char *text = outcome("absent.html.mustache");
  assert_string_equal(text, "absent.html.mustache:1:1: No such file or directory\n");
  free(text);
}

/* Values in attributes and URLs. */
static void contexts(void **state)
{
  (void)state;
#define NAME "Kafka &amp; &quot;co&quot;"
  shows("html", "<p title=\"{{name}}\" class='x {{sparks}}'>{{name}}</p>", "<p title=\"" NAME "\" class='x -3'>" NAME "</p>");
  shows("html", "<title>{{name}}</title><textarea>{{name}}</textarea>", "<title>" NAME "</title><textarea>" NAME "</textarea>");
  shows("html", "<!doctype html><!-- a > b --><p>{{sparks}}</p>", "<!doctype html><!-- a > b --><p>-3</p>");
  shows("html", "<script type=\"application/ld+json\">{{{body}}}</script>{{sparks}}",
        "<script type=\"application/ld+json\"><p>b</p></script>-3");
  shows("html", "<p{{#gone}} hidden{{/gone}}{{#site}} class=\"s\"{{/site}}>", "<p class=\"s\">");
  shows("html", "<p class=\"a{{#site}} b{{/site}}\" id=\"{{sparks}}\">", "<p class=\"a b\" id=\"-3\">");
  shows("xml", "<?xml version=\"1.0\"?><c type=\"html\">{{body}}</c><l href=\"{{site}}\"/>",
        "<?xml version=\"1.0\"?><c type=\"html\">&lt;p&gt;b&lt;/p&gt;</c><l href=\"https://kafka.apache.org/\"/>");
}

static void urls(void **state)
{
  (void)state;
  shows("html", "{{#moves}}<a href=\"{{url}}\">{{/moves}}", "<a href=\"https://example.org/a?b=1&amp;c\"><a href=\"#\">");
  shows("html", "{{#moves}}<a href='/go/{{url}}'>{{/moves}}",
        "<a href='/go/https%3A//example.org/a?b=1&amp;c'><a href='/go/javascript%3Aalert(1)'>");
  shows("html", "<a href=\"/search?q={{name}}&amp;x#{{site}}\">",
        "<a href=\"/search?q=Kafka%20%26%20%22co%22&amp;x#https%3A//kafka.apache.org/\">");
  shows("html", "<a href=\"https://h/{{name}}\"><a href=\"mailto:{{name}}\">",
        "<a href=\"https://h/Kafka%20&amp;%20%22co%22\"><a href=\"mailto:Kafka%20&amp;%20%22co%22\">");
  shows("html", "<a href=\"{{site}}{{#name}}?q={{.}}{{/name}}\">", "<a href=\"https://kafka.apache.org/?q=Kafka%20%26%20%22co%22\">");
  shows("html", "<a href=\"{{#site}}{{site}}{{/site}}{{^site}}/x{{/site}}\">", "<a href=\"https://kafka.apache.org/\">");
  /* Two values can't make a scheme together, nor a literal and a value. */
  moves[1].title = SPAN("java");
  moves[1].url = SPAN("script:alert(1)");
  shows("html", "{{#moves}}{{^spark}}<a href=\"{{title}}{{url}}\"><a href=\"java{{url}}\">{{/spark}}{{/moves}}",
        "<a href=\"javascript%3Aalert(1)\"><a href=\"javascript%3Aalert(1)\">");
  moves[1].title = SPAN("4.2");
  moves[1].url = SPAN("javascript:alert(1)");
}

static void misplaced(void **state)
{
  (void)state;
  refuses("html", "<p title={{name}}>", "t.html.mustache:1:10: ", "\"name\" stands in attribute title of <p>: write this attribute's value in quotes");
  refuses("html", "<p title=x{{name}}>", "t.html.mustache:1:11: ", "in quotes");
  refuses("html", "<p {{name}}>", "t.html.mustache:1:4: ", "a value can't make a tag or an attribute");
  refuses("html", "<p data-{{name}}=\"\">", "t.html.mustache:1:9: ", "can't make a tag");
  refuses("html", "<h{{sparks}}>", "t.html.mustache:1:3: ", "can't make a tag");
  refuses("html", "<!-- {{name}} -->", "t.html.mustache:1:6: ", "comment");
  refuses("html", "<!--><a href=\"-->{{name}}\">", "t.html.mustache:1:5: ", "write a comment as");
  refuses("html", "<!---><a href=\"-->{{name}}\">", "t.html.mustache:1:5: ", "write a comment as");
  refuses("html", "<!-- --!><a href=\"-->{{name}}\">", "t.html.mustache:1:8: ", "write a comment as");
  refuses("html", "<script>{{name}}</script>", "t.html.mustache:1:9: ", "script");
  refuses("html", "<script>{{{body}}}</script>", "t.html.mustache:1:9: ", "element text");
  refuses("html", "<SCRIPT type=\"application/ld+json\">{{name}}</script>", "t.html.mustache:1:36: ", "JSON-LD is one {{{HTML}}} value");
  refuses("html", "<style>{{name}}</style>", "t.html.mustache:1:8: ", "style");
  refuses("html", "<p style=\"{{name}}\">", "t.html.mustache:1:11: ", "style attribute");
  refuses("html", "<p OnClick=\"{{name}}\">", "t.html.mustache:1:13: ", "event handler");
  refuses("html", "<img srcset=\"{{site}} 2x\">", "t.html.mustache:1:14: ", "use src");
  refuses("html", "<p title=\"{{{body}}}\">", "t.html.mustache:1:11: ", "markup can only stand in element text");
  refuses("html", "<meta http-equiv=\"refresh\">", "t.html.mustache:1:18: ", "http-equiv");
  refuses("html", "<a href=\"javascript:{{name}}\">", "t.html.mustache:1:21: ", "http, https, mailto and relative");
  refuses("html", "<a href=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:{{name}}\">", "t.html.mustache:1:45: ", "http, https, mailto");
  refuses("html", "<a href=\"{{#site}}{{site}}{{/site}}{{name}}\">", "t.html.mustache:1:36: ", "depends on the section");
  refuses("html", "{{#site}}<p title=\"{{/site}}\">", "t.html.mustache:1:20: ",
          "section \"site\" begins in element text and ends in attribute title of <p>: it must close what it opens");
  refuses("html", "<p{{#site}}>{{/site}}", "t.html.mustache:1:13: ", "must close");
  refuses("html", "<p{{#gone}} hidden{{/gone}}x>", "t.html.mustache:1:28: ", "write a blank here");
  refuses("html", "a < b", "t.html.mustache:1:4: ", "write &lt;");
  refuses("html", "<p title=\"x", "t.html.mustache:1:12: ", "the template ends in attribute title of <p>");
  refuses("xml", "<c>{{{body}}}</c>", "t.xml.mustache:1:4: ", "write two braces");
  refuses("xml", "<a b=\"{{name}}\"><![CDATA[", "t.xml.mustache:1:19: ", "CDATA sections are not used here");
  refuses("md", "{{{body}}}", "t.md.mustache:1:1: ", "HTML and can't stand here");
  file_write("open.html.mustache", "<a href=\"");
  refuses("html", "{{>open}}{{{body}}}\">", "t.html.mustache:1:10: ", "markup");
}

/* All unknown names are told at once. */
static void faults_together(void **state)
{
  (void)state;
  file_write("t.html.mustache", "{{one}}\n{{two}}");
  char *text = outcome("t.html.mustache");
  assert_non_null(strstr(text, "1:1: \"one\""));
  assert_non_null(strstr(text, "2:1: \"two\""));
  free(text);
}

static void limits(void **state)
{
  (void)state;
  char deep[512] = "";
  for (int i = 0; i < 20; i++)
    strcat(deep, "{{#next}}");
  for (int i = 0; i < 20; i++)
    strcat(deep, "{{/next}}");
  refuses("html", deep, "t.html.mustache:1:136: ", "nested more than 15");
  file_write("t.html.mustache", "{{name}}{{name}}");
  struct template *t = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
  struct buf out = {.max = 30};
  assert_false(template_render(t, &card, &out));
  assert_true(out.failed);
  buf_free(&out);
  template_free(&t);
}

static void blocks(void **state)
{
  (void)state;
  static const char text[] = "{{#moves}}{{#block}}<b>{{title}}{{#spark}}*{{/spark}}{{#tags}}{{.}},{{/tags}}</b>{{/block}}{{late}} {{/moves}}";
  shows("html", text, "<b>4.3 &lt;out&gt;*a&amp;b,c,</b> <b>4.2</b> ");
  struct block_draw kept = {.n = 0};
  moves[0].block = &kept;
  shows("html", text, "<b>4.3 &lt;out&gt;*a&amp;b,c,</b> <b>4.2</b> ");
  assert_int_equal(kept.n, 1);
  assert_memory_equal(kept.texts[0].p, "<b>4.3 &lt;out&gt;*a&amp;b,c,</b>", kept.texts[0].n);
  block_draw_clear(&kept);
  moves[0].block = NULL;
}

/* The text of a template below the path of a site, or its faults. */
static void shows_below(const char *ext, const char *template, const char *expected)
{
  char name[32];
  struct buf out = BUF_INIT;
  struct template_folders from = {.dirs = {"/none", folder}, .n = 2, .base = SPAN("/tools")};
  snprintf(name, sizeof name, "t.%s.mustache", ext);
  file_write(name, template);
  struct template *t = template_compile_in(&from, name, &card_view_shape, stderr);
  assert_true(t && template_render(t, &card, &out));
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
  template_free(&t);
}

/* Addresses of the site are written below its path, where they begin, and nothing else is. */
static void addresses_have_the_path_of_the_site(void **state)
{
  (void)state;
  struct span site = card.site;
  shows_below("html", "<a href=\"/\">/</a><form action='/search'><img src=\"/a/b\">", "<a href=\"/tools/\">/</a><form action='/tools/search'><img src=\"/tools/a/b\">");
  shows_below("html", "<a href=\"//x/y\" title=\"/z\"><a href=\"a/b\"><a href=\"#/c\"><a href=\"?/d\">", "<a href=\"//x/y\" title=\"/z\"><a href=\"a/b\"><a href=\"#/c\"><a href=\"?/d\">");
  shows_below("html", "<a href=\"{{site}}\"><a href=\"/x/{{name}}\"><a title=\"{{site}}\">",
              "<a href=\"https://kafka.apache.org/\"><a href=\"/tools/x/Kafka%20&amp;%20%22co%22\"><a title=\"https://kafka.apache.org/\">");
  card.site = SPAN("/products/kafka?page=2");
  shows_below("html", "<a href=\"{{site}}\">{{site}}</a><a href=\"{{#gone}}/gone{{/gone}}{{^gone}}/here{{/gone}}\">",
              "<a href=\"/tools/products/kafka?page=2\">/products/kafka?page=2</a><a href=\"/tools/here\">");
  shows_below("xml", "<link href=\"{{site}}\"/><loc>{{site}}</loc>", "<link href=\"/tools/products/kafka?page=2\"/><loc>/products/kafka?page=2</loc>");
  shows_below("md", "[a]({{&site}}) [b](/c) {{&site}} (/d) [e](<{{&site}}>)",
              "[a](/tools/products/kafka?page=2) [b](/tools/c) /products/kafka?page=2 (/d) [e](</products/kafka?page=2>)");
  shows_below("txt", "[a]({{site}}) /b", "[a](/products/kafka?page=2) /b");
  card.site = SPAN("//x.example/a");
  shows_below("html", "<a href=\"{{site}}\">", "<a href=\"//x.example/a\">");
  card.site = site;
}

static struct span asset_of(const void *context, struct span name)
{
  return span_eq(name, SPAN("logo.svg")) ? span_z(context) : SPAN("");
}

/* A static file is a literal, and one that is missing is a fault. */
static void static_files(void **state)
{
  (void)state;
  char *why = NULL;
  size_t n;
  struct buf out = BUF_INIT;
  struct template_folders from = {.dirs = {folder}, .n = 1, .asset = asset_of, .context = "/static/logo.0.svg", .base = SPAN("/tools")};
  file_write("t.html.mustache", "<img src=\"{{static/logo.svg}}\">");
  struct template *t = template_compile_in(&from, "t.html.mustache", &card_view_shape, stderr);
  assert_true(t && template_render(t, &card, &out));
  assert_string_equal(buf_z(&out), "<img src=\"/tools/static/logo.0.svg\">");
  template_free(&t);
  file_write("t.html.mustache", "\n <img src=\"{{static/none.svg}}\">");
  FILE *f = open_memstream(&why, &n);
  assert_null(template_compile_in(&from, "t.html.mustache", &card_view_shape, f));
  fclose(f);
  assert_non_null(strstr(why, "t.html.mustache:2:12: \"none.svg\" is no static file"));
  free(why);
  buf_free(&out);
}

/* The text that is kept is shown again by the same template, and by no other. */
static void blocks_are_kept(void **state)
{
  (void)state;
  struct block_draw kept = {.n = 0};
  file_write("t.html.mustache", "{{#moves}}{{#block}}{{title}}{{/block}};{{/moves}}");
  struct template *t = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
  struct template *twin = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
  struct buf out = BUF_INIT;
  assert_true(t && twin);
  moves[0].block = &kept;
  struct span title = moves[0].title;
  for (int i = 0; i < 2; i++) {
    assert_true(template_render(t, &card, &out));
    moves[0].title = SPAN("changed");
  }
  assert_true(template_render(twin, &card, &out));
  assert_string_equal(buf_z(&out), "4.3 &lt;out&gt;;4.2;4.3 &lt;out&gt;;4.2;changed;4.2;");
  moves[0].title = title;
  moves[0].block = NULL;
  block_draw_clear(&kept);
  buf_free(&out);
  template_free(&t);
  template_free(&twin);
}

static void blocks_show_their_record_only(void **state)
{
  (void)state;
  refuses("html", "{{#moves}}{{#block}}{{name}}{{/block}}{{/moves}}", "t.html.mustache:1:21: ", "\"name\" can't stand in a block");
  refuses("html", "{{#moves}}{{#block}}{{late}}{{/block}}{{/moves}}", "t.html.mustache:1:21: ", "\"late\" can't stand in a block");
  refuses("html", "{{#moves}}{{#block}}{{#gone}}x{{/gone}}{{/block}}{{/moves}}", "t.html.mustache:1:21: ", "can't stand in a block");
  refuses("html", "{{#moves}}{{#block}}{{#next}}{{sparks}}{{/next}}{{/block}}{{/moves}}", "t.html.mustache:1:21: ", "\"next\" can't");
  refuses("html", "{{#moves}}{{#tags}}{{#block}}{{.}}{{/block}}{{/tags}}{{/moves}}", "t.html.mustache:1:20: ", "directly inside");
  refuses("html", "{{#moves}}{{^block}}{{/block}}{{/moves}}", "t.html.mustache:1:11: ", "a block is always shown");
  refuses("html", "{{#moves}}{{#block}}{{#block}}{{/block}}{{/block}}{{/moves}}", "t.html.mustache:1:21: ", "block");
  refuses("html", "{{#moves}}{{#block}}<b {{/block}}>{{/moves}}", "t.html.mustache:1:", "must close what it opens");
}

#define PAIR(id, text) {{id, sizeof id - 1}, {text, sizeof text - 1}}

static struct messages *catalogue_use(const struct catalogue_pair *pairs, size_t n)
{
  struct buf file = catalogue_bytes(pairs, n);
  catalogue_write(folder, "de", buf_view(&file));
  buf_free(&file);
  struct messages *m = messages_read(folder, "de", stderr);
  assert_non_null(m);
  messages_use(m);
  return m;
}

/* A translation has the tags of its message in any order, and is compiled like the message. */
static void messages_are_shown_in_the_language(void **state)
{
  (void)state;
  static const struct catalogue_pair german[] = {
      PAIR("ctx\004open", "offen"),
      PAIR("lang=\"en\"", "lang=\"ar\" dir=\"rtl\""),
      PAIR("open", "auf"),
      PAIR("{{#moves}}{{title}} {{/moves}}by {{name}}", "von {{name}}:{{#moves}} {{title}}{{/moves}}"),
  };
  static const char text[] = "<p {{#_}}lang=\"en\"{{/_}} title=\"{{#_}}open{{/_}}\">{{#_ ctx}}open{{/_ ctx}} "
                             "{{#_}}{{#moves}}{{title}} {{/moves}}by {{name}}{{/_}} {{#_}}shut{{/_}}</p>";
  shows("html", text, "<p lang=\"en\" title=\"open\">open 4.3 &lt;out&gt; 4.2 by Kafka &amp; &quot;co&quot; shut</p>");
  struct messages *m = catalogue_use(german, 4);
  shows("html", text, "<p lang=\"ar\" dir=\"rtl\" title=\"auf\">offen von Kafka &amp; &quot;co&quot;: 4.3 &lt;out&gt; 4.2 shut</p>");
  messages_use(NULL);
  messages_free(&m);
}

static void score_shows(const char *ext, const char *source, const char *expected)
{
  static const struct score_view view = {.score = {"7.5", 3}, .name = {"4.3.1", 5}};
  char path[256], file[32];
  struct buf out = BUF_INIT;
  snprintf(file, sizeof file, "s.%s.mustache", ext);
  snprintf(path, sizeof path, "%s/%s", folder, file);
  FILE *f = fopen(path, "w");
  fputs(source, f);
  fclose(f);
  struct template *t = template_compile(folder, file, &score_view_shape, stderr);
  assert_non_null(t);
  assert_true(template_render(t, &view, &out));
  assert_string_equal(buf_z(&out), expected);
  template_free(&t);
  buf_free(&out);
}

/* Of the fields, only those of SHAPE_DECIMALS; in text and attributes, and never in an address. */
static void decimals_have_the_mark_of_the_language(void **state)
{
  (void)state;
  static const struct catalogue_pair german[] = {PAIR("decimals\004.", ",")};
  static const char html[] = "<p title=\"{{score}}\"><a href=\"/a?s={{score}}\">{{score}} {{name}}</a></p>";
  score_shows("html", html, "<p title=\"7.5\"><a href=\"/a?s=7.5\">7.5 4.3.1</a></p>");
  struct messages *m = catalogue_use(german, 1);
  score_shows("html", html, "<p title=\"7,5\"><a href=\"/a?s=7.5\">7,5 4.3.1</a></p>");
  score_shows("md", "{{score}} {{name}}", "7,5 4.3.1");
  struct buf json = BUF_INIT;
  shape_json_write(&json, &score_view_shape, &(struct score_view){.score = {"7.5", 3}}, SPAN(""));
  assert_string_equal(buf_z(&json), "{\"score\":\"7.5\",\"name\":null}");
  buf_free(&json);
  messages_use(NULL);
  messages_free(&m);
}

static void messages_that_are_refused(void **state)
{
  (void)state;
  static const struct catalogue_pair german[] = {PAIR("a", "{{wibble}}"), PAIR("b", "<b "), PAIR("c", "{{#gone}}")};
  struct messages *m = catalogue_use(german, 3);
  refuses("html", "x {{#_}}a{{/_}}", "t.html.mustache: the translation \"{{wibble}}\":1:1: ", "\"wibble\" is no field of");
  refuses("html", "{{#_}}b{{/_}}", "t.html.mustache:1:14: ", "the template ends in");
  refuses("html", "{{#_}}c{{/_}}", "t.html.mustache: the translation \"{{#gone}}\":1:1: ", "never closed");
  messages_use(NULL);
  messages_free(&m);
  refuses("html", "{{#_}}{{/_}}", "t.html.mustache:1:1: ", "this message is empty");
  refuses("html", "{{^_}}a{{/_}}", "t.html.mustache:1:1: ", "a message is always shown");
  refuses("html", "{{#_}}a\nb{{/_}}", "t.html.mustache:1:1: ", "a message stands on one line");
  refuses("html", "{{#_}}a {{#_ x}}b{{/_ x}}{{/_}}", "t.html.mustache:1:1: ", "can't contain another one");
}

/* In a room, texts are shown as before, and others join them. */
static void blocks_are_packed(void **state)
{
  (void)state;
  bool changed = false;
  struct block_draw kept[2] = {{.changed = &changed}, {.changed = &changed}};
  file_write("t.html.mustache", "{{#moves}}{{#block}}{{title}}{{/block}};{{#spark}}{{#block}}+{{/block}}{{/spark}}{{#block}}{{/block}}{{/moves}}");
  struct template *t = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
  struct buf out = BUF_INIT;
  struct span title = moves[0].title;
  bool spark = moves[0].spark;
  struct block_room *room = NULL;
  assert_non_null(t);
  for (int i = 0; i < 2; i++)
    moves[i].block = &kept[i];
  moves[0].spark = false;
  for (int round = 0; round < 4; round++) {
    buf_clear(&out);
    changed = false;
    assert_true(template_render(t, &card, &out));
    assert_string_equal(buf_z(&out), round == 0 ? "4.3 &lt;out&gt;;4.2;" : "4.3 &lt;out&gt;;+4.2;");
    assert_int_equal(changed, round < 2); /* the second round renders one block more */
    struct block_room *next = malloc(block_draws_bytes(kept, 2));
    block_draws_pack(kept, 2, next);
    free(room);
    room = next;
    moves[0].spark = true;
    moves[0].title = SPAN("changed");
  }
  for (int i = 0; i < 2; i++) {
    moves[i].block = NULL;
    block_draw_clear(&kept[i]);
  }
  free(room);
  moves[0].title = title;
  moves[0].spark = spark;
  buf_free(&out);
  template_free(&t);
}

/* A copy has everything but the blocks, and points nowhere else. */
static void views_are_copied(void **state)
{
  (void)state;
  struct block_draw kept = {.n = 0};
  moves[0].block = &kept;
  size_t n = shape_copy_bytes(&card_view_shape, &card);
  char *room = malloc(n);
  struct card_view *copy = shape_copy(&card_view_shape, &card, room);
  assert_true(copy->moves.v != moves && (char *)copy->moves.v > room && (char *)copy->moves.v < room + n);
  assert_null(copy->moves.v[0].block);
  assert_true(copy->next != &other && span_eq(copy->next->name, other.name) && copy->next->name.p != other.name.p);
  file_write("t.html.mustache", "{{name}}{{{body}}}{{sparks}}{{#moves}}{{title}}{{#tags}}{{.}}{{/tags}}{{/moves}}{{#next}}{{name}}{{/next}}");
  struct template *t = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
  struct buf a = BUF_INIT, b = BUF_INIT;
  moves[0].block = NULL;
  assert_true(template_render(t, &card, &a) && template_render(t, copy, &b));
  assert_string_equal(buf_z(&a), buf_z(&b));
  buf_free(&a);
  buf_free(&b);
  template_free(&t);
  free(room);
}

/* The hash follows what is shown, in partials too, and nothing else. */
static void hashes(void **state)
{
  (void)state;
  uint64_t seen[3];
  static const char *const texts[] = {"{{name}}", "{{site}}", "{{name}}"};
  file_write("t.html.mustache", "a{{>p}}");
  for (int i = 0; i < 3; i++) {
    file_write("p.html.mustache", texts[i]);
    struct template *t = template_compile(folder, "t.html.mustache", &card_view_shape, stderr);
    seen[i] = template_hash(t);
    template_free(&t);
  }
  assert_true(seen[0] != seen[1]);
  assert_true(seen[0] == seen[2]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)
      TEST(values), TEST(sections), TEST(partials), TEST(faults), TEST(faults_together), TEST(limits), TEST(hashes),
      TEST(contexts), TEST(urls), TEST(misplaced), TEST(blocks), TEST(blocks_are_kept), TEST(blocks_are_packed), TEST(blocks_show_their_record_only),
      TEST(views_are_copied), TEST(addresses_have_the_path_of_the_site), TEST(static_files),
      TEST(messages_are_shown_in_the_language), TEST(decimals_have_the_mark_of_the_language), TEST(messages_that_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
