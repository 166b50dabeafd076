#include "rows/rows_values.h"

enum product_status rows_status(struct span word)
{
  if (span_eq(word, SPAN("published")))
    return PRODUCT_PUBLISHED;
  return span_eq(word, SPAN("archived")) ? PRODUCT_ARCHIVED : PRODUCT_DRAFT;
}

enum lifecycle rows_lifecycle(struct span word)
{
  if (span_eq(word, SPAN("maintenance")))
    return LIFECYCLE_MAINTENANCE;
  return span_eq(word, SPAN("discontinued")) ? LIFECYCLE_DISCONTINUED : LIFECYCLE_ACTIVE;
}

enum activity_kind rows_kind(struct span word)
{
  if (span_eq(word, SPAN("post")))
    return ACTIVITY_POST;
  return span_eq(word, SPAN("event")) ? ACTIVITY_EVENT : ACTIVITY_RELEASE;
}

enum activity_class rows_class(struct span word)
{
  if (span_eq(word, SPAN("spark")))
    return CLASS_SPARK;
  return span_eq(word, SPAN("improvement")) ? CLASS_IMPROVEMENT : CLASS_TRIVIAL;
}

enum prediction_state rows_prediction_state(struct span word)
{
  if (span_eq(word, SPAN("came_true")))
    return PREDICTION_CAME_TRUE;
  return span_eq(word, SPAN("failed")) ? PREDICTION_FAILED : PREDICTION_OPEN;
}

static bool is_digit(struct span s, size_t i)
{
  return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

int rows_override(struct span number)
{
  struct span s = span_trim(number);
  bool minus = s.n && s.p[0] == '-';
  size_t i = minus ? 1 : 0;
  long whole = 0;
  if (!is_digit(s, i))
    return -1;
  for (; is_digit(s, i); i++)
    whole = whole < 1000 ? whole * 10 + (s.p[i] - '0') : whole;
  int tenth = 0, hundredth = 0;
  if (i < s.n && s.p[i] == '.') {
    tenth = is_digit(s, i + 1) ? s.p[i + 1] - '0' : 0;
    hundredth = is_digit(s, i + 1) && is_digit(s, i + 2) ? s.p[i + 2] - '0' : 0;
    for (i++; is_digit(s, i);)
      i++;
  }
  if (i != s.n)
    return -1;
  long tenths = whole * 10 + tenth + (hundredth >= 5);
  return minus ? 0 : tenths > 100 ? 100 : (int)tenths;
}
