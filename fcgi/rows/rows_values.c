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

/* The finalizer of MurmurHash3 over a running sum: every bit of both reaches every bit out. */
uint64_t rows_hash(uint64_t hash, uint64_t value)
{
  uint64_t x = hash * UINT64_C(0x9fb21c651e98df25) + value + UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
  x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
  return x ^ (x >> 33);
}

uint64_t rows_hash_span(uint64_t hash, struct span s)
{
  hash = rows_hash(hash, s.n);
  for (size_t i = 0; i < s.n; i += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8 && i + k < s.n; k++)
      word |= (uint64_t)(unsigned char)s.p[i + k] << (8 * k);
    hash = rows_hash(hash, word);
  }
  return hash;
}
