/* Versions in tags and titles: their text, their key, their class, and which are prereleases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "import/import_version.h"
#include "text/utf8.h"

static struct arena *arena;

static void tags(void **state)
{
  static const struct {
    const char *tag, *text, *key, *class;
    bool prerelease;
  } rows[] = {
      {"v3.9.0", "3.9.0", "3.9", "improvement", false},
      {"3.9.1", "3.9.1", "3.9.1", "trivial", false},
      {"v4.0.0", "4.0.0", "4", "spark", false},
      {"17", "17", "17", "spark", false},
      {"0.5.0", "0.5.0", "0.5", "improvement", false},
      {"0.0.7", "0.0.7", "0.0.7", "trivial", false},
      {"24.04", "24.04", "24.4", "improvement", false},
      {"2026.1.0", "2026.1.0", "2026.1", "improvement", false},
      {"2026.1.3", "2026.1.3", "2026.1.3", "trivial", false},
      {"2026", "2026", "2026", "improvement", false},
      {"curl-8_10_1", "8.10.1", "8.10.1", "trivial", false},
      {"REL_17_0", "17.0", "17", "spark", false},
      {"R_2_6_2", "2.6.2", "2.6.2", "trivial", false},
      {"boost-1-84-0", "1.84.0", "1.84", "improvement", false},
      {"@scope/name@3.9.1", "3.9.1", "3.9.1", "trivial", false},
      {"release-1.27.0", "1.27.0", "1.27", "improvement", false},
      {"log4j-2.23.1", "2.23.1", "2.23.1", "trivial", false},
      {"go1.22.3", "1.22.3", "1.22.3", "trivial", false},
      {"jdk-21.0.1+12", "21.0.1+12", "21.0.1", "trivial", false},
      {"2.16.9.Final", "2.16.9.Final", "2.16.9", "trivial", false},
      {"V_9_9_P1", "9.9_P1", "9.9-p1", "trivial", false},
      {"9.9p2", "9.9p2", "9.9-p2", "trivial", false},
      {"1.1.1w", "1.1.1w", "1.1.1-w", "trivial", false},
      {"1.2.3-hotfix1", "1.2.3-hotfix1", "1.2.3-hotfix1", "trivial", false},
      {"v2.0.0-rc1", "2.0.0-rc1", "2-rc1", "trivial", true},
      {"2.0.0-RC.2", "2.0.0-RC.2", "2-rc-2", "trivial", true},
      {"3.13.0b1", "3.13.0b1", "3.13-b1", "trivial", true},
      {"3.13.0a3", "3.13.0a3", "3.13-a3", "trivial", true},
      {"4.0.0-M3", "4.0.0-M3", "4-m3", "trivial", true},
      {"v1.0.0-alpha.1+build5", "1.0.0-alpha.1+build5", "1-alpha-1-build5", "trivial", true},
      {"5.0.0-beta", "5.0.0-beta", "5-beta", "trivial", true},
      {"23-ea+12", "23-ea+12", "23-ea-12", "trivial", true},
      {"1.0.0.dev3", "1.0.0.dev3", "1-dev3", "trivial", true},
      {"2.0.0-SNAPSHOT", "2.0.0-SNAPSHOT", "2-snapshot", "trivial", true},
      {"2.0.0-nightly.20260101", "2.0.0-nightly.20260101", "2-nightly-20260101", "trivial", true},
      {"v15.0.0-canary.7", "15.0.0-canary.7", "15-canary-7", "trivial", true},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct import_version v;
    char key[IMPORT_VERSION_KEY];
    assert_true(import_version_of_tag(arena, span_z(rows[i].tag), &v));
    import_version_key(key, &v);
    if (!span_eq(v.text, span_z(rows[i].text)) || strcmp(key, rows[i].key) != 0 || v.prerelease != rows[i].prerelease ||
        strcmp(import_version_class(&v, false), rows[i].class) != 0)
      fail_msg("%s: text %.*s, key %s, %s%s", rows[i].tag, SPAN_ARG(v.text), key, import_version_class(&v, false),
               v.prerelease ? ", prerelease" : "");
  }
  struct import_version v;
  assert_false(import_version_of_tag(arena, SPAN("nightly"), &v));
  assert_false(import_version_of_tag(arena, SPAN(""), &v));
  assert_true(import_version_of_tag(arena, SPAN("v256"), &v));
  assert_string_equal(import_version_class(&v, true), "improvement");
}

static void long_tags_end_with_a_whole_character(void **state)
{
  (void)state;
  for (int n = 60; n < 90; n++) {
    struct import_version v;
    struct span tag = arena_printf(arena, "1.2.3-%0*d\xC3\xA9\xF0\x9F\x9A\x80\xE2\x82\xAC", n, 0);
    assert_true(import_version_of_tag(arena, tag, &v));
    assert_true(utf8_valid(v.text));
    assert_true(v.tail.n && v.tail.p + v.tail.n == v.text.p + v.text.n);
    char key[IMPORT_VERSION_KEY], again[IMPORT_VERSION_KEY];
    struct import_version stored;
    assert_true(import_version_key(key, &v) > 0);
    assert_true(import_version_of_tag(arena, v.text, &stored));
    import_version_key(again, &stored);
    assert_string_equal(key, again);
  }
}

static void titles(void **state)
{
  static const struct {
    const char *title, *text;
    bool prerelease;
  } rows[] = {
      {"Apache Kafka 3.9.0 Release Announcement", "3.9.0", false},
      {"Kafka 3.9.0", "3.9.0", false},
      {"v3.9.0", "3.9.0", false},
      {"3.9.0", "3.9.0", false},
      {"3.9.0 released", "3.9.0", false},
      {"Release 3.9.0: faster elections", "3.9.0", false},
      {"Announcing version 3.9", "3.9", false},
      {"Kafka-3.9.0 is out", "3.9.0", false},
      {"KAFKA v4 is here", "4", false},
      {"Kafka 4 Released!", "4", false},
      {"Kafka 17.1, 16.5, and 15.9 Released!", "17.1", false},
      {"Kafka 4.0.0-rc1", "4.0.0-rc1", true},
      {"Kafka 4.0 beta 2 is ready for tests", "4.0", true},
      {"The release candidate of Kafka 4.0", "4.0", true},
      {"10 tips for Kafka", NULL, false},
      {"Kafka 10 tips", NULL, false},
      {"Kafka Summit 2026", NULL, false},
      {"Kafka 2026: the year ahead", NULL, false},
      {"How we moved to Postgres 16.2", NULL, false},
      {"5.5 million downloads", NULL, false},
      {"Kafka 1.5x faster", NULL, false},
      {"Kafka 12.5% cheaper", NULL, false},
      {"Security fix for CVE-2026-1234", NULL, false},
      {"Our plans", NULL, false},
      {"", NULL, false},
  };
  const struct import_product_names names = {.name = SPAN("Apache Kafka"), .slug = SPAN("kafka")};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct import_version v;
    bool found = import_version_of_title(arena, span_z(rows[i].title), &names, &v);
    if (found != (rows[i].text != NULL) || (found && (!span_eq(v.text, span_z(rows[i].text)) || v.prerelease != rows[i].prerelease)))
      fail_msg("%s: %.*s%s", rows[i].title, SPAN_ARG(v.text), v.prerelease ? ", prerelease" : "");
  }
}

static void any_bytes(void **state)
{
  const struct import_product_names names = {.name = SPAN("a 1"), .slug = SPAN("a")};
  char text[40];
  (void)state;
  srand(1);
  for (int i = 0; i < 200000; i++) {
    struct import_version v;
    char key[IMPORT_VERSION_KEY];
    size_t n = (size_t)(rand() % (int)sizeof text);
    for (size_t k = 0; k < n; k++)
      text[k] = rand() % 3 ? "0123456789.v-_a+rc1 "[rand() % 20] : (char)rand();
    if (import_version_of_tag(arena, span_of(text, n), &v))
      assert_true(import_version_key(key, &v) < sizeof key);
    (void)!import_version_of_title(arena, span_of(text, n), &names, &v);
    arena_reset(arena);
  }
}

static int open_arena(void **state)
{
  (void)state;
  return (arena = arena_new(0)) ? 0 : -1;
}

static int close_arena(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(tags), cmocka_unit_test(long_tags_end_with_a_whole_character), cmocka_unit_test(titles), cmocka_unit_test(any_bytes)};
  return cmocka_run_group_tests(tests, open_arena, close_arena);
}
