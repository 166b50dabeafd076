#include "text/reltime.h"

#include <string.h>

#include "base/clock.h"

/* Ages from `from` on use this unit; the last such row applies. */
static const struct unit {
  int64_t from, size;
  const char *name;
} units[] = {
    {CLOCK_MINUTE, CLOCK_MINUTE, "m"},         {CLOCK_HOUR, CLOCK_HOUR, "h"},           {CLOCK_DAY, CLOCK_DAY, "d"},
    {30 * CLOCK_DAY, 30 * CLOCK_DAY, "mo"},    {365 * CLOCK_DAY, 365 * CLOCK_DAY, "y"},
};
#define UNITS (sizeof units / sizeof *units)

/* Index of the unit, or UNITS for "just now". */
static size_t unit_of(int64_t age)
{
  size_t at = UNITS;
  for (size_t i = 0; i < UNITS; i++)
    if (age >= units[i].from)
      at = i;
  return at;
}

/* Negative: in the future.  An overflow gives -1 or INT64_MAX. */
static int64_t age_of(int64_t then_us, int64_t now_us)
{
  int64_t age;
  return __builtin_sub_overflow(now_us, then_us, &age) ? (now_us < then_us ? -1 : INT64_MAX) : age;
}

size_t reltime_label(char out[RELTIME_MAX], int64_t then_us, int64_t now_us)
{
  int64_t age = age_of(then_us, now_us);
  size_t u = unit_of(age);
  out[0] = 0;
  if (then_us == CLOCK_NEVER)
    return 0;
  if (u == UNITS)
    return (size_t)(stpcpy(out, "just now") - out);
  char digits[20], *at = digits + sizeof digits;
  uint64_t count = (uint64_t)(age / units[u].size);
  do
    *--at = (char)('0' + count % 10);
  while (count /= 10);
  size_t n = (size_t)(digits + sizeof digits - at);
  memcpy(out, at, n);
  return (size_t)(stpcpy(stpcpy(out + n, units[u].name), " ago") - out);
}

int64_t reltime_next_change(int64_t then_us, int64_t now_us)
{
  int64_t age = age_of(then_us, now_us), at;
  size_t u = unit_of(age);
  if (then_us == CLOCK_NEVER || age == INT64_MAX)
    return CLOCK_FOREVER;
  int64_t change = u == UNITS ? units[0].from : (age / units[u].size + 1) * units[u].size;
  if (u != UNITS && u + 1 < UNITS && change > units[u + 1].from)
    change = units[u + 1].from;
  return __builtin_add_overflow(then_us, change, &at) ? CLOCK_FOREVER : at;
}

int64_t reltime_began(int64_t then_us, int64_t now_us)
{
  int64_t age = age_of(then_us, now_us);
  size_t u = unit_of(age);
  if (then_us == CLOCK_NEVER || age < 0 || age == INT64_MAX)
    return CLOCK_NEVER;
  if (u == UNITS)
    return then_us;
  int64_t began = age / units[u].size * units[u].size;
  return then_us + (began > units[u].from ? began : units[u].from);
}
