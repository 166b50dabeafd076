/* Dates are written in one format and read in three.  A pattern describes each format with one letter per element.
 * The weekday must be a valid name; it is not compared with the date. */
#include "http/date.h"

#include "base/format.h"

static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
#define WEEKDAYS (sizeof weekdays / sizeof *weekdays)

void date_write(char *out, int64_t us)
{
  struct clock_civil c = clock_split(us);
  format_print(out, CLOCK_ISO_MAX, "%.*s, %02d %s %04d %02d:%02d:%02d GMT", 3, weekdays[c.weekday],
               c.day, clock_months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static bool take(struct span *s, struct span what)
{
  bool there = span_starts(*s, what);
  if (there)
    *s = span_from(*s, what.n);
  return there;
}

static bool take_number(struct span *s, size_t digits, int *value)
{
  *value = 0;
  for (size_t i = 0; i < digits; i++) {
    if (i >= s->n || s->p[i] < '0' || s->p[i] > '9')
      return false;
    *value = *value * 10 + (s->p[i] - '0');
  }
  *s = span_from(*s, digits);
  return true;
}

static bool take_name(struct span *s, const char *const names[], size_t n, size_t letters, int *at)
{
  for (size_t i = 0; i < n; i++)
    if (take(s, span_head(span_z(names[i]), letters))) {
      *at = (int)i;
      return true;
    }
  return false;
}

static bool take_month(struct span *s, int *month)
{
  return take_name(s, clock_months, CLOCK_MONTHS, 3, month) && ++*month;
}

/* A year of two digits: the latest matching year that is at most 50 years in the future. */
static bool take_short_year(struct span *s, int now_year, int *year)
{
  int digits, last = now_year + 50;
  if (!take_number(s, 2, &digits))
    return false;
  *year = last - (last - digits) % 100;
  return true;
}

static bool take_element(char pattern, struct span *s, int now_year, struct clock_civil *c)
{
  switch (pattern) {
  case 'w': return take_name(s, weekdays, WEEKDAYS, 3, &c->weekday);
  case 'W': return take_name(s, weekdays, WEEKDAYS, 9, &c->weekday);
  case 'd': return take_number(s, 2, &c->day);
  case 'D': return take(s, SPAN(" ")) ? take_number(s, 1, &c->day) : take_number(s, 2, &c->day);
  case 'm': return take_month(s, &c->month);
  case 'y': return take_short_year(s, now_year, &c->year);
  case 'Y': return take_number(s, 4, &c->year);
  case 'h': return take_number(s, 2, &c->hour);
  case 'i': return take_number(s, 2, &c->minute);
  case 's': return take_number(s, 2, &c->second);
  default: return take(s, span_of(&pattern, 1));
  }
}

static bool fits(const char *pattern, struct span s, int now_year, int64_t *us)
{
  struct clock_civil c = {0};
  for (; *pattern; pattern++)
    if (!take_element(*pattern, &s, now_year, &c))
      return false;
  return s.n == 0 && clock_join_civil(c, us);
}

bool date_read(struct span s, int64_t now_us, int64_t *us)
{
  static const char *const patterns[] = {"w, d m Y h:i:s GMT", "W, d-m-y h:i:s GMT", "w m D h:i:s Y"};
  int now_year = clock_split(now_us).year;
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
    if (fits(patterns[i], s, now_year, us))
      return true;
  *us = CLOCK_NEVER;
  return false;
}
