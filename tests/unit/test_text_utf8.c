/* UTF-8: validation, cleaning, truncation and folding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "text/utf8.h"


static void validity(void **state)
{
  (void)state;
  static const char *const good[] = {"", "a\n\t", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x92\xA9", "\xEF\xBF\xBF",
                                     "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"};
  static const char *const bad[] = {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                                    "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE2\x82", "\xE2\x28\xA1", "\xC3\xA9\xA9"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(utf8_valid(span_z(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(utf8_valid(span_z(bad[i])));
}

/* Each character is the same after writing and reading; surrogates are replaced. */
static void there_and_back(void **state)
{
  (void)state;
  struct buf b = BUF_INIT;
  for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x1000 ? 1 : 251) {
    uint32_t got = 0;
    bool surrogate = c >= 0xD800 && c < 0xE000;
    buf_clear(&b);
    utf8_put(&b, c);
    assert_int_equal(utf8_next(buf_view(&b), &got), b.n);
    assert_int_equal(got, surrogate ? UTF8_REPLACEMENT : c);
  }
  buf_free(&b);
}

static void cleans(struct span in, const char *expected)
{
  struct arena *a = arena_new(0);
  struct span out = utf8_clean(a, in);
  assert_true(utf8_valid(out));
  assert_string_equal(arena_z(a, out), expected);
  arena_free(&a);
}

