/* Differences by words: they are true for any two texts, shortest where texts are small, and made within a bounded time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "text/word_diff.h"
#include "text/word_diff_private.h"

static uint64_t random_state = 88172645463325252;

static uint32_t random_below(uint32_t n)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % n);
}

/* "same [-removed-] {+added+} <n> / " */
static const char *shown(const char *before, const char *after)
{
  static char text[4096];
  struct arena *a = arena_new(0);
  struct word_diff d;
  struct buf out = BUF_INIT;
  assert_int_equal(word_diff_make(a, span_z(before), span_z(after), 0, &d), ERR_OK);
  for (size_t i = 0; i < d.n; i++) {
    static const char *const marks[WORD_DIFF_OPS][2] = {{"", ""}, {"[-", "-]"}, {"{+", "+}"}, {"", ""}};
    const struct word_run *r = &d.v[i];
    if (r->op == WORDS_LEFT_OUT)
      buf_printf(&out, "<%u>", r->words);
    else if (r->text.n)
      buf_printf(&out, "%s%.*s%s", marks[r->op][0], SPAN_ARG(r->text), marks[r->op][1]);
    buf_puts(&out, r->ends_line ? "/" : r->space ? " " : "");
  }
  assert_int_equal(d.changed, d.n > 0);
  snprintf(text, sizeof text, "%s", buf_z(&out));
  buf_free(&out);
  arena_free(&a);
  return text;
}

static void changes_are_shown_among_the_words_around_them(void **state)
{
  (void)state;
  assert_string_equal(shown("", ""), "");
  assert_string_equal(shown("a b  c", " a b c "), "");
  assert_string_equal(shown("a b c", "a x c"), "a [-b-] {+x+} c");
  assert_string_equal(shown("a", ""), "[-a-]");
  assert_string_equal(shown("", "a b"), "{+a b+}");
  assert_string_equal(shown("one two\nthree", "one two\nfour three"), "one two/{+four+} three");
  assert_string_equal(shown("a b c d e f", "x y c z w f"), "[-a b c d e-] {+x y c z w+} f");
}

static void what_few_words_separate_is_one_change(void **state)
{
  (void)state;
  assert_string_equal(shown("a b c d of e f g h", "i j k l of m n o p"), "[-a b c d of e f g h-]{+i j k l of m n o p+}");
}

static void long_unchanged_passages_are_left_out(void **state)
{
  (void)state;
  struct buf before = BUF_INIT, after = BUF_INIT;
  for (int i = 0; i < 100; i++) {
    buf_printf(&before, "w%d ", i);
    buf_printf(&after, i == 50 ? "new " : "w%d ", i);
  }
  const char *text = shown(buf_z(&before), buf_z(&after));
  assert_string_equal(text, "<38> w38 w39 w40 w41 w42 w43 w44 w45 w46 w47 w48 w49 [-w50-] {+new+} w51 w52 w53 w54 w55 w56 w57 "
                            "w58 w59 w60 w61 w62 <37> ");
  buf_free(&before);
  buf_free(&after);
}

static void characters_without_blanks_between_them_are_words(void **state)
{
  (void)state;
  assert_string_equal(shown("日本語の文", "日本の文"), "日本[-語-]の文");
  assert_string_equal(shown("naïve café", "naïve cafe"), "naïve [-café-]{+cafe+}");
  assert_string_equal(shown("\xE6\x97", "\xF0"), "[-\xE6\x97-]{+\xF0+}"); /* cut characters */
}

/* ---- the search */

static struct words words_of(const char *z)
{
  struct words w = {.n = (uint32_t)strlen(z)};
  w.id = calloc(w.n + 1, sizeof *w.id);
  w.changed = calloc(w.n + 1, sizeof *w.changed);
  for (uint32_t i = 0; i < w.n; i++)
    w.id[i] = (uint32_t)z[i];
  return w;
}

/* What is unchanged is the same in both.  Returns how much it is. */
static uint32_t unchanged(const struct words *a, const struct words *b)
{
  uint32_t i = 0, k = 0, n = 0;
  for (;;) {
    while (i < a->n && a->changed[i])
      i++;
    while (k < b->n && b->changed[k])
      k++;
    assert_int_equal(i < a->n, k < b->n);
    if (i == a->n)
      return n;
    assert_int_equal(a->id[i++], b->id[k++]);
    n++;
  }
}

static uint32_t search(struct words *a, struct words *b)
{
  assert_int_equal(word_diff_search(a, b, 0), ERR_OK);
  uint32_t n = unchanged(a, b);
  free(a->id);
  free(a->changed);
  free(b->id);
  free(b->changed);
  return n;
}

static uint32_t longest_common(const char *a, const char *b)
{
  uint32_t table[34][34] = {{0}};
  size_t n = strlen(a), m = strlen(b);
  for (size_t i = 1; i <= n; i++)
    for (size_t k = 1; k <= m; k++)
      table[i][k] = a[i - 1] == b[k - 1]                ? table[i - 1][k - 1] + 1
                    : table[i - 1][k] > table[i][k - 1] ? table[i - 1][k]
                                                        : table[i][k - 1];
  return table[n][m];
}

