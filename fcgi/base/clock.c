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

/* Days since the epoch of a civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
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

/* The date of a day since the epoch: Cassio Neri and Lorenz Schneider, "Euclidean affine functions and their application to
 * calendar algorithms", with 32 bits.  ERAS makes every day that an int64_t of microseconds has positive. */
#define ERA_DAYS 146097 /* of 400 years */
#define ERAS 735
_Static_assert(INT64_MIN / CLOCK_DAY + 719468 + (int64_t)ERAS * ERA_DAYS > 0, "the first day is positive");
_Static_assert(4 * (INT64_MAX / CLOCK_DAY + 719468 + (int64_t)ERAS * ERA_DAYS) + 3 < UINT32_MAX, "the last day fits");

static inline void date_of(int64_t days, struct clock_civil *c)
{
  uint32_t of_eras = 4 * (uint32_t)(days + 719468 + (int64_t)ERAS * ERA_DAYS) + 3, century = of_eras / ERA_DAYS;
  uint64_t years = UINT64_C(2939745) * (of_eras % ERA_DAYS | 3);
  uint32_t day_of_year = (uint32_t)years / 2939745 / 4, months = 2141 * day_of_year + 197913;
  bool next = day_of_year >= 306; /* January and February belong to the year before, which begins in March */
  c->year = (int)(100 * century + (uint32_t)(years >> 32) + next) - 400 * ERAS;
  c->month = (int)(months >> 16) - (next ? 12 : 0);
  c->day = (int)((months & 0xffff) / 2141) + 1;
}

struct clock_civil clock_split(int64_t us)
{
  int64_t days = floor_div(us, CLOCK_DAY), rest = us % CLOCK_DAY;
  rest += rest < 0 ? CLOCK_DAY : 0;
  uint32_t seconds = (uint32_t)((uint64_t)rest / CLOCK_SECOND);
  struct clock_civil c;
  date_of(days, &c);
  c.hour = (int)(seconds / 3600);
  c.minute = (int)(seconds / 60 % 60);
  c.second = (int)(seconds % 60);
  c.micros = (int)(rest - seconds * CLOCK_SECOND);
  c.weekday = (int)((uint32_t)(days + 4 + (int64_t)ERAS * ERA_DAYS) % 7); /* ERA_DAYS is a multiple of 7 */
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

static inline void two_put(char *at, int v)
{
  at[0] = (char)('0' + v / 10);
  at[1] = (char)('0' + v % 10);
}

size_t clock_iso(char *out, int64_t us, int digits)
{
  struct clock_civil c = clock_split(us);
  int year = c.year < 0 ? 0 : c.year > 9999 ? 9999 : c.year;
  char *at = out + sizeof "0000-00-00T00:00:00" - 1;
  memcpy(out, "0000-00-00T00:00:00", sizeof "0000-00-00T00:00:00");
  two_put(out, year / 100);
  two_put(out + 2, year % 100);
  two_put(out + 5, c.month);
  two_put(out + 8, c.day);
  two_put(out + 11, c.hour);
  two_put(out + 14, c.minute);
  two_put(out + 17, c.second);
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