static void cleaning(void **state)
{
  (void)state;
  cleans(SPAN("plain\ttext\n\xC3\xA9"), "plain\ttext\n\xC3\xA9");
  cleans(SPAN("a\0b\x01" "c\x1B[0m\x7F"), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\xEF\xBF\xBD[0m\xEF\xBF\xBD");
  cleans(SPAN("Blue\vWhale\fand\xC2\x85more"), "Blue Whale and more");
  cleans(SPAN("a\r\nb\rc"), "a\nb\nc");
  cleans(SPAN("a\x1C" "b\x1D" "c\x1E" "d\x1F" "e"), "a b c d e");
  cleans(SPAN("\xFF" "a\xC3(\xED\xA0\x80"), "\xEF\xBF\xBD" "a\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  struct arena *a = arena_new(0);
  struct span same = SPAN("same");
  assert_ptr_equal(utf8_clean(a, same).p, same.p);
  arena_free(&a);
}

/* All characters, and all single bytes. */
static void whatever_comes_only_allowed_characters_are_left(void **state)
{
  struct buf b = BUF_INIT;
  struct arena *a = arena_new(0);
  (void)state;
  for (uint32_t c = 0; c <= 0x10FFFF; c++) {
    bool control = (c < ' ' && c != '\t' && c != '\n') || (c > '~' && c < 0xA0);
    bool bad = control || (c >= 0xFDD0 && c < 0xFDF0) || c % 0x10000 >= 0xFFFE;
    uint32_t got = 0;
    buf_clear(&b);
    utf8_put(&b, c);
    struct span clean = utf8_clean(a, buf_view(&b));
    assert_int_equal(utf8_next(clean, &got), clean.n);
    assert_true(utf8_allowed(got) && utf8_is_clean(clean));
    assert_int_equal(utf8_allowed(c), !bad);
    if (!bad && (c < 0xD800 || c > 0xDFFF))
      assert_int_equal(got, c);
    else
      assert_true(got == UTF8_REPLACEMENT || got == ' ' || got == '\n');
    arena_reset(a);
  }
  for (int byte = 0; byte < 256; byte++)
    assert_true(utf8_is_clean(utf8_clean(a, span_of((char[]){(char)byte}, 1))));
  arena_free(&a);
  buf_free(&b);
}

static void cutting(void **state)
{
  (void)state;
  assert_true(span_eq(utf8_cut(SPAN("short"), 10), SPAN("short")));
  assert_true(span_eq(utf8_cut(SPAN("one two three"), 10), SPAN("one two")));
  assert_true(span_eq(utf8_cut(SPAN("one two three"), 7), SPAN("one two")));
  assert_true(span_eq(utf8_cut(SPAN("\xC3\xA9\xC3\xA9\xC3\xA9"), 2), SPAN("\xC3\xA9\xC3\xA9")));
  assert_true(span_eq(utf8_cut(SPAN("a"), 0), SPAN("")));
  assert_true(span_eq(utf8_cut(SPAN("0123456789 0123456789 01234567"), 24), SPAN("0123456789 0123456789")));
  assert_true(span_eq(utf8_cut(SPAN("01234567 \xC3\xA9 123456789012345"), 24), SPAN("01234567 \xC3\xA9 1234567890123")));
  assert_true(span_eq(utf8_cut(SPAN("0123456789012345 123456789"), 24), SPAN("0123456789012345")));
  assert_int_equal(utf8_count(SPAN("a\xC3\xA9\xF0\x9F\x92\xA9")), 3);
}

static void no_cluster_is_cut(void **state)
{
  static const char *const clusters[] = {"e\u0301", "\U0001F1E9\U0001F1EA", "\U0001F469\u200d\U0001F469\u200d\U0001F467", "1\ufe0f\u20e3",
                                         "\u0e01\u0e33", "\u1100\u1161\u11a8"};
  (void)state;
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
    struct buf b = BUF_INIT;
    struct span one = span_z(clusters[i]);
    buf_printf(&b, "ab%s%sxy", clusters[i], clusters[i]);
    assert_true(span_eq(utf8_cluster(span_from(buf_view(&b), 2)), one));
    for (size_t max = 2; max < 2 + 2 * utf8_count(one); max++)
      assert_int_equal(utf8_cut(buf_view(&b), max).n, 2 + (max < 2 + utf8_count(one) ? 0 : one.n));
    buf_free(&b);
  }
  assert_int_equal(utf8_cluster(SPAN("")).n, 0);
  assert_int_equal(utf8_cluster(SPAN("\xff")).n, 1);
  struct buf tower = BUF_INIT;
  buf_puts(&tower, "e");
  for (int i = 0; i < 100; i++)
    buf_puts(&tower, "\u0301");
  assert_int_equal(utf8_cluster(buf_view(&tower)).n, 1);
  assert_int_equal(utf8_cut(buf_view(&tower), 50).n, 99);
  buf_free(&tower);
}

static void what_nobody_sees_is_blank(void **state)
{
  static const char *const blank[] = {"", " \t\n", "\xC2\xA0", "\xC2\xAD", "\xE2\x80\x8B\xE2\x80\x8D", "\xE3\x80\x80",
                                      "\xE2\xA0\x80", "\xE3\x85\xA4", "\xEF\xBB\xBF \xE2\x81\xA0", "\xF3\xA0\x81\x81"};
  static const char *const seen[] = {"a", " .", "0", "\xE2\x80\x90", "\xE2\xA0\x81", "\xE2\x80\x8B\xE6\x97\xA5", "\xEF\xBF\xBD", "\xF0\x9F\x92\xA9"};
  (void)state;
  for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
    assert_true(utf8_is_blank(span_z(blank[i])));
  for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
    assert_false(utf8_is_blank(span_z(seen[i])));
}

static void folds(const char *in, const char *expected)
{
  struct arena *a = arena_new(0);
  assert_string_equal(arena_z(a, utf8_fold(a, span_z(in))), expected);
  arena_free(&a);
}

/* utf8proc knows which characters of Unicode are drawn as nothing, and which separate. */
static bool shows_nothing(uint32_t c)
{
  const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
  bool blank = p->category == UTF8PROC_CATEGORY_ZS || p->category == UTF8PROC_CATEGORY_ZL || p->category == UTF8PROC_CATEGORY_ZP;
  return blank || p->ignorable || (c >= 9 && c <= 13) || c == UTF8_NEXT_LINE || c == 0x2800;
}

static void a_name_of_any_character_that_shows_nothing_is_none(void **state)
{
  (void)state;
  struct buf one = BUF_INIT;
  for (uint32_t c = 1; c <= 0x10FFFF; c++) {
    if ((c >= 0xD800 && c < 0xE000) || utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CN)
      continue;
    buf_clear(&one);
    utf8_put(&one, c);
    if (utf8_is_blank(buf_view(&one)) != shows_nothing(c))
      fail_msg("U+%04X %s blank", c, shows_nothing(c) ? "is not" : "is");
    assert_int_equal(utf8_trim_unseen(buf_view(&one)).n, shows_nothing(c) ? 0 : one.n);
    assert_true(utf8_trim(buf_view(&one)).n > 0 || shows_nothing(c) || (c >= 0x1C && c <= 0x1F));
  }
  buf_free(&one);
}

static void ends_are_trimmed(void **state)
{
  (void)state;
  assert_true(span_eq(utf8_trim(SPAN("\xC2\xA0\xE2\x80\x8B a b \xEF\xBB\xBF\t")), SPAN("a b")));
  assert_true(span_eq(utf8_trim(SPAN("\xE2\x9D\xA4\xEF\xB8\x8F ")), SPAN("\xE2\x9D\xA4\xEF\xB8\x8F")));
  assert_true(utf8_trim(SPAN(" \x80 ")).n == 1 && utf8_trim(SPAN("")).n == 0 && utf8_trim(SPAN("\x80\x80")).n == 2);
}

static void folding(void **state)
{
  (void)state;
  folds("Apache KAFKA 4.2", "apache kafka 4.2");
  folds("\xC3\x86r\xC3\xB8 \xC5\x81\xC3\xB3" "d\xC5\xBA", "aero lodz");
  folds("Stra\xC3\x9F" "e \xC3\x89" "cole \xC3\xB1", "strasse ecole n");
  folds("e\xCC\x81", "e");
  folds("Vi\xE1\xBB\x87t \xE1\xBA\x9E", "viet ss");
  folds("\xCE\x91\xCE\xB8\xCE\xAE\xCE\xBD\xCE\xB1\xCF\x82", "\xCE\xB1\xCE\xB8\xCE\xB7\xCE\xBD\xCE\xB1\xCF\x83");
  folds("\xD0\x81\xD0\x96 \xD0\x99 \xD2\x90", "\xD0\xB5\xD0\xB6 \xD0\xB9 \xD2\x91");
  folds("\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x92\xA9", "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x92\xA9");
  folds("a\xFF" "b", "ab");
}

static void compatibility_forms_are_one(void **state)
{
  (void)state;
  folds("ＫＡＦＫＡ　４", "kafka 4");
  folds("ﬁle ﬂow ﬃ ĳ ǆ ℌ ① ㎏ ½", "file flow ffi ij dz h 1 kg 1/2");
  folds("ｶﾌｶ ｶﾞｷﾞ", "カフカ ガギ");
  folds("か\xE3\x82\x99き", "がき"); /* a voiced sound mark makes another letter */
  folds("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xEA\xB8\x80", "한글"); /* decomposed Hangul */
  folds("ﻣﺮﺣﺒﺎ", "مرحبا");
  folds("Å Å A\xCC\x8A", "a a a");
}

static void marks_that_writers_leave_out_are_gone(void **state)
{
  (void)state;
  folds("مُحَمَّدٌ عـــربي أإآ", "محمد عربي ااا");
  folds("کافکا ۴٢", "كافكا 42");
  folds("שָׁלוֹם", "שלום");
  folds("Й и\xCC\x86 ї ў Ё е\xCC\x88 Ка\xCC\x81" "фка", "й й ї ў е е кафка");
  folds("हिन्दी தமிழ்", "हिन्दी தமிழ்");
  folds("İıI i\xCC\x87", "iii i");
  folds("z\xCC\x81\xCC\x82\xCC\x83\xCC\x84" "a\xCC\xB6l\xCC\xB5go", "zalgo");
  folds("\xCC\x81\xCC\x82 \xE2\x83\x9D", "");
}

static void blanks_of_any_kind_separate(void **state)
{
  (void)state;
  static const char *const blanks[] = {" ", "\t", "\n", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x83", "\xE2\x80\x8B", "\xE2\x80\xA8",
                                       "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE3\x85\xA4", "\x7f", "\xC2\x85"};
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
    char in[64];
    snprintf(in, sizeof in, "%sKafka%s %sNATS%s", blanks[i], blanks[i], blanks[i], blanks[i]);
    folds(in, "kafka nats");
  }
  folds("kaf\xC2\xADka na\xE2\x80\x8Dts na\xE2\x81\xA0ts", "kafka nats nats"); /* hyphenation and joiners do not */
  folds("Kafka™ “NATS”—fast…", "kafka nats -fast...");
  folds("„Kafka“、Nats・go", "kafka nats go");
}

/* Any text, also with marks in any order, folds to a text that folds to itself and is as long at most as its letters. */
static void a_folded_text_folds_to_itself(void **state)
{
  (void)state;
  static const uint32_t parts[] = {'a', 'E', ' ', 0x301, 0x306, 0x308, 0x30A, 0x418, 0x438, 0x435, 0x433, 0x304B, 0x3099, 0x309A,
                                   0xFF76, 0xFF9E, 0x1112, 0x1161, 0x11AB, 0x627, 0x653, 0x64B, 0x915, 0x93C, 0xBC6, 0xBBE,
                                   0x345, 0x3B1, 0x200B, 0x200D, 0xAD, 0x2044, 0xBD, 0xDF, 0x130, 0xFB03, 0xFDFA, 0x1F468, 0xE0101};
  srand(5);
  for (int round = 0; round < 100000; round++) {
    struct arena *a = arena_new(0);
    struct buf in = BUF_INIT;
    for (int i = rand() % 12; i >= 0; i--)
      utf8_put(&in, rand() % 8 ? parts[(size_t)rand() % (sizeof parts / sizeof *parts)] : (uint32_t)rand() % 0x11000);
    struct span text = arena_take(a, &in), once = utf8_fold(a, text), twice = utf8_fold(a, once);
    if (!span_eq(once, twice) || !utf8_valid(once))
      fail_msg("\"%.*s\" folds to \"%.*s\" and that to \"%.*s\"", SPAN_ARG(text), SPAN_ARG(once), SPAN_ARG(twice));
    arena_free(&a);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(validity),
      cmocka_unit_test(there_and_back),
      cmocka_unit_test(cleaning),
      cmocka_unit_test(whatever_comes_only_allowed_characters_are_left),
      cmocka_unit_test(cutting),
      cmocka_unit_test(no_cluster_is_cut),
      cmocka_unit_test(what_nobody_sees_is_blank),
      cmocka_unit_test(a_name_of_any_character_that_shows_nothing_is_none),
      cmocka_unit_test(ends_are_trimmed),
      cmocka_unit_test(folding),
      cmocka_unit_test(compatibility_forms_are_one),
      cmocka_unit_test(marks_that_writers_leave_out_are_gone),
      cmocka_unit_test(blanks_of_any_kind_separate),
      cmocka_unit_test(a_folded_text_folds_to_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
