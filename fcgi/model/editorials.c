#include "model/editorials.h"

#include "base/format.h"

_Static_assert((int)PREDICTION_FAILED <= (int)BRIEF_STATE, "a state fits its bits");

uint64_t editorial_brief(int64_t published_us, enum prediction_state state, bool predicts)
{
  uint64_t brief = (uint64_t)state | (predicts ? BRIEF_PREDICTS : 0);
  if (published_us == CLOCK_NEVER)
    return brief;
  int64_t s = published_us / CLOCK_SECOND - (published_us % CLOCK_SECOND < 0) - EDITORIAL_EPOCH_S;
  return s > 0 && s < EDITORIAL_SECONDS_MOST ? (uint64_t)s << BRIEF_SECONDS | brief : brief;
}

bool editorial_brief_valid(uint64_t brief)
{
  return (brief & 0xff & ~(uint64_t)(BRIEF_STATE | BRIEF_PREDICTS)) == 0 && (brief & BRIEF_STATE) <= (uint64_t)PREDICTION_FAILED &&
         brief >> BRIEF_SECONDS < (uint64_t)EDITORIAL_SECONDS_MOST;
}

int64_t editorial_brief_us(uint64_t brief)
{
  int64_t s = editorial_brief_seconds(brief);
  return s ? (s + EDITORIAL_EPOCH_S) * CLOCK_SECOND : CLOCK_NEVER;
}

static int64_t day_of(uint64_t brief)
{
  return editorial_brief_seconds(brief) / (CLOCK_DAY / CLOCK_SECOND);
}

size_t editorial_date(const struct facts *f, uint32_t i, char *out)
{
  uint32_t nth = 1;
  out[0] = 0;
  if (i >= f->n_editorials || !editorial_brief_seconds(f->editorials[i]))
    return 0;
  for (uint32_t k = i + 1; k < f->n_editorials && day_of(f->editorials[k]) == day_of(f->editorials[i]); k++)
    nth++;
  struct clock_civil c = clock_split(editorial_brief_us(f->editorials[i]));
  size_t n = format_print(out, EDITORIAL_DATE_MAX, "%04d-%02d-%02d", c.year, c.month, c.day);
  return nth == 1 ? n : n + format_print(out + n, EDITORIAL_DATE_MAX - n, "-%u", nth);
}

uint32_t editorial_find(const struct facts *f, struct span date)
{
  char text[EDITORIAL_DATE_MAX];
  for (uint32_t i = 0; i < f->n_editorials; i++) {
    size_t n = editorial_date(f, i, text);
    if (n && span_eq(span_of(text, n), date))
      return i;
  }
  return f->n_editorials;
}
