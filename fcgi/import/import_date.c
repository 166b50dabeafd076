#include "import/import_date.h"

#include <string.h>
#include <strings.h>

#define YEAR_FIRST 1970
#define YEAR_LAST 2199
#define TEXT_MOST 100

struct reading {
  struct span rest;
  struct clock_civil c;
  int64_t zone_us; /* east of UTC */
  bool year, month, day, time;
};

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t run(struct span s, bool (*in)(char c))
{
  size_t n = 0;
  while (n < s.n && in(s.p[n]))
    n++;
  return n;
}

static int number(struct span s)
{
  int v = 0;
  for (size_t i = 0; i < s.n && i < 9; i++)
    v = v * 10 + (s.p[i] - '0');
  return v;
}

/* Exactly n digits. */
static bool digits_take(struct span *s, size_t n, int *v)
{
  if (run(*s, is_digit) < n)
    return false;
  *v = number(span_head(*s, n));
  *s = span_from(*s, n);
  return true;
}

static bool char_take(struct span *s, const char *any)
{
  if (!s->n || !s->p[0] || !strchr(any, s->p[0]))
    return false;
  *s = span_from(*s, 1);
  return true;
}

/* ---- times and zones */

/* "12:34", "12:34:56.789", with 1 or 2 digits for the hour. */
static bool time_take(struct reading *r)
{
  struct span s = r->rest;
  int hour, minute, second = 0;
  size_t n = run(s, is_digit);
  if (n < 1 || n > 2 || !digits_take(&s, n, &hour) || !char_take(&s, ":") || !digits_take(&s, 2, &minute))
    return false;
  if (char_take(&s, ":")) {
    if (!digits_take(&s, 2, &second))
      return false;
    if (char_take(&s, ".,"))
      s = span_from(s, run(s, is_digit));
  }
  r->c.hour = hour;
  r->c.minute = minute;
  r->c.second = second;
  r->rest = s;
  return r->time = true;
}

/* "+02:00", "-0700", "+01" */
static bool offset_take(struct reading *r)
{
  struct span s = r->rest;
  int hours, minutes = 0;
  bool west = s.n && s.p[0] == '-';
  if (!char_take(&s, "+-") || !digits_take(&s, 2, &hours))
    return false;
  (void)char_take(&s, ":");
  if (run(s, is_digit) >= 2 && !digits_take(&s, 2, &minutes))
    return false;
  if (hours > 14 || minutes > 59)
    return false;
  r->zone_us = (west ? -1 : 1) * (hours * CLOCK_HOUR + minutes * CLOCK_MINUTE);
  r->rest = s;
  return true;
}

static bool word_is(struct span word, const char *name)
{
  return word.n == strlen(name) && strncasecmp(word.p, name, word.n) == 0;
}

/* The zones of RFC 822, and those of Europe that feeds use.  Single letters but Z mean nothing (RFC 2822 section 4.3). */
static bool zone_word(struct reading *r, struct span word)
{
  static const struct {
    const char *name;
    int hours;
  } zones[] = {{"Z", 0},    {"UT", 0},   {"UTC", 0},  {"GMT", 0},  {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7},
               {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"WET", 0},  {"BST", 1},  {"CET", 1},  {"WEST", 1}, {"CEST", 2}, {"EET", 2},
               {"EEST", 3}, {"MSK", 3},  {"JST", 9}};
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    if (word_is(word, zones[i].name)) {
      r->zone_us = zones[i].hours * CLOCK_HOUR;
      return true;
    }
  return false;
}

/* ---- dates that begin with the year */

/* "2026-08-22", "2026/8/2", "20260822", "2026-08"; then perhaps a time and a zone. */
static bool iso_date_take(struct reading *r)
{
  struct span s = r->rest;
  if (!digits_take(&s, 4, &r->c.year))
    return false;
  bool plain = run(s, is_digit) == 4;
  if (!plain && !char_take(&s, "-/"))
    return false;
  size_t n = run(s, is_digit);
  if (!digits_take(&s, plain || n > 2 ? 2 : n, &r->c.month))
    return false;
  r->c.day = 1;
  if (plain || char_take(&s, "-/")) {
    n = run(s, is_digit);
    if (n < 1 || (!plain && n > 2) || !digits_take(&s, plain ? 2 : n, &r->c.day))
      return false;
  }
  r->rest = s;
  return true;
}

static bool iso_time_take(struct reading *r)
{
  struct span s = r->rest;
  if (run(s, is_digit) >= 4 && run(s, is_digit) != 2) { /* 123456 or 1234 */
    bool ok = digits_take(&s, 2, &r->c.hour) && digits_take(&s, 2, &r->c.minute);
    if (run(s, is_digit) >= 2)
      ok = ok && digits_take(&s, 2, &r->c.second);
    r->rest = s;
    return ok;
  }
  return time_take(r);
}