static void random_word(char *out)
{
  uint32_t n = random_below(33), letters = 1 + random_below(5);
  for (uint32_t i = 0; i < n; i++)
    out[i] = (char)('a' + random_below(letters));
  out[n] = 0;
}

static void small_texts_get_a_shortest_difference(void **state)
{
  (void)state;
  for (int i = 0; i < 20000; i++) {
    char x[34], y[34];
    random_word(x);
    random_word(y);
    struct words a = words_of(x), b = words_of(y);
    uint32_t n = search(&a, &b);
    if (n != longest_common(x, y))
      fail_msg("%s and %s: %u", x, y, n);
  }
}

/* Texts of any kind: alike but for few words, of few different words, without a common word, one inside the other. */
static void large_texts_get_a_true_difference_in_time(void **state)
{
  (void)state;
  enum { N = 80000 };
  static const uint32_t kinds[][2] = {{2, 2}, {1, 1}, {3, 7}, {50, 50}, {100000, 100000}, {1, 100000}};
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    struct words v[2];
    for (int t = 0; t < 2; t++) {
      v[t] = (struct words){.id = calloc(N, sizeof *v[t].id), .changed = calloc(N, sizeof *v[t].changed), .n = N};
      for (uint32_t i = 0; i < N; i++)
        v[t].id[i] = random_below(kinds[kind][t]);
    }
    int64_t began_us = clock_mono_us();
    uint32_t n = search(&v[0], &v[1]);
    int64_t took_us = clock_mono_us() - began_us;
    print_message("%u and %u different words: %u of %d unchanged, %lld ms\n", kinds[kind][0], kinds[kind][1], n, N,
                  (long long)(took_us / 1000));
    assert_true(took_us < 5 * CLOCK_SECOND); /* the square of N would take minutes */
  }
}

static void few_edits_of_a_large_text_are_found(void **state)
{
  (void)state;
  enum { N = 50000 };
  struct words a = {.id = calloc(N, sizeof *a.id), .changed = calloc(N, sizeof *a.changed), .n = N};
  struct words b = {.id = calloc(N, sizeof *b.id), .changed = calloc(N, sizeof *b.changed), .n = N};
  for (uint32_t i = 0; i < N; i++) {
    a.id[i] = b.id[i] = random_below(3000);
    if (i % 500 == 7)
      b.id[i] = 100000 + i;
  }
  assert_int_equal(search(&a, &b), N - 100);
}

/* ---- hostile texts */

static void the_deadline_and_the_limits_hold(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  struct buf before = BUF_INIT, after = BUF_INIT;
  struct word_diff d;
  for (int i = 0; i < 80000; i++) {
    buf_puts(&before, random_below(2) ? "a " : "b ");
    buf_puts(&after, random_below(2) ? "a " : "b ");
  }
  assert_int_equal(word_diff_make(a, buf_view(&before), buf_view(&after), 1, &d), ERR_LIMIT);
  assert_int_equal(word_diff_make(a, buf_view(&before), buf_view(&after), 0, &d), ERR_OK);
  assert_true(d.cut && d.n <= WORD_DIFF_RUNS);
  buf_clear(&before);
  for (int i = 0; i <= WORD_DIFF_WORDS; i++)
    buf_puts(&before, "a ");
  assert_int_equal(word_diff_make(a, buf_view(&before), SPAN("a"), 0, &d), ERR_LIMIT);
  buf_free(&before);
  buf_free(&after);
  arena_free(&a);
}

static void any_bytes_are_compared(void **state)
{
  (void)state;
  for (int i = 0; i < 3000; i++) {
    struct arena *a = arena_new(0);
    char x[200], y[200];
    struct word_diff d;
    size_t n = random_below(sizeof x), m = random_below(sizeof y);
    for (size_t k = 0; k < n; k++)
      x[k] = random_below(4) ? " \n\xE6\x97\xA5\xF0\x9F ab"[random_below(10)] : (char)random_below(256);
    for (size_t k = 0; k < m; k++)
      y[k] = k < n && random_below(3) ? x[k] : (char)random_below(256);
    assert_int_equal(word_diff_make(a, span_of(x, n), span_of(y, m), 0, &d), ERR_OK);
    for (size_t k = 0; k < d.n; k++) {
      struct span t = d.v[k].text;
      bool in_x = t.p >= x && t.p + t.n <= x + n, in_y = t.p >= y && t.p + t.n <= y + m;
      assert_true(t.n == 0 || (d.v[k].op == WORDS_REMOVED ? in_x : in_y));
    }
    arena_free(&a);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(changes_are_shown_among_the_words_around_them),
      cmocka_unit_test(what_few_words_separate_is_one_change),
      cmocka_unit_test(long_unchanged_passages_are_left_out),
      cmocka_unit_test(characters_without_blanks_between_them_are_words),
      cmocka_unit_test(small_texts_get_a_shortest_difference),
      cmocka_unit_test(large_texts_get_a_true_difference_in_time),
      cmocka_unit_test(few_edits_of_a_large_text_are_found),
      cmocka_unit_test(the_deadline_and_the_limits_hold),
      cmocka_unit_test(any_bytes_are_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
