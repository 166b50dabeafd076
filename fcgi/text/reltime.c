#include "text/reltime.h"

#include <string.h>

#include "base/clock.h"
#include "base/messages.h"

/* Ages from `from` on use this unit; the last such row applies. */
static const struct unit {
  int64_t from, size;
} units[] = {{CLOCK_MINUTE, CLOCK_MINUTE}, {CLOCK_HOUR, CLOCK_HOUR}, {CLOCK_DAY, CLOCK_DAY}, {30 * CLOCK_DAY, 30 * CLOCK_DAY},
             {365 * CLOCK_DAY, 365 * CLOCK_DAY}};
#define UNITS (sizeof units / sizeof *units)

static struct span format_of(size_t unit, uint64_t count)
{
  /* TRANSLATORS: minutes, hours, days, months, years */
  switch (unit) {
  case 0: return PLURAL("%1$sm ago", "%1$sm ago", count);
  case 1: return PLURAL("%1$sh ago", "%1$sh ago", count);
  case 2: return PLURAL("%1$sd ago", "%1$sd ago", count);
  case 3: return PLURAL("%1$smo ago", "%1$smo ago", count);
  default: return PLURAL("%1$sy ago", "%1$sy ago", count);
  }
}

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

/* Writes the format with the count in the place of %1$s; a format that is too long is cut. */
static size_t text_put(char out[RELTIME_MAX], struct span format, struct span count)
{
  size_t at = span_find_span(format, SPAN("%1$s"));
  struct span parts[3] = {span_head(format, at), at < format.n ? count : SPAN(""), span_from(format, at + 4)};
  size_t n = 0;
  for (size_t i = 0; i < 3; i++) {
    size_t take = parts[i].n < RELTIME_MAX - 1 - n ? parts[i].n : RELTIME_MAX - 1 - n;
    if (take)
      memcpy(out + n, parts[i].p, take);
    n += take;
  }
  out[n] = 0;
  return n;
}

size_t reltime_label(char out[RELTIME_MAX], int64_t then_us, int64_t now_us)
{
  int64_t age = age_of(then_us, now_us);
  size_t u = unit_of(age);
  out[0] = 0;
  if (then_us == CLOCK_NEVER)
    return 0;
  if (u == UNITS)
    return text_put(out, _("just now"), SPAN(""));
  char digits[20], *at = digits + sizeof digits;
  uint64_t count = (uint64_t)(age / units[u].size), rest = count;
  do
    *--at = (char)('0' + rest % 10);
  while (rest /= 10);
  return text_put(out, format_of(u, count), span_of(at, (size_t)(digits + sizeof digits - at)));
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
