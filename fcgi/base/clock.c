#include "base/clock.h"

#include <time.h>

static int64_t clock_read(clockid_t id)
{
  struct timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
  return clock_read(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
  return clock_read(CLOCK_MONOTONIC);
}

/* Converts between a civil date and days since the epoch: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", days_from_civil and civil_from_days. */
static int64_t days_of(int year, int month, int day)
{
  int64_t y = year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t yoe = y - era * 400;
  int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

struct clock_civil clock_split(int64_t us)
{
  int64_t days = floor_div(us, CLOCK_DAY), rest = us - days * CLOCK_DAY;
  int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  struct clock_civil c = {.day = (int)(doy - (153 * mp + 2) / 5 + 1), .month = (int)(mp < 10 ? mp + 3 : mp - 9)};
  c.year = (int)(yoe + era * 400 + (c.month <= 2));
  c.hour = (int)(rest / CLOCK_HOUR);
  c.minute = (int)(rest / CLOCK_MINUTE % 60);
  c.second = (int)(rest / CLOCK_SECOND % 60);
  c.micros = (int)(rest % CLOCK_SECOND);
  c.weekday = (int)(((days + 4) % 7 + 7) % 7);
  return c;
}

int64_t clock_join(int year, int month, int day, int hour, int minute, int second)
{
  return days_of(year, month, day) * CLOCK_DAY + hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND;
}

static char *digits_put(char *at, int v, int n)
{
  for (int i = n; i-- > 0; v /= 10)
    at[i] = (char)('0' + v % 10);
  return at + n;
}

size_t clock_iso(char *out, int64_t us, int digits)
{
  struct clock_civil c = clock_split(us);
  char *at = digits_put(out, c.year < 0 ? 0 : c.year > 9999 ? 9999 : c.year, 4);
  const struct {
    char before;
    int value;
  } parts[] = {{'-', c.month}, {'-', c.day}, {'T', c.hour}, {':', c.minute}, {':', c.second}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    *at++ = parts[i].before;
    at = digits_put(at, parts[i].value, 2);
  }
  if (digits > 0 && digits <= 6) {
    *at = '.';
    digits_put(at + 1, c.micros, 6);
    at += 1 + digits;
  }
  *at++ = 'Z';
  *at = 0;
  return (size_t)(at - out);
}

const char *const clock_months[CLOCK_MONTHS] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

size_t clock_day(char *out, int64_t us)
{
  struct clock_civil c = clock_split(us);
  char *at = digits_put(out, c.day, c.day < 10 ? 1 : 2);
  *at++ = ' ';
  at = (char *)memcpy(at, clock_months[c.month - 1], 3) + 3;
  *at++ = ' ';
  at = digits_put(at, c.year < 0 ? 0 : c.year > 9999 ? 9999 : c.year, 4);
  *at = 0;
  return (size_t)(at - out);
}

static bool digits_of(const char *p, size_t n, int *value)
{
  *value = 0;
  for (size_t i = 0; i < n; i++) {
    if (p[i] < '0' || p[i] > '9')
      return false;
    *value = *value * 10 + (p[i] - '0');
  }
  return true;
}

bool clock_join_civil(struct clock_civil c, int64_t *us)
{
  static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
  if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > lengths[c.month - 1] || c.hour > 23 ||
      c.minute > 59 || c.second > 60 || (c.month == 2 && c.day == 29 && !leap))
    return false;
  *us = clock_join(c.year, c.month, c.day, c.hour, c.minute, c.second) + c.micros;
  return true;
}

static bool parse_fraction(struct span *s, int *micros)
{
  if (!s->n || s->p[0] != '.')
    return true;
  int scale = 100000;
  size_t i = 1;
  for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++, scale /= 10)
    *micros += (s->p[i] - '0') * scale;
  *s = span_from(*s, i);
  return i > 1;
}

bool clock_parse(struct span s, int64_t *us)
{
  struct clock_civil c = {0};
  *us = CLOCK_NEVER;
  if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-' || !digits_of(s.p, 4, &c.year) || !digits_of(s.p + 5, 2, &c.month) ||
      !digits_of(s.p + 8, 2, &c.day))
    return false;
  if (s.n == 10)
    return clock_join_civil(c, us);
  if (s.n < 19 || (s.p[10] != 'T' && s.p[10] != ' ') || s.p[13] != ':' || s.p[16] != ':' ||
      !digits_of(s.p + 11, 2, &c.hour) || !digits_of(s.p + 14, 2, &c.minute) || !digits_of(s.p + 17, 2, &c.second))
    return false;
  struct span rest = span_from(s, 19);
  if (!parse_fraction(&rest, &c.micros) || (rest.n && !span_eq(rest, SPAN("Z"))))
    return false;
  return clock_join_civil(c, us);
}
