/* The pure parts of reading rows: words, numbers, hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "db/db_fault.h"
#include "rows/rows.h"
#include "rows/rows_sql.h"
#include "rows/rows_format.h"
#include "rows/rows_values.h"

static void unknown_words_read_as_the_harmless_value(void **state)
{
  (void)state;
  assert_int_equal(rows_status(SPAN("published")), PRODUCT_PUBLISHED);
  assert_int_equal(rows_status(SPAN("archived")), PRODUCT_ARCHIVED);
  assert_int_equal(rows_status(SPAN("draft")), PRODUCT_DRAFT);
  assert_int_equal(rows_status(SPAN("Published")), PRODUCT_DRAFT);
  assert_int_equal(rows_status(SPAN("")), PRODUCT_DRAFT);
  assert_int_equal(rows_lifecycle(SPAN("discontinued")), LIFECYCLE_DISCONTINUED);
  assert_int_equal(rows_lifecycle(SPAN("maintenance")), LIFECYCLE_MAINTENANCE);
  assert_int_equal(rows_lifecycle(SPAN("dead")), LIFECYCLE_ACTIVE);
  assert_int_equal(rows_kind(SPAN("post")), ACTIVITY_POST);
  assert_int_equal(rows_kind(SPAN("event")), ACTIVITY_EVENT);
  assert_int_equal(rows_kind(SPAN("party")), ACTIVITY_RELEASE);
  assert_int_equal(rows_class(SPAN("spark")), CLASS_SPARK);
  assert_int_equal(rows_class(SPAN("improvement")), CLASS_IMPROVEMENT);
  assert_int_equal(rows_class(SPAN("huge")), CLASS_TRIVIAL);
}

static void overrides_are_rounded_half_up_and_kept_in_range(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int tenths;
  } cases[] = {{"0", 0},      {"5", 50},     {"5.0", 50},   {"7.24", 72}, {"7.25", 73},   {"7.249999", 72},
               {"9.95", 100}, {"10", 100},   {"10.1", 100}, {"12.5", 100}, {"99999999999999999999", 100},
               {"-1", 0},     {"-0.5", 0},   {" 3.3 ", 33}, {"", -1},     {"-", -1},      {".5", -1},
               {"5.", 50},    {"5x", -1},    {"NaN", -1},   {"5.5.5", -1}, {"1e1", -1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (rows_override(span_z(cases[i].text)) != cases[i].tenths)
      fail_msg("%s: %d", cases[i].text, rows_override(span_z(cases[i].text)));
}

static void hashes_depend_on_value_and_order(void **state)
{
  (void)state;
  uint64_t h = rows_hash_start();
  assert_true(hash_mix(hash_mix(h, 1), 2) != hash_mix(hash_mix(h, 2), 1));
  assert_true(hash_mix(h, 0) != h);
  assert_true(hash_mix(h, 0) != hash_mix(hash_mix(h, 0), 0));
  assert_true(hash_span(h, SPAN("ab")) != hash_span(h, SPAN("ba")));
  assert_true(hash_span(h, SPAN("a\0")) != hash_span(h, SPAN("a")));
  assert_true(hash_span(hash_span(h, SPAN("a")), SPAN("bc")) !=
              hash_span(hash_span(h, SPAN("ab")), SPAN("c")));
  assert_true(hash_span(h, SPAN("12345678")) != hash_span(h, SPAN("123456789")));
  assert_true(hash_span(h, SPAN("")) == hash_span(h, (struct span){0}));
}

/* Hashes are stored in memcached and in the catalog's file: a new value of the same rows invalidates all of them. */
static void hashes_stay_the_same(void **state)
{
  (void)state;
  assert_true(hash_mix(0, 0) == UINT64_C(0x9ca066f1a4ab2eea));
  assert_true(hash_mix(1, 2) == UINT64_C(0x9047c06e754d27ab));
  assert_true(hash_span(1, SPAN("catalog hash")) == UINT64_C(0xeceaef4278097106));
}

static void conditions_are_sql(void **state)
{
  (void)state;
  struct buf sql = BUF_INIT;
  uint64_t ids[] = {3, 7, UINT64_MAX};
  rows_sql_in(&sql, "p.id", &(struct rows_set){.ids = ids, .n = 3});
  assert_string_equal(buf_z(&sql), " p.id IN (3,7,18446744073709551615)");
  buf_clear(&sql);
  rows_sql_in(&sql, "id", &(struct rows_set){.ids = ids, .n = 0});
  assert_string_equal(buf_z(&sql), " id IN (0)");
  buf_clear(&sql);
  rows_sql_in(&sql, "id", &(struct rows_set){.first = 1, .last = 9});
  assert_string_equal(buf_z(&sql), " id BETWEEN 1 AND 9");
  buf_clear(&sql);
  rows_sql_time(&sql, INT64_C(1787400000000001));
  assert_string_equal(buf_z(&sql), "'2026-08-22 12:00:00.000001'");
  buf_free(&sql);
}

/* The last line of a body over the limit has its size. */
static void bodies_over_the_limit_tell_their_size(void **state)
{
  (void)state;
  assert_int_equal(rows_body_bytes(SPAN("xxxxxxxxxxxx\n<!-- 1234567 bytes -->"), 10), 1234567);
  assert_int_equal(rows_body_bytes(SPAN("x\n<!-- 7 bytes -->"), 100), sizeof "x\n<!-- 7 bytes -->" - 1);
  assert_int_equal(rows_body_bytes(SPAN("xxxxxxxxxxxx<!-- 7 bytes -->"), 10), sizeof "xxxxxxxxxxxx<!-- 7 bytes -->" - 1);
  assert_int_equal(rows_body_bytes(SPAN("xxxxxxxxxxxx\n<!--  bytes -->"), 10), sizeof "xxxxxxxxxxxx\n<!--  bytes -->" - 1);
  assert_int_equal(rows_body_bytes(SPAN(" bytes -->"), 1), sizeof " bytes -->" - 1);
  assert_int_equal(rows_body_bytes(SPAN("12 bytes -->"), 1), sizeof "12 bytes -->" - 1);
}

static void database_faults_have_advice(void **state)
{
  (void)state;
  assert_int_equal(db_fault_find(2013, "")->err, ERR_RETRY);
  assert_int_equal(db_fault_find(2006, "")->err, ERR_RETRY);
  assert_int_equal(db_fault_find(1927, "")->err, ERR_RETRY);
  assert_int_equal(db_fault_find(1040, "")->err, ERR_UNAVAILABLE);
  assert_int_equal(db_fault_find(2002, "")->err, ERR_UNAVAILABLE);
  assert_int_equal(db_fault_find(1146, "")->err, ERR_INVALID);
  assert_int_equal(db_fault_find(65000, "")->err, ERR_INVALID);
  assert_non_null(db_fault_find(65000, "")->advice);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_words_read_as_the_harmless_value),
      cmocka_unit_test(overrides_are_rounded_half_up_and_kept_in_range),
      cmocka_unit_test(hashes_depend_on_value_and_order),
      cmocka_unit_test(hashes_stay_the_same),
      cmocka_unit_test(conditions_are_sql),
      cmocka_unit_test(bodies_over_the_limit_tell_their_size),
      cmocka_unit_test(database_faults_have_advice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
