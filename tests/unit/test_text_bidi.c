/* Bidirectional text: what a value opens ends with it, whatever it contains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/bidi.h"
#include "text/utf8.h"

#define LRE "\xE2\x80\xAA"
#define RLE "\xE2\x80\xAB"
#define PDF "\xE2\x80\xAC"
#define RLO "\xE2\x80\xAE"
#define LRI "\xE2\x81\xA6"
#define FSI "\xE2\x81\xA8"
#define PDI "\xE2\x81\xA9"
#define ALEF "\xD7\x90"

static struct arena *arena;

static void is(const char *value, const char *expected)
{
  struct span got = bidi_isolated(arena, span_z(value));
  if (!span_eq(got, span_z(expected)))
    fail_msg("\"%s\": \"%.*s\" instead of \"%s\"", value, SPAN_ARG(got), expected);
  assert_true(span_eq(bidi_isolated(arena, got), got));
}

static void only_what_turns_its_surroundings_is_isolated(void **state)
{
  static const char *const same[] = {"", "Kafka", "\xC3\xA9t\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xA9 \xE5\xBE\xAE", "a\xE2\x80\x8B\xE2\x80\x8D", "\xE2\x81",
                                     "\xE2\x80\x8E"};
  (void)state;
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    is(same[i], same[i]);
  is(ALEF, FSI ALEF PDI);
  is("a\xD8\xA7 4", FSI "a\xD8\xA7 4" PDI);
  is("\xF0\x90\xA4\x80", FSI "\xF0\x90\xA4\x80" PDI); /* Phoenician */
  is("\xE2\x80\x8F!", FSI "\xE2\x80\x8F!" PDI);       /* right-to-left mark */
}

static void controls_are_closed(void **state)
{
  (void)state;
  is(RLO "abc", FSI RLO "abc" PDF PDI);
  is(RLO "abc" PDF, FSI RLO "abc" PDF PDI);
  is("a" PDF "b" PDI "c", FSI "abc" PDI);
  is(LRI RLE "a" PDI PDF "b" LRE, FSI LRI RLE "a" PDI "b" LRE PDF PDI);
  is(FSI "a" PDI, FSI "a" PDI);
  is(FSI "a" PDI "b" LRI "c" PDI, FSI FSI "a" PDI "b" LRI "c" PDI PDI);
  is(PDI RLO "\xFF", FSI RLO "\xFF" PDF PDI);
}

static void programs_get_the_value_alone(void **state)
{
  static const char *const values[] = {"Kafka", ALEF, ALEF " 4", "a", ""};
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    assert_true(span_eq(bidi_bare(bidi_isolated(arena, span_z(values[i]))), span_z(values[i])));
  assert_true(span_eq(bidi_bare(SPAN(FSI ALEF PDI " and " FSI ALEF PDI)), SPAN(FSI ALEF PDI " and " FSI ALEF PDI)));
}

static void a_cut_text_ends_what_it_opened(void **state)
{
  (void)state;
  assert_true(span_eq(bidi_shortened(arena, SPAN("short"), 5), SPAN("short")));
  assert_true(span_eq(bidi_shortened(arena, SPAN("longer"), 4), SPAN("long\xE2\x80\xA6")));
  assert_true(span_eq(bidi_shortened(arena, SPAN(FSI ALEF ALEF ALEF PDI), 3), SPAN(FSI ALEF ALEF "\xE2\x80\xA6" PDI)));
  assert_true(span_eq(bidi_shortened(arena, SPAN("a" RLO "bcd" PDF), 3), SPAN("a" RLO "b\xE2\x80\xA6" PDF)));
}

static uint32_t char_at(struct span s, size_t *at)
{
  uint32_t c = 0;
  size_t n = utf8_next(span_from(s, *at), &c);
  *at += n ? n : 1;
  return c;
}

/* Reads the whole text as Annex 9 does (X1 to X8) and returns the number of open controls at its end; fails when the text
 * ends the isolate that it stands in before its last character. */
static int open_after(struct span s)
{
  enum { EMBEDDED, ISOLATED } stack[4096];
  int n = 0, isolates = 0;
  for (size_t at = 0; at < s.n;) {
    uint32_t c = char_at(s, &at);
    if ((c >= 0x202A && c <= 0x202E && c != 0x202C) || (c >= 0x2066 && c <= 0x2068)) {
      isolates += c > 0x2060;
      stack[n++] = c > 0x2060 ? ISOLATED : EMBEDDED;
    } else if (c == 0x202C && n && stack[n - 1] == EMBEDDED)
      n--;
    else if (c == 0x2069 && isolates--) {
      while (stack[--n] != ISOLATED)
        ;
      assert_true(n > 0 || at == s.n);
    }
  }
  return n;
}

static void whatever_comes_nothing_stays_open(void **state)
{
  static const char *const parts[] = {LRE, RLE, PDF, RLO, LRI, FSI, PDI, ALEF, "a", " ", "\xE2\x80\xAD", "\xE2\x81\xA7", "\xFF"};
  (void)state;
  srand(7);
  for (int run = 0; run < 20000; run++) {
    struct buf in = BUF_INIT;
    for (int n = rand() % (run % 50 ? 9 : 400); n >= 0; n--)
      buf_puts(&in, parts[(size_t)rand() % (sizeof parts / sizeof *parts)]);
    struct span value = arena_take(arena, &in), got = bidi_isolated(arena, value);
    if (got.p != value.p)
      assert_true(span_starts(got, SPAN(FSI)) && span_ends(got, SPAN(PDI)));
    assert_int_equal(open_after(got), 0);
    assert_true(span_eq(bidi_isolated(arena, got), got));
    struct span cut = bidi_shortened(arena, got, (size_t)rand() % 8);
    assert_int_equal(open_after(cut), 0);
    arena_reset(arena);
  }
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
      cmocka_unit_test(only_what_turns_its_surroundings_is_isolated),
      cmocka_unit_test(controls_are_closed),
      cmocka_unit_test(programs_get_the_value_alone),
      cmocka_unit_test(a_cut_text_ends_what_it_opened),
      cmocka_unit_test(whatever_comes_nothing_stays_open),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
