/* Which of the newest releases belongs to a higher line than the latest one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/release_line.h"

#define MOST 8

/* The version that is named beside the first of these, which is the latest; "": none. */
static void named(const char *expected, size_t n, const char *const *versions)
{
  struct activity v[MOST] = {{0}};
  for (size_t i = 0; i < n; i++)
    v[i] = (struct activity){.kind = ACTIVITY_RELEASE, .version = span_z(versions[i])};
  const struct activity *higher = release_line_higher(v, n, &v[0]);
  assert_string_equal(higher ? higher->version.p : "", expected);
}

#define NAMED(expected, ...)                                                                                           \
  named(expected, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

static void the_highest_version_of_a_higher_line(void **state)
{
  (void)state;
  NAMED("3.14.7", "3.11.16", "3.10.21", "3.12.14", "3.14.7", "3.13.15");
  NAMED("13.26.1", "11.56.0", "13.26.0", "12.67.0", "13.26.1");
  NAMED("1.10.0", "1.9.8", "1.10.0");
  NAMED("v2.3", "2.2.7", "v2.3");
  NAMED("10", "9.1", "10");
  NAMED("4.0.0-rc1", "3.9", "4.0.0-rc1");
}

static void nothing_within_a_line_or_without_a_number(void **state)
{
  (void)state;
  NAMED("", "2.14.5");
  NAMED("", "2.14.5", "2.12.15", "1.99.0");
  NAMED("", "3.9.1", "3.9.2", "v3.9.3");
  NAMED("", "8", "8.0.1");
  NAMED("", "RELEASE.2025-10-15", "9.0");
  NAMED("", "1.0", "RELEASE.2025-10-15", "", "v", ".9");
  NAMED("", "99999999999999999999.1", "99999999999999999998.1");
}

static void the_newest_of_equal_versions_and_releases_only(void **state)
{
  struct activity v[] = {{.kind = ACTIVITY_RELEASE, .version = {"1.0", 3}},
                         {.kind = ACTIVITY_POST, .version = {"3.0", 3}},
                         {.kind = ACTIVITY_RELEASE, .version = {"2.0", 3}},
                         {.kind = ACTIVITY_RELEASE, .version = {"v2.0.0", 6}}};
  (void)state;
  assert_ptr_equal(release_line_higher(v, 4, &v[0]), &v[2]);
  assert_null(release_line_higher(v, 2, &v[0]));
  assert_null(release_line_higher(v, 4, NULL));
  assert_null(release_line_higher(NULL, 0, &v[0]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_highest_version_of_a_higher_line),
      cmocka_unit_test(nothing_within_a_line_or_without_a_number),
      cmocka_unit_test(the_newest_of_equal_versions_and_releases_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