static bool iso_read(struct reading *r)
{
  if (!iso_date_take(r))
    return false;
  while (char_take(&r->rest, "Tt ,"))
    ;
  if (r->rest.n && is_digit(r->rest.p[0]) && !iso_time_take(r))
    return false;
  r->rest = span_trim(r->rest);
  struct span word = span_head(r->rest, run(r->rest, is_letter));
  if (word.n && zone_word(r, word)) {
    r->rest = span_trim(span_from(r->rest, word.n));
    return !r->rest.n;
  }
  return !r->rest.n || (offset_take(r) && (!span_trim(r->rest).n || span_trim(r->rest).p[0] == '('));
}

/* ---- dates in words */

static int month_of(struct span word)
{
  static const char *const whole[] = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};
  for (int i = 0; i < CLOCK_MONTHS; i++)
    if (word.n >= 3 && word.n <= strlen(whole[i]) && strncasecmp(word.p, whole[i], word.n) == 0)
      return i + 1;
  return 0;
}

static bool word_take(struct reading *r)
{
  static const char *const others[] = {"st", "nd", "rd", "th", "at", "of", "on", "am"};
  struct span word = span_head(r->rest, run(r->rest, is_letter));
  r->rest = span_from(r->rest, word.n);
  (void)char_take(&r->rest, ".");
  if (!r->month && month_of(word)) {
    r->c.month = month_of(word);
    return r->month = true;
  }
  if (word_is(word, "pm") && r->time) {
    r->c.hour += r->c.hour < 12 ? 12 : 0;
    return true;
  }
  if (word_is(word, "am") && r->time && r->c.hour == 12)
    r->c.hour = 0;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (word_is(word, others[i]))
      return true;
  if (r->time && zone_word(r, word))
    return true;
  return word.n >= 2 && !r->time; /* a day of the week */
}

/* A year of two digits is that of RFC 2822 section 4.3. */
static bool number_take(struct reading *r)
{
  size_t n = run(r->rest, is_digit);
  int v = number(span_head(r->rest, n));
  r->rest = span_from(r->rest, n);
  if (n <= 2 && !r->day) {
    r->c.day = v;
    return r->day = true;
  }
  if ((n != 2 && n != 4) || r->year)
    return false;
  r->c.year = n == 4 ? v : v + (v < 50 ? 2000 : 1900);
  return r->year = true;
}

/* "Sat, 22 Aug 2026 12:00:00 GMT", "August 22nd, 2026", "Saturday, 22-Aug-26 12:00:00 GMT", "Sat Aug 22 12:00:00 2026" */
static bool words_read(struct reading *r)
{
  while (r->rest.n) {
    char c = r->rest.p[0];
    if (c == '(')
      break; /* a comment, RFC 822 section 3.1.4 */
    if (r->time && (c == '+' || c == '-')) {
      if (!offset_take(r))
        return false;
    } else if (char_take(&r->rest, " \t,-"))
      continue;
    else if (is_letter(c)) {
      if (!word_take(r))
        return false;
    } else if (!is_digit(c) || !((!r->time && time_take(r)) || number_take(r)))
      return false;
  }
  return r->year && r->month && r->day;
}

/* ---- */

/* Seconds or milliseconds since 1970. */
static bool epoch_read(struct span s, int64_t *us)
{
  if (run(s, is_digit) != s.n || (s.n != 10 && s.n != 13))
    return false;
  int64_t v = 0;
  for (size_t i = 0; i < s.n; i++)
    v = v * 10 + (s.p[i] - '0');
  *us = v * (s.n == 10 ? CLOCK_SECOND : 1000);
  return true;
}

bool import_date_read(struct span text, int64_t *us)
{
  struct span s = span_trim(text);
  struct reading r = {.rest = s};
  *us = CLOCK_NEVER;
  if (!s.n || s.n > TEXT_MOST)
    return false;
  bool year_first = run(s, is_digit) == 4 || (run(s, is_digit) == 8 && (s.n == 8 || (s.p[8] | 0x20) == 't'));
  if (run(s, is_digit) == s.n && s.n == 14) { /* 20260822120000 */
    struct span rest = s;
    if (!digits_take(&rest, 4, &r.c.year) || !digits_take(&rest, 2, &r.c.month) || !digits_take(&rest, 2, &r.c.day) ||
        !digits_take(&rest, 2, &r.c.hour) || !digits_take(&rest, 2, &r.c.minute) || !digits_take(&rest, 2, &r.c.second))
      return false;
  } else if (epoch_read(s, us))
    return true;
  else if (year_first ? !iso_read(&r) : !words_read(&r))
    return false;
  r.c.second = r.c.second == 60 ? 59 : r.c.second; /* a leap second */
  if (r.c.year < YEAR_FIRST || r.c.year > YEAR_LAST || !clock_join_civil(r.c, us)) {
    *us = CLOCK_NEVER;
    return false;
  }
  *us -= r.zone_us;
  return true;
}
