/* Time.  A point in time is int64_t microseconds since 1970-01-01T00:00:00Z ("us").  Monotonic times come
 * from clock_mono_us; never compare them with real times.  CLOCK_NEVER means "no such time".  Conversions
 * use the proleptic Gregorian calendar in UTC. */
#ifndef DIPTYCH_BASE_CLOCK_H
#define DIPTYCH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define CLOCK_NEVER INT64_MIN
#define CLOCK_FOREVER INT64_MAX
#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)
#define CLOCK_ISO_MAX 40
#define CLOCK_MONTHS 12

extern const char *const clock_months[CLOCK_MONTHS]; /* "Jan" ... */

struct clock_civil {
  int year, month, day; /* 1970, 1-12, 1-31 */
  int hour, minute, second, micros;
  int weekday; /* 0 = Sunday */
};

int64_t clock_now_us(void);  /* real time */
int64_t clock_mono_us(void); /* monotonic */

struct clock_civil clock_split(int64_t us);
int64_t clock_join(int year, int month, int day, int hour, int minute, int second);

/* "22 Aug 2026" into out[CLOCK_ISO_MAX]; returns the length. */
size_t clock_day(char *out, int64_t us);
/* Ignores c.weekday.  false: there is no such day or time. */
bool clock_join_civil(struct clock_civil c, int64_t *us);

/* "2026-08-22T12:00:00Z" with `digits` (0-6) fractional digits into out[CLOCK_ISO_MAX]. */
size_t clock_iso(char *out, int64_t us, int digits);
/* Reads "YYYY-MM-DD[T ]HH:MM:SS[.ffffff][Z]" or a date alone.  false with *us = CLOCK_NEVER: another form,
 * an SQL zero date, or a date that does not exist. */
bool clock_parse(struct span s, int64_t *us);

/* The start of the full hour at or before us. */
static inline int64_t clock_hour_floor(int64_t us)
{
  int64_t r = us % CLOCK_HOUR;
  return us - (r < 0 ? r + CLOCK_HOUR : r);
}

#endif
