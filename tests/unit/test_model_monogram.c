/* Monograms: by hand, over all pairs of the sample site's products, and over generated names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/monogram.h"

#define NAMES_MAX 256

static struct arena *arena;

static void is(struct span got, const char *expected)
{
  if (!span_eq(got, span_z(expected)))
    fail_msg("\"%.*s\" instead of \"%s\"", SPAN_ARG(got), expected);
}

static void a_name_alone_has_its_initials_or_first_two_letters(void **state)
{
  (void)state;
  is(monogram_of(arena, SPAN("Apache Kafka")), "AK");
  is(monogram_of(arena, SPAN("Kubernetes")), "Ku");
  is(monogram_of(arena, SPAN("nginx")), "Ng");
  is(monogram_of(arena, SPAN("Ansible (ansible-core)")), "AA");
  is(monogram_of(arena, SPAN("R")), "R");
  is(monogram_of(arena, SPAN("  x")), "X");
  is(monogram_of(arena, SPAN("Ærø")), "Ær");
  is(monogram_of(arena, SPAN("微信")), "微信");
  is(monogram_of(arena, SPAN("!!!")), "?");
  is(monogram_of(arena, SPAN("\U0001F1E9\U0001F1EA Server")), "\U0001F1E9\U0001F1EAS"); /* a flag is two characters */
  is(monogram_of(arena, SPAN("\U0001F469\u200d\U0001F469\u200d\U0001F467 Fam")), "\U0001F469\u200d\U0001F469\u200d\U0001F467F");
  is(monogram_of(arena, SPAN("1\ufe0f\u20e3 One")), "1\ufe0f\u20e3O");
  is(monogram_of(arena, SPAN("e\u0301a")), "E\u0301a");
  is(monogram_of(arena, SPAN("Ze\u0301ro")), "Ze\u0301");
  is(monogram_of(arena, SPAN("")), "?");
}

/* Takes the names of a page, separated by "|", and compares their letters. */
static void page_is(const char *names, const char *expected)
{
  struct monograms set = {0};
  struct span rest = span_z(names), letters = span_z(expected);
  for (uint64_t id = 1; rest.p && letters.p; id++) {
    struct span want = span_split(&letters, '|');
    is(monogram_take(arena, &set, id, span_split(&rest, '|')), arena_z(arena, want));
  }
  assert_true(!rest.p && !letters.p);
}

static void the_second_letter_gives_way(void **state)
{
  (void)state;
  page_is("React|Redis", "Re|Rd");
  page_is("Grafana|Gradle|Grav", "Gr|Ga|Gv");
  page_is("cert-manager|CMake", "CM|Ca");
  page_is("R|R|r", "R|R2|R3");
  page_is("Go|go", "Go|G2");
  page_is("!|?", "?|?2");
  page_is("é|é", "é|é2");
  page_is("\U0001F1E9\U0001F1EA|\U0001F1E9\U0001F1EA", "\U0001F1E9\U0001F1EA|\U0001F1E9\U0001F1EA2");
}

static void a_product_keeps_its_letters_on_a_page(void **state)
{
  struct monograms set = {0};
  (void)state;
  is(monogram_take(arena, &set, 7, SPAN("Redis")), "Re");
  is(monogram_take(arena, &set, 8, SPAN("React")), "Ra");
  is(monogram_take(arena, &set, 7, SPAN("Redis")), "Re");
  is(monogram_take(arena, &set, 8, SPAN("React")), "Ra");
}

static void assert_differ(const struct monograms *set)
{
  for (size_t i = 0; i < set->n; i++)
    for (size_t k = i + 1; k < set->n; k++) {
      struct span x = set->v[i].letters, y = set->v[k].letters;
      if (!x.n || (x.n == y.n && strncasecmp(x.p, y.p, x.n) == 0))
        fail_msg("\"%.*s\" twice", SPAN_ARG(x));
    }
}

/* ---- the sample */

static char *names[NAMES_MAX];
static size_t n_names;

static void sample_read(void)
{
  char *line = NULL;
  size_t room = 0;
  FILE *f = fopen(TEST_SAMPLE "/products.tsv", "r");
  assert_non_null(f);
  while (getline(&line, &room, f) > 0) {
    char *rest = line;
    strtok_r(rest, "\t", &rest);
    if (n_names < NAMES_MAX)
      names[n_names++] = strdup(strtok_r(rest, "\t", &rest));
  }
  free(line);
  fclose(f);
  assert_true(n_names > 100 && n_names < NAMES_MAX); /* the first line has the titles of the columns */
}

static void no_pair_of_the_sample_has_the_same_letters(void **state)
{
  size_t met = 0;
  (void)state;
  sample_read();
  for (size_t i = 0; i < n_names; i++)
    for (size_t k = 0; k < n_names; k++) {
      struct monograms set = {0};
      monogram_take(arena, &set, i, span_z(names[i]));
      monogram_take(arena, &set, k, span_z(names[k]));
      met += i != k && span_eq(monogram_of(arena, span_z(names[i])), monogram_of(arena, span_z(names[k])));
      assert_differ(&set);
      assert_int_equal(set.n, i == k ? 1 : 2);
    }
  assert_true(met > 10); /* the sample has such pairs */
}

static void a_page_with_the_whole_sample_has_no_letters_twice(void **state)
{
  struct monograms set = {0};
  (void)state;
  for (size_t i = 0; i < n_names; i++)
    monogram_take(arena, &set, i, span_z(names[i]));
  assert_int_equal(set.n, n_names);
  assert_differ(&set);
}

/* ---- generated names: few letters, so that most collide */

static void generated_names_have_no_letters_twice(void **state)
{
  static const char *const parts[] = {"a", "A", "b", "7", " ", "-", ".", "é", "ß", "日", "本", "", "\xff"};
  unsigned seed = 20260822;
  (void)state;
  for (unsigned page = 0; page < 400; page++) {
    struct monograms set = {0};
    for (uint64_t id = 0; id < 60; id++) {
      struct buf name = BUF_INIT;
      for (unsigned n = (unsigned)rand_r(&seed) % 6; n; n--)
        buf_puts(&name, parts[(unsigned)rand_r(&seed) % (sizeof parts / sizeof *parts)]);
      monogram_take(arena, &set, id, arena_take(arena, &name));
    }
    assert_int_equal(set.n, 60);
    assert_differ(&set);
  }
}

static int make(void **state)
{
  (void)state;
  arena = arena_new(0);
  return !arena;
}

static int clear(void **state)
{
  (void)state;
  arena_free(&arena);
  while (n_names)
    free(names[--n_names]);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_name_alone_has_its_initials_or_first_two_letters),
      cmocka_unit_test(the_second_letter_gives_way),
      cmocka_unit_test(a_product_keeps_its_letters_on_a_page),
      cmocka_unit_test(no_pair_of_the_sample_has_the_same_letters),
      cmocka_unit_test(a_page_with_the_whole_sample_has_no_letters_twice),
      cmocka_unit_test(generated_names_have_no_letters_twice),
  };
  return cmocka_run_group_tests(tests, make, clear);
}
