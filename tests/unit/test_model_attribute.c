/* What values of attributes mean, how they are shown, and when two are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/attribute.h"

#define COUNT(v) (sizeof(v) / sizeof *(v))

static struct arena *arena;

static int open_arena(void **state)
{
  (void)state;
  arena = arena_new(0);
  return !arena;
}

static int close_arena(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void words_are_kinds_and_unknown_ones_are_text(void **state)
{
  (void)state;
  for (enum attribute_kind k = 0; k < ATTRIBUTE_KIND_COUNT; k++)
    assert_int_equal(attribute_kind_of(attribute_kind_name(k)), k);
  assert_int_equal(attribute_kind_of(SPAN("Number")), ATTRIBUTE_TEXT);
  assert_int_equal(attribute_kind_of(SPAN("")), ATTRIBUTE_TEXT);
}

static void a_value_fits_its_kind_or_does_not(void **state)
{
  static const struct {
    enum attribute_kind kind;
    bool fits;
    const char *values[14];
  } all[] = {
      {ATTRIBUTE_NUMBER, true, {"0", "-1", "12.50", "007", "1234567890123456789012345678901234567890"}},
      {ATTRIBUTE_NUMBER, false, {"", "-", ".5", "5.", "1,000", "1e9", "+1", "16 GB", "1.2.3", "--1", "1-", "\xd9\xa1"}},
      {ATTRIBUTE_BOOL, true, {"yes", "no", "partly"}},
      {ATTRIBUTE_BOOL, false, {"", "Yes", "true", "1", "yes, mostly"}},
      {ATTRIBUTE_DATE, true, {"2026-08-22", "1998-03-20", "2024-02-29"}},
      {ATTRIBUTE_DATE, false, {"", "2026", "2026-08", "2026-02-30", "22 Aug 2026", "2026-08-22T00:00:00Z", "0000-00-00"}},
      {ATTRIBUTE_VERSION, true, {"1", "v1.10.2", "3.12", "2.0-rc1", "1.0.0+build.5", "1_2"}},
      {ATTRIBUTE_VERSION, false, {"", "v", "latest", "1.", "1..2", "17 or later", ".5", "1.0-", "vv1"}},
      {ATTRIBUTE_LIST, true, {"Go", "Go, C", "Go,C", "a , b"}},
      {ATTRIBUTE_LIST, false, {"", ",", "Go,", ", Go", "Go,,C", "Go, , C"}},
      {ATTRIBUTE_URL, true, {"https://x.example", "http://x.example/a?b#c", "HTTPS://x.example/", "x.example", "www.x.example/a", "//x.example"}},
      {ATTRIBUTE_URL, false, {"", "example", "https://", "https:///x", "ftp://x.example", "javascript:alert(1)",
                              "mailto:a@b.example", "httpx://x.example"}},
      {ATTRIBUTE_TEXT, true, {"", "anything", "\xef\xbf\xbd"}},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(all); i++)
    for (size_t k = 0; all[i].values[k]; k++)
      if (attribute_fits(all[i].kind, span_z(all[i].values[k])) != all[i].fits)
        fail_msg("kind %d: \"%s\" %s", all[i].kind, all[i].values[k], all[i].fits ? "does not fit" : "fits");
  assert_false(attribute_fits(ATTRIBUTE_VERSION, SPAN("1\0002")));
}

static void a_value_is_shown_by_its_kind(void **state)
{
  static const struct {
    enum attribute_kind kind;
    const char *unit, *value, *shown;
  } all[] = {
      {ATTRIBUTE_NUMBER, "MB", "1024", "1,024\xc2\xa0MB"},
      {ATTRIBUTE_NUMBER, "", "999", "999"},
      {ATTRIBUTE_NUMBER, "", "1000", "1,000"},
      {ATTRIBUTE_NUMBER, "", "1234567.5050", "1,234,567.5050"},
      {ATTRIBUTE_NUMBER, "%", "99.9", "99.9%"},
      {ATTRIBUTE_NUMBER, "\xc2\xb0""C", "-40", "\xe2\x88\x92""40\xc2\xa0\xc2\xb0""C"},
      {ATTRIBUTE_NUMBER, "MB", "16 GB", "16 GB"},
      {ATTRIBUTE_BOOL, "", "partly", "partly"},
      {ATTRIBUTE_DATE, "", "1998-03-02", "2 Mar 1998"},
      {ATTRIBUTE_DATE, "", "March 1998", "March 1998"},
      {ATTRIBUTE_LIST, "", "Go,C ,  Rust", "Go, C, Rust"},
      {ATTRIBUTE_LIST, "", "Go,,C", "Go,,C"},
      {ATTRIBUTE_VERSION, "", "v1.2", "v1.2"},
      {ATTRIBUTE_TEXT, "MB", "1024", "1024"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(all); i++) {
    struct attribute a = {.kind = all[i].kind, .unit = span_z(all[i].unit)};
    struct span shown = attribute_text(arena, &a, span_z(all[i].value));
    if (!span_eq(shown, span_z(all[i].shown)))
      fail_msg("\"%s\" is shown as \"%.*s\"", all[i].value, SPAN_ARG(shown));
  }
}

static void values_are_compared_by_their_kind(void **state)
{
  static const struct {
    enum attribute_kind kind;
    bool same;
    const char *a, *b;
  } all[] = {
      {ATTRIBUTE_NUMBER, true, "1", "1.0"},
      {ATTRIBUTE_NUMBER, true, "007.50", "7.5"},
      {ATTRIBUTE_NUMBER, true, "-0", "0.00"},
      {ATTRIBUTE_NUMBER, true, "-01.5", "-1.50"},
      {ATTRIBUTE_NUMBER, false, "1", "-1"},
      {ATTRIBUTE_NUMBER, false, "10", "1"},
      {ATTRIBUTE_NUMBER, false, "1.05", "1.5"},
      {ATTRIBUTE_NUMBER, false, "9007199254740993", "9007199254740992"},
      {ATTRIBUTE_NUMBER, true, "16 GB", "16  gb"},
      {ATTRIBUTE_NUMBER, false, "16 GB", "16"},
      {ATTRIBUTE_NUMBER, true, "1,000", "1000.0"},
      {ATTRIBUTE_NUMBER, true, "-12,345.60", "-12345.6"},
      {ATTRIBUTE_NUMBER, true, "\xe2\x88\x92""1234", "-1,234"},
      {ATTRIBUTE_NUMBER, false, "1,00", "100"},
      {ATTRIBUTE_BOOL, false, "yes", "partly"},
      {ATTRIBUTE_BOOL, true, "Yes", "yes"},
      {ATTRIBUTE_BOOL, false, "No", "yes"},
      {ATTRIBUTE_DATE, true, "2026-08-22", "2026-08-22"},
      {ATTRIBUTE_DATE, false, "2026-08-22", "2026-08-21"},
      {ATTRIBUTE_VERSION, true, "1.10", "v1.10.0"},
      {ATTRIBUTE_VERSION, true, "17", "17.0"},
      {ATTRIBUTE_VERSION, true, "1.02", "1.2"},
      {ATTRIBUTE_VERSION, true, "0", "0.0"},
      {ATTRIBUTE_VERSION, false, "1.10", "1.1"},
      {ATTRIBUTE_VERSION, false, "1.0.1", "1.1"},
      {ATTRIBUTE_VERSION, false, "0.5", "5"},
      {ATTRIBUTE_VERSION, false, "2.0", "2.0-rc1"},
      {ATTRIBUTE_VERSION, true, "2.0-RC1", "2.0-rc1"},
      {ATTRIBUTE_LIST, true, "Go, C", "c,go"},
      {ATTRIBUTE_LIST, true, "Go, C, go", "C, Go"},
      {ATTRIBUTE_LIST, false, "Go, C", "Go"},
      {ATTRIBUTE_LIST, false, "C", "C++"},
      {ATTRIBUTE_LIST, false, "a b", "a, b"},
      {ATTRIBUTE_URL, true, "https://x.example", "https://x.example/"},
      {ATTRIBUTE_URL, true, "https://x.example", "\xC2\xA0x.example"},
      {ATTRIBUTE_URL, true, "HTTPS://X.Example/a", "https://x.example/a"},
      {ATTRIBUTE_URL, true, "X.example?Q", "https://x.example?Q"},
      {ATTRIBUTE_URL, false, "https://x.example?Q", "https://x.example?q"},
      {ATTRIBUTE_URL, false, "https://x.example/A", "https://x.example/a"},
      {ATTRIBUTE_TEXT, true, "Apache  Foundation", " apache\xc2\xa0""foundation "},
      {ATTRIBUTE_TEXT, true, "\xc3\x89lan", "elan"},
      {ATTRIBUTE_TEXT, false, "Apache", "Eclipse"},
      {ATTRIBUTE_TEXT, false, "1.0", "1"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(all); i++) {
    struct span a = attribute_key(arena, all[i].kind, span_z(all[i].a));
    struct span b = attribute_key(arena, all[i].kind, span_z(all[i].b));
    if (span_eq(a, b) != all[i].same)
      fail_msg("\"%s\" and \"%s\" are %s", all[i].a, all[i].b, all[i].same ? "different" : "the same");
  }
}

static void what_does_not_fit_never_equals_what_fits(void **state)
{
  (void)state;
  for (enum attribute_kind k = ATTRIBUTE_NUMBER; k < ATTRIBUTE_KIND_COUNT; k++)
    for (enum attribute_kind other = 0; other < ATTRIBUTE_KIND_COUNT; other++) {
      struct span odd = attribute_key(arena, k, SPAN("=1,,"));
      assert_false(span_eq(odd, attribute_key(arena, other, SPAN("1"))));
    }
}

/* No value makes a kind read beyond its bytes or loses them; the sanitizers watch. */
static void all_short_values_are_survived(void **state)
{
  static const char alphabet[] = {'0', '7', '.', '-', ',', ' ', 'v', 'x', ':', '/', '\xc3', '\0'};
  char value[4];
  (void)state;
  for (unsigned n = 0; n < sizeof alphabet * sizeof alphabet * sizeof alphabet * sizeof alphabet; n++) {
    unsigned rest = n;
    for (size_t i = 0; i < sizeof value; i++, rest /= sizeof alphabet)
      value[i] = alphabet[rest % sizeof alphabet];
    for (size_t length = 1; length <= sizeof value; length++) {
      char *exact = malloc(length);
      assert_non_null(exact);
      memcpy(exact, value, length);
      for (enum attribute_kind k = 0; k < ATTRIBUTE_KIND_COUNT; k++) {
        struct attribute a = {.kind = k, .unit = SPAN("u")};
        attribute_text(arena, &a, span_of(exact, length));
        assert_true(attribute_key(arena, k, span_of(exact, length)).n > 0);
      }
      free(exact);
    }
    if (n % 256 == 0)
      arena_reset(arena);
  }
}

