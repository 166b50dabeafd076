/* Addresses as editors type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/address.h"

static struct arena *arena;

static struct span whole(struct address a)
{
  return ARENA_JOIN(arena, a.before, a.rest);
}

static void column(const char *typed, const char *expected)
{
  struct span got = address_completed(arena, span_z(typed));
  if (!span_eq(got, span_z(expected ? expected : typed)))
    fail_msg("\"%s\": \"%.*s\"", typed, SPAN_ARG(got));
  if (address_is_web(span_z(typed)) != (expected != NULL))
    fail_msg("\"%s\" %s an address", typed, expected ? "is" : "is not");
}

static void a_column_leads_to_another_site(void **state)
{
  (void)state;
  column("https://x.example/a?b#c", "https://x.example/a?b#c");
  column("HTTP://X.example", "HTTP://X.example");
  column("www.x.example", "https://www.x.example");
  column("x.example/path", "https://x.example/path");
  column("x.example", "https://x.example");
  column("x.example:8080/a", "https://x.example:8080/a");
  column("x.example?a=b", "https://x.example?a=b");
  column("b\xC3\xBC" "cher.example", "https://b\xC3\xBC" "cher.example");
  column("//x.example/a", "https://x.example/a");
  column("http://localhost:80/", "http://localhost:80/");
  static const char *const none[] = {"", "see the handbook", "x", "x.", ".x", "1.10", "v1.0", "x..example", "user@x.example", "/a/b.c/d",
                                     "ftp://x.example", "javascript:alert(1)", "mailto:a@x.example", "https://", "https:///a",
                                     "https:// x.example", "http:/x.example", "https:x.example", "a b.example/c", "//", "///a",
                                     "https://<b>/", "x.example<b>", "-", "#a", "?x.example/"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    column(none[i], NULL);
}

/* Every character that shows nothing, at both ends. */
static void what_cannot_be_seen_at_the_ends_goes(void **state)
{
  static const char *const unseen[] = {" ", "\t", "\n", "\v", "\f", "\xC2\xA0", "\xC2\x85", "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
                                       "\xE2\x80\x8E", "\xE2\x80\xAE", "\xE2\x80\xA8", "\xE2\x80\xAF", "\xE2\x81\xA0", "\xE3\x80\x80",
                                       "\xE1\x9A\x80", "\xE1\xA0\x8E", "\xEF\xBB\xBF", "\xF3\xA0\x80\xA0", "\xEF\xB8\x8F"};
  (void)state;
  for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
    for (size_t k = 0; k < sizeof unseen / sizeof *unseen; k++) {
      char typed[64];
      snprintf(typed, sizeof typed, "%s%shttps://x.example/a%s", unseen[i], unseen[k], unseen[k]);
      column(typed, "https://x.example/a");
      snprintf(typed, sizeof typed, "%swww.x.example%s%s", unseen[i], unseen[k], unseen[i]);
      column(typed, "https://www.x.example");
      assert_true(span_eq(whole(address_of_link(span_z(typed))), SPAN("https://www.x.example")));
    }
}

static void link_is(const char *typed, const char *expected)
{
  struct span got = whole(address_of_link(span_z(typed)));
  if (!span_eq(got, span_z(expected)))
    fail_msg("\"%s\": \"%.*s\"", typed, SPAN_ARG(got));
}

static void a_link_may_stay_on_the_site(void **state)
{
  (void)state;
  link_is("www.x.example", "https://www.x.example");
  link_is("x.example/path", "https://x.example/path");
  link_is("//x.example/a", "https://x.example/a");
  static const char *const same[] = {"/products/kafka", "kafka", "kafka.md", "x.example", "#a", "?a=b", "a/b.c", "../x.example/a",
                                     "mailto:a@x.example", "http://x.example", "javascript:x", "https://x.example/", ""};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    link_is(same[i], same[i]);
}

static void picture_is(const char *typed, const char *expected)
{
  struct span got = whole(address_of_picture(span_z(typed), SPAN("http://127.0.0.1:8080")));
  if (!span_eq(got, span_z(expected)))
    fail_msg("\"%s\": \"%.*s\"", typed, SPAN_ARG(got));
}

static void a_picture_is_one_that_pages_allow(void **state)
{
  (void)state;
  picture_is("http://x.example/a.png", "https://x.example/a.png");
  picture_is(" HTTP://x.example/a.png\xC2\xA0", "https://x.example/a.png");
  picture_is("https://x.example:1/a.png", "https://x.example:1/a.png");
  picture_is("www.x.example/a.png", "https://www.x.example/a.png");
  picture_is("x.example/a.png", "https://x.example/a.png");
  picture_is("//x.example/a.png", "https://x.example/a.png");
  picture_is("/a.png", "/a.png");
  picture_is("a.png", "a.png");
  picture_is("http://127.0.0.1:8080/a.png", "http://127.0.0.1:8080/a.png");
  static const char *const none[] = {"http://x.example:8080/a.png", "http://", "http:a.png", "mailto:a@x.example", "data:image/png,x",
                                     "javascript:x", "ftp://x.example/a.png", ""};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    picture_is(none[i], "");
}

static int setup(void **state)
{
  (void)state;
  return (arena = arena_new(0)) ? 0 : -1;
}

static int teardown(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_column_leads_to_another_site),
      cmocka_unit_test(what_cannot_be_seen_at_the_ends_goes),
      cmocka_unit_test(a_link_may_stay_on_the_site),
      cmocka_unit_test(a_picture_is_one_that_pages_allow),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
