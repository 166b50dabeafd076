/* Dates of feeds: the forms that are read, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "import/import_date.h"

static const char *iso_of(const char *text)
{
  static char out[CLOCK_ISO_MAX];
  int64_t us;
  if (!import_date_read(span_z(text), &us)) {
    assert_true(us == CLOCK_NEVER);
    return "none";
  }
  clock_iso(out, us, 0);
  return out;
}

static void forms_of_one_moment(void **state)
{
  static const char *const forms[] = {
      "2026-08-22T10:30:00Z", "2026-08-22t10:30:00z", "2026-08-22 10:30:00", "2026-08-22T10:30:00.123456Z", "2026-08-22T12:30:00+02:00",
      "2026-08-22T03:30:00-0700", "2026-08-22T11:30:00+01", "2026-08-22 10:30:00 UTC", "2026-08-22 12:30:00 +0200", "20260822T103000Z",
      "20260822103000", "2026/08/22 10:30", "2026-08-22T10:30Z", "Sat, 22 Aug 2026 10:30:00 GMT", "Sat, 22 Aug 2026 10:30:00 +0000",
      "22 Aug 2026 10:30 UT", "Sat, 22 Aug 26 10:30:00 Z", "Saturday, 22-Aug-26 10:30:00 GMT", "Sat Aug 22 10:30:00 2026",
      "Sat, 22 Aug 2026 06:30:00 EDT", "Sat, 22 August 2026 12:30:00 CEST", "August 22, 2026 10:30", "Aug 22nd, 2026 at 10:30 am",
      "Sat,22 Aug 2026 10:30:00 GMT", "  Sat, 22 Aug 2026 10:30:00 GMT (summer)\n", "1787394600", "1787394600000",
  };
  (void)state;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    const char *iso = iso_of(forms[i]);
    if (strcmp(iso, "2026-08-22T10:30:00Z") != 0)
      fail_msg("%s is read as %s", forms[i], iso);
  }
}

static void days(void **state)
{
  (void)state;
  assert_string_equal(iso_of("2026-08-22"), "2026-08-22T00:00:00Z");
  assert_string_equal(iso_of("2026-8-2"), "2026-08-02T00:00:00Z");
  assert_string_equal(iso_of("2026-08"), "2026-08-01T00:00:00Z");
  assert_string_equal(iso_of("20260822"), "2026-08-22T00:00:00Z");
  assert_string_equal(iso_of("22 August 2026"), "2026-08-22T00:00:00Z");
  assert_string_equal(iso_of("Sept. 3, 2026"), "2026-09-03T00:00:00Z");
  assert_string_equal(iso_of("3 Sep 99"), "1999-09-03T00:00:00Z");
  assert_string_equal(iso_of("Aug 22 2026 10:30:00 pm"), "2026-08-22T22:30:00Z");
  assert_string_equal(iso_of("Aug 22 2026 12:30 pm"), "2026-08-22T12:30:00Z");
  assert_string_equal(iso_of("Aug 22 2026 12:30 am"), "2026-08-22T00:30:00Z");
  assert_string_equal(iso_of("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z");
}

static void texts_that_are_none(void **state)
{
  static const char *const texts[] = {
      "", " ", "soon", "yesterday", "2026", "05/04/2026", "2026-13-01", "2026-02-30", "0000-00-00T00:00:00Z", "1969-12-31",
      "9999-01-01", "32 Aug 2026", "Sat, 22 Augtober 2026", "2026-08-22T25:00:00Z", "2026-08-22T10:30:00+99:00", "-1", "123456789",
      "99999999999999999999", "2026-08-22T10:30:00Zgarbage", "22 Aug 2026 10:30:00 GMT GMT 22", "\xff\xfe", "2026-08-22T10:30:00 <b>",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *iso = iso_of(texts[i]);
    if (strcmp(iso, "none") != 0)
      fail_msg("%s is read as %s", texts[i], iso);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms_of_one_moment),
      cmocka_unit_test(days),
      cmocka_unit_test(texts_that_are_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
