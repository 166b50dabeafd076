/* JSON: strings that are safe in HTML too, views by their shapes, and trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "template/shape_json.h"
#include "text/json.h"


#define ITEM_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(name) FLAG(spark)
VIEW_DECLARE(item_view, ITEM_VIEW)
#define ALL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                           \
  TEXT(title) TEXT(none) HTML(body) FLAG(gone) INT(n) TEXTS(tags) LIST(items, item_view) RECORD(first, item_view)      \
      RECORD(other, all_view)
VIEW_DECLARE(all_view, ALL_VIEW)
#define VIEW_THIS struct item_view
VIEW_DEFINE(item_view, ITEM_VIEW)
#undef VIEW_THIS
#define VIEW_THIS struct all_view
VIEW_DEFINE(all_view, ALL_VIEW)
#undef VIEW_THIS

static void string_is(struct span s, const char *expected)
{
  struct buf out = BUF_INIT;
  json_write_string(&out, s);
  assert_string_equal(buf_z(&out), expected);
  buf_free(&out);
}

static void strings(void **state)
{
  (void)state;
  string_is(SPAN(""), "\"\"");
  string_is(SPAN("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
  string_is(SPAN("\b\f\n\r\t\x01\0\x7F"), "\"\\b\\f\\n\\r\\t\\u0001\\u0000\\u007f\"");
  string_is(SPAN("</script>&"), "\"\\u003c/script\\u003e\\u0026\"");
  string_is(SPAN("\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9\xF0\x9F\x92\xA9"), "\"\\u2028\\u2029\xC3\xA9\xF0\x9F\x92\xA9\"");
  string_is(SPAN("a\xFF" "b\xED\xA0\x80"), "\"a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  string_is(SPAN("a\xEF\xBF\xBE" "b\xEF\xB7\x90" "c\xC2\x80"), "\"a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\xEF\xBF\xBD\"");
}

static void views(void **state)
{
  (void)state;
  struct item_view items[] = {{SPAN("x"), true}, {SPAN(""), false}};
  struct span tags[] = {SPAN("t"), SPAN("u")};
  struct all_view v = {.title = SPAN("T"), .body = SPAN("<b>"), .gone = true, .n = INT64_MIN, .tags = {tags, 2},
                       .items = {items, 2}, .first = items};
  struct buf out = BUF_INIT;
  shape_json_write(&out, &all_view_shape, &v, SPAN(""));
  assert_string_equal(buf_z(&out),
                      "{\"title\":\"T\",\"none\":null,\"body\":\"\\u003cb\\u003e\",\"gone\":true,\"n\":-9223372036854775808,"
                      "\"tags\":[\"t\",\"u\"],\"items\":[{\"name\":\"x\",\"spark\":true},{\"name\":null,\"spark\":false}],"
                      "\"first\":{\"name\":\"x\",\"spark\":true},\"other\":null}");
  buf_clear(&out);
  shape_json_write(&out, &all_view_shape, NULL, SPAN(""));
  assert_string_equal(buf_z(&out), "null");
  buf_free(&out);
}

/* Members keep their order, and strings are escaped as by json_write_string. */
static void trees(void **state)
{
  (void)state;
  static const char text[] = "{\"z\":[],\"a\":{},\"n\":[1,-9223372036854775808,0.1,1.0,1e300],\"t\":[true,false,null],"
                             "\"\\u003ck\\\"\":\"\\u0000\\u003c\"}";
  json_t *v = json_loads(text, JSON_ALLOW_NUL, NULL);
  struct buf out = BUF_INIT;
  assert_non_null(v);
  json_write_tree(&out, v);
  const char *number = strstr(buf_z(&out), "1e+300");
  assert_non_null(number);
  buf_clear(&out);
  json_array_remove(json_object_get(v, "n"), 4);
  json_write_tree(&out, v);
  assert_string_equal(buf_z(&out), "{\"z\":[],\"a\":{},\"n\":[1,-9223372036854775808,0.1,1.0],\"t\":[true,false,null],"
                                   "\"\\u003ck\\\"\":\"\\u0000\\u003c\"}");
  buf_clear(&out);
  json_write_tree(&out, NULL);
  assert_string_equal(buf_z(&out), "null");
  json_decref(v);
  buf_free(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings),
      cmocka_unit_test(views),
      cmocka_unit_test(trees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
