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

#include "template/template.h"

#define MOVE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(title) TEXT(url) FLAG(spark) TEXTS(tags)
VIEW_DECLARE(move_view, MOVE_VIEW)
#define CARD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(name) TEXT(site) HTML(body) INT(sparks) FLAG(gone) LIST(moves, move_view) RECORD(next, card_view)
VIEW_DECLARE(card_view, CARD_VIEW)

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
  refuses("html", "{{#moves}}{{titel}}{{/moves}}", "t.html.mustache:1:11: ", "move_view (title, url, spark, tags), nor of card_view");
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
      TEST(contexts), TEST(urls), TEST(misplaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
