/* Random templates: a template that compiles also renders, and hostile values do not change its markup; a template that
 * does not compile reports the place of its fault; `diptych template` exits with 0 or 1. */
#include "fuzz.h"

#include <unistd.h>

#include "template/template.h"

#define ITEM_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(x) TEXT(u) FLAG(f)
VIEW_DECLARE(item_view, ITEM_VIEW)
#define PAGE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(a) HTML(h) INT(n) FLAG(f) TEXTS(t) LIST(l, item_view) RECORD(r, item_view)
VIEW_DECLARE(page_view, PAGE_VIEW)
#define VIEW_THIS struct item_view
VIEW_DEFINE(item_view, ITEM_VIEW)
#undef VIEW_THIS
#define VIEW_THIS struct page_view
VIEW_DEFINE(page_view, PAGE_VIEW)
#undef VIEW_THIS

static const char *const pieces[] = {
    "{{a}}",  "{{x}}",  "{{u}}",  "{{n}}",  "{{.}}",     "{{{h}}}",   "{{#l}}",   "{{/l}}",      "{{#r}}",    "{{/r}}",   "{{#t}}",
    "{{/t}}", "{{#a}}", "{{/a}}", "{{^f}}", "{{/f}}",    "{{r.x}}",   "{{>p}}",   "{{! c }}",    "{{=<% %>=}}", "<%={{ }}=%>",
    "{{",     "}}",     "{",      "}",      "<p>",       "</p>",      "<a href=\"", "\">",       " title='",  "'>",       "<p ",
    "/",      "?q=",    "#",      "java",   "javascript:", "https://", "<!--",    "-->",         "<script>",  "</script>",
    "<title>", "</title>", "=", "\"", " ", "\n", "\r\n", "x", "\xC3\xA9", "<", ">", "&amp;",
};
#define PIECES (sizeof pieces / sizeof *pieces)

static char folder[] = "/tmp/diptych-fuzz-XXXXXX";

static void file_write(const char *name, struct span text)
{
  char path[64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  if (text.n)
    fwrite(text.p, 1, text.n, f);
  fclose(f);
}

/* Renders a page whose texts are all `value`. */
static void page_render(const struct template *t, struct span value, struct buf *out)
{
  struct item_view items[] = {{value, value, true}, {value, value, false}};
  struct span texts[] = {value, value};
  struct page_view page = {.a = value, .h = SPAN("<b>m</b>"), .n = -7, .t = {texts, 2}, .l = {items, 2}, .r = items};
  fuzz_true(template_render(t, &page, out));
}

/* Keeps only the bytes of markup; whether a URL was replaced by "#" does not matter. */
static void skeleton(struct buf *page)
{
  size_t n = 0;
  for (size_t i = 0; i < page->n; i++)
    if (strchr("<>\"'", page->p[i]) && page->p[i])
      page->p[n++] = page->p[i];
  page->n = n;
}

static void round_strict(struct fuzz *f)
{
  struct buf text = BUF_INIT, tame = BUF_INIT, hostile = BUF_INIT;
  char *why = NULL;
  size_t n = 0;
  FILE *faults = open_memstream(&why, &n);
  fuzz_input(f, pieces, PIECES, 5, &text);
  file_write("p.html.mustache", buf_view(&text));
  fuzz_input(f, pieces, PIECES, 12, &text);
  file_write("t.html.mustache", buf_view(&text));
  struct template *t = template_compile(folder, "t.html.mustache", &page_view_shape, faults);
  fclose(faults);
  fuzz_true((t != NULL) == (n == 0));
  fuzz_true(t || (strstr(why, ".html.mustache:") && why[n - 1] == '\n'));
  if (t) {
    page_render(t, SPAN("v"), &tame);
    page_render(t, SPAN("\"'><script>alert(1)</script>--> javascript:x onload=y &{{a}}"), &hostile);
    skeleton(&tame);
    skeleton(&hostile);
    fuzz_true(span_eq(buf_view(&tame), buf_view(&hostile)));
  }
  template_free(&t);
  free(why);
  buf_free(&text);
  buf_free(&tame);
  buf_free(&hostile);
}

static void round_lenient(struct fuzz *f)
{
  static const char *const data[] = {"{\"a\":\"<\",\"l\":[1,{\"x\":2},[]],\"r\":{\"x\":null}}",
                                     "[[1,2],{}]", "\"s\"", "null", "1.5"};
  struct buf text = BUF_INIT;
  char *output = NULL;
  size_t n = 0;
  FILE *sink = open_memstream(&output, &n);
  char page[64], json[64];
  snprintf(page, sizeof page, "%s/t.mustache", folder);
  snprintf(json, sizeof json, "%s/d.json", folder);
  fuzz_input(f, pieces, PIECES, 5, &text);
  file_write("p.mustache", buf_view(&text));
  fuzz_input(f, pieces, PIECES, 15, &text);
  file_write("t.mustache", buf_view(&text));
  file_write("d.json", span_z(data[fuzz_below(f, sizeof data / sizeof *data)]));
  int code = template_command(page, json, sink, sink);
  fuzz_true(code == 0 || code == 1);
  fclose(sink);
  fuzz_true(code == 0 || n > 0);
  free(output);
  buf_free(&text);
}

static int folder_make(void **state)
{
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void strict(void **state)
{
  (void)state;
  fuzz_rounds(round_strict);
}

static void lenient(void **state)
{
  (void)state;
  fuzz_rounds(round_lenient);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(strict), cmocka_unit_test(lenient)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
