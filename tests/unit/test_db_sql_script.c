/* The splitter splits as the mariadb client does, and detects the statements that replace a trigger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/sql_script.h"

static void expect(const char *text, size_t n, const char *const *statements)
{
  struct sql_script script = sql_script_open(span_z(text));
  struct sql_statement got;
  for (size_t i = 0; i < n; i++) {
    assert_true(sql_script_next(&script, &got));
    assert_int_equal(got.text.n, strlen(statements[i]));
    assert_memory_equal(got.text.p, statements[i], got.text.n);
  }
  assert_false(sql_script_next(&script, &got));
}

#define EXPECT(text, ...)                                                                                              \
  do {                                                                                                                 \
    static const char *const statements[] = {__VA_ARGS__};                                                             \
    expect(text, sizeof statements / sizeof *statements, statements);                                                  \
  } while (0)

static void test_splits_at_semicolons(void **state)
{
  (void)state;
  expect("", 0, NULL);
  expect(" \n;; ; -- only words;\n# more;\n/* and; more */ ;", 0, NULL);
  EXPECT("a;b", "a", "b");
  EXPECT("\n a ;\r\n\tb c\n;\n", "a", "b c");
}

static void test_leaves_quotes_and_comments_whole(void **state)
{
  (void)state;
  EXPECT("a ';' b; c", "a ';' b", "c");
  EXPECT("a '\\';' b; c", "a '\\';' b", "c");
  EXPECT("a 'it''s;' b; c", "a 'it''s;' b", "c");
  EXPECT("a \";\" `;\\`; c", "a \";\" `;\\`", "c");
  EXPECT("a -- b;\n c; d", "a -- b;\n c", "d");
  EXPECT("a --b; c", "a --b", "c");
  EXPECT("a # it's;\n; b", "a # it's;", "b");
  EXPECT("a /* ; ' */ b; c", "a /* ; ' */ b", "c");
  EXPECT("/* x */ -- y\n a; b", "a", "b");
  EXPECT("/*!40101 SET x */; /*M! y; */; z", "/*!40101 SET x */", "/*M! y; */", "z");
}

static void test_takes_the_rest_when_something_never_closes(void **state)
{
  (void)state;
  EXPECT("a; b 'c; d", "a", "b 'c; d");
  EXPECT("a; b /* c; d", "a", "b /* c; d");
  EXPECT("a /*", "a /*");
  EXPECT("a '\\", "a '\\");
  expect("/*", 0, NULL);
}

static void test_delimiter_lines(void **state)
{
  (void)state;
  EXPECT("DELIMITER //\nBEGIN a; b; END//\n\nc//\ndelimiter ;\nd; e", "BEGIN a; b; END", "c", "d", "e");
  EXPECT("a;\n  Delimiter $$ \nb; c$$ d$$", "a", "b; c", "d");
  EXPECT("delimiters; DELIMITER", "delimiters", "DELIMITER");
}

static void test_reports_the_line(void **state)
{
  (void)state;
  struct sql_script script = sql_script_open(SPAN("-- x\n\na\n;\n  /* y\n */ b\n;c"));
  struct sql_statement got;
  const size_t lines[] = {3, 6, 7};
  for (size_t i = 0; i < 3; i++) {
    assert_true(sql_script_next(&script, &got));
    assert_int_equal(got.line, lines[i]);
  }
}

static void assert_span(struct span s, const char *z)
{
  assert_int_equal(s.n, strlen(z));
  assert_true(s.n == 0 || memcmp(s.p, z, s.n) == 0);
}

static void test_detects_replacements(void **state)
{
  (void)state;
  struct sql_replacement r;
  assert_true(sql_script_replaces(
      SPAN("CREATE /*M! OR REPLACE */ TRIGGER a_b AFTER INSERT ON `page` FOR EACH ROW SET @x = 1"), &r));
  assert_span(r.kind, "TRIGGER");
  assert_span(r.name, "a_b");
  assert_span(r.table, "page");
  assert_true(sql_script_replaces(SPAN("create /*M! or replace */ procedure p(IN x INT) BEGIN END"), &r));
  assert_span(r.kind, "procedure");
  assert_span(r.name, "p");
  assert_span(r.table, "");
  assert_false(sql_script_replaces(SPAN("CREATE OR REPLACE VIEW v AS SELECT 1"), &r));
  assert_false(sql_script_replaces(SPAN("CREATE TRIGGER a AFTER INSERT ON b"), &r));
  assert_false(sql_script_replaces(SPAN("CREATE /*M! OR REPLACE */ TRIGGER a AFTER INSERT"), &r));
  assert_false(sql_script_replaces(SPAN(""), &r));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_splits_at_semicolons),
      cmocka_unit_test(test_leaves_quotes_and_comments_whole),
      cmocka_unit_test(test_takes_the_rest_when_something_never_closes),
      cmocka_unit_test(test_delimiter_lines),
      cmocka_unit_test(test_reports_the_line),
      cmocka_unit_test(test_detects_replacements),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