static void an_attribute_is_asked_of_its_sectors(void **state)
{
  uint64_t asked[] = {3, 5}, own[] = {9, 5}, other[] = {4};
  struct attribute all = {0}, some = {.sectors = asked, .n_sectors = 2};
  (void)state;
  assert_true(attribute_asked(&all, NULL, 0));
  assert_true(attribute_asked(&some, own, 2));
  assert_false(attribute_asked(&some, other, 1));
  assert_false(attribute_asked(&some, NULL, 0));
}

static void what_pages_say_already_is_reserved(void **state)
{
  (void)state;
  assert_true(attribute_reserved(SPAN("licence")));
  assert_true(attribute_reserved(SPAN("first-release")));
  assert_false(attribute_reserved(SPAN("open-source")));
  assert_false(attribute_reserved(SPAN("")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
      TEST(words_are_kinds_and_unknown_ones_are_text), TEST(a_value_fits_its_kind_or_does_not),
      TEST(a_value_is_shown_by_its_kind),              TEST(values_are_compared_by_their_kind),
      TEST(what_does_not_fit_never_equals_what_fits),  TEST(all_short_values_are_survived),
      TEST(an_attribute_is_asked_of_its_sectors),      TEST(what_pages_say_already_is_reserved)};
#undef TEST
  return cmocka_run_group_tests(tests, NULL, NULL);
}
