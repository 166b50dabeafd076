/* Strict templates: what they show, and what stops the start.  Each test writes its templates into a
 * folder of its own and takes it away again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "text/template.h"

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
  refuses("html", "{{=x=}}", "t.html.mustache:1:1: ", "two words");
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
