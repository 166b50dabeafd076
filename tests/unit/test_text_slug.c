/* Slugs: which names are valid in an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/slug.h"


static void forms(void **state)
{
  (void)state;
  static const char *const good[] = {"a", "kafka", "a-b", "a1-2b", "0", "vs", "vs2", "vsa-b", "b-avs", "a-vsb", "a-vs2-b",
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  static const char *const bad[] = {"", "-", "-a", "a-", "a--b", "A", "a_b", "a.b", "a/b", "a b", "a-vs-b", "a-vs", "vs-a", "vs-vs", "a-b-vs", "vs-a-b",
                                    "\xC3\xA9", "a\n",
                                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(slug_valid(span_z(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(slug_valid(span_z(bad[i])));
  assert_false(slug_valid(SPAN("a\0")));
}

static void pages(void **state)
{
  (void)state;
  assert_true(slug_valid_page(SPAN("about")) && slug_valid_page(SPAN("methodology")) && slug_valid_page(SPAN("compare-all")));
  assert_false(slug_valid_page(SPAN("compare")) || slug_valid_page(SPAN("sitemaps")) || slug_valid_page(SPAN("static")));
  assert_false(slug_valid_page(SPAN("predictions")) || slug_valid_page(SPAN("feeds")) || slug_valid_page(SPAN("preview")));
  assert_true(slug_valid_page(SPAN("predictions-of-ours")) && slug_valid_page(SPAN("feed-readers")));
  assert_false(slug_valid_page(SPAN("A")));
  assert_true(slug_valid(SPAN("compare"))); /* a product may be called so */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms),
      cmocka_unit_test(pages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
