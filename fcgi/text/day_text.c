#include "text/day_text.h"

#include "base/clock.h"
#include "base/messages.h"

struct span day_text_month(int month)
{
  static const char *const months[] = {N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
                                       N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")};
  return message_of(months[month - 1]);
}

struct span day_text_month_short(int month)
{
  static const char *const months[] = {N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
                                       N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")};
  return message_of(months[month - 1]);
}

static struct span year_of(struct arena *a, const struct clock_civil *c)
{
  return arena_uint(a, c->year < 0 ? 0 : (unsigned)c->year, 1);
}

struct span day_text_long(struct arena *a, int64_t us)
{
  struct clock_civil c = clock_split(us);
  /* TRANSLATORS: day, month and year.  The form for 1 is that of the first day of a month. */
  return SAY(a, PLURAL("%1$s %2$s %3$s", "%1$s %2$s %3$s", (unsigned)c.day), arena_uint(a, (unsigned)c.day, 1),
             day_text_month(c.month), year_of(a, &c));
}

struct span day_text_short(struct arena *a, int64_t us)
{
  struct clock_civil c = clock_split(us);
  char day[CLOCK_ISO_MAX];
  if (!messages_generation)
    return arena_copy(a, span_of(day, clock_day(day, us)));
  /* TRANSLATORS: day, short month and year */
  return SAY(a, C_("short day", "%1$s %2$s %3$s"), arena_uint(a, (unsigned)c.day, 1), day_text_month_short(c.month),
             year_of(a, &c));
}

static struct span day_with_minute(struct arena *a, struct span day, int64_t us)
{
  struct clock_civil c = clock_split(us);
  /* TRANSLATORS: day, hour and minute */
  return SAY(a, _("%1$s, %2$s:%3$s UTC"), day, arena_uint(a, (unsigned)c.hour, 2), arena_uint(a, (unsigned)c.minute, 2));
}

struct span day_text_hour(struct arena *a, int64_t us)
{
  return day_with_minute(a, day_text_long(a, us), us);
}

struct span day_text_minute(struct arena *a, int64_t us)
{
  return day_with_minute(a, day_text_short(a, us), us);
}

struct span day_text_of_month(struct arena *a, int month, struct span year)
{
  /* TRANSLATORS: month and year */
  return SAY(a, C_("month", "%1$s %2$s"), day_text_month(month), year);
}
