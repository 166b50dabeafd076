/* Markdown that people wrote: the files that packages install on this machine, and those of this tree.  Each is rendered within
 * the limits of a site, as markup that the writer may write, and its Markdown twin reads as the same page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "markdown/markdown.h"
#include "markdown_markup.h"
#include "text/utf8.h"

#define FILES_MOST 150
#define BYTES_MOST 40000

static const struct markdown_limits limits = {262144, 1048576, 2000, 4, {"https://site.example", 20}, 0, {NULL, 0}, NULL, NULL, BODY_DEFAULT};

typedef enum markdown_result renderer(const struct markdown_limits *l, struct span source, struct buf *out);

/* On a busy machine the child may get no CPU. */
static void render(renderer *f, struct span source, struct buf *out)
{
  enum markdown_result r = MARKDOWN_NO_MEMORY;
  for (int i = 0; i < 20 && r == MARKDOWN_NO_MEMORY; i++)
    r = f(&limits, source, out);
  assert_int_equal(r, MARKDOWN_OK);
}

static size_t count(struct span html, const char *tag)
{
  size_t n = 0;
  for (size_t at; (at = span_find_span(html, span_z(tag))) < html.n; n++)
    html = span_from(html, at + 1);
  return n;
}

static void twin_check(struct span html, struct span source)
{
  static const char *const tags[] = {"<li", "<table", "<tr", "<td", "<th", "<pre", "<blockquote", "<h4", "<h5", "<h6", "<img", "<del", "<sup"};
  struct buf twin = BUF_INIT, again = BUF_INIT;
  render(markdown_source, source, &twin);
  render(markdown_html, buf_view(&twin), &again);
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
    if (count(html, tags[i]) != count(buf_view(&again), tags[i]))
      fail_msg("%zu times %s in the page, %zu times in that of its Markdown", count(html, tags[i]), tags[i],
               count(buf_view(&again), tags[i]));
  buf_free(&again);
  buf_free(&twin);
}

static bool file_check(const char *path)
{
  static char bytes[BYTES_MOST + 1];
  FILE *f = fopen(path, "rb");
  size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
  if (f)
    fclose(f);
  if (!n || n > BYTES_MOST)
    return false;
  struct buf html = BUF_INIT;
  print_message("%s\n", path);
  render(markdown_html, span_of(bytes, n), &html);
  assert_true(utf8_valid(buf_view(&html)));
  markup_check(buf_view(&html));
  twin_check(buf_view(&html), span_of(bytes, n));
  buf_free(&html);
  return true;
}

static void files(void **state)
{
  static const char *const patterns[] = {SOURCE "/*.md", SOURCE "/sql/*.md", SOURCE "/sql/sample/pages/*.md", "/usr/share/doc/*/*.md",
                                         "/usr/lib/node_modules/*/*.md", "/usr/share/doc/*/*/*.md"};
  size_t checked = 0;
  (void)state;
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    glob_t found;
    if (glob(patterns[i], 0, NULL, &found) != 0)
      continue;
    for (size_t k = 0; k < found.gl_pathc && checked < FILES_MOST; k++)
      checked += file_check(found.gl_pathv[k]);
    globfree(&found);
  }
  assert_true(checked >= 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(files)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
