/* Each field of each view has a meaning, and each meaning a field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "site/describe.h"

static void every_field_has_a_meaning(void **state)
{
  (void)state;
  const struct shape *shapes[DESCRIBE_SHAPES_MAX];
  size_t n = describe_shapes(shapes);
  assert_true(n > 60 && n < DESCRIBE_SHAPES_MAX);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < shapes[i]->n; k++)
      if (!describe_meaning(shapes[i], &shapes[i]->fields[k]))
        fail_msg("%s.%s has no meaning: add it to site/view_words.h", shapes[i]->name, shapes[i]->fields[k].name);
  if (describe_unused())
    fail_msg("no view has a field %s: remove it from site/view_words.h", describe_unused());
}

static char *described(const char *page, int code)
{
  char *text = NULL;
  size_t n;
  FILE *f = open_memstream(&text, &n);
  assert_int_equal(describe_page(page, f, f), code);
  fclose(f);
  return text;
}

static void pages(void **state)
{
  (void)state;
  const char *const same[] = {"compare", "compare.md", "compare.html.mustache"};
  char *first = described(same[0], 0);
  assert_non_null(strstr(first, "compare_view\n  page                 RECORD page_view             the frame of the page"));
  assert_non_null(strstr(first, "\nproduct_view\n"));
  assert_null(strstr(first, "badge_view"));
  for (size_t i = 1; i < 3; i++) {
    char *text = described(same[i], 0);
    assert_string_equal(text, first);
    free(text);
  }
  free(first);
  char *text = described("robots.txt.mustache", 0);
  assert_memory_equal(text, "machine_view\n", 13);
  free(text);
  text = described("_head", 1);
  assert_non_null(strstr(text, "_head is no template of a page"));
  free(text);
  text = described(NULL, 0);
  assert_non_null(strstr(text, "compare                  compare_view\n"));
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_field_has_a_meaning), cmocka_unit_test(pages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
