#include "model/release_line.h"

#define NUMBERS 3 /* of a version that are compared */
#define NUMBER_MOST 1000000000000000 /* larger numbers count as this one */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Reads the numbers at the beginning of a version; those that are missing are 0.  False: it does not begin with one. */
static bool numbers_of(struct span version, uint64_t out[NUMBERS])
{
  size_t at = version.n && version.p[0] == 'v';
  if (at == version.n || !is_digit(version.p[at]))
    return false;
  for (size_t i = 0; i < NUMBERS; i++) {
    out[i] = 0;
    for (; at < version.n && is_digit(version.p[at]); at++)
      if (out[i] < NUMBER_MOST)
        out[i] = 10 * out[i] + (uint64_t)(version.p[at] - '0');
    if (at + 1 < version.n && version.p[at] == '.' && is_digit(version.p[at + 1]))
      at++;
    else
      at = version.n;
  }
  return true;
}

static int numbers_compare(const uint64_t *a, const uint64_t *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

const struct activity *release_line_higher(const struct activity *v, size_t n, const struct activity *latest)
{
  const struct activity *best = NULL;
  uint64_t line[NUMBERS], highest[NUMBERS], one[NUMBERS];
  if (!latest || !numbers_of(latest->version, line))
    return NULL;
  for (size_t i = 0; i < n; i++) {
    if (v[i].kind != ACTIVITY_RELEASE || !numbers_of(v[i].version, one) || numbers_compare(one, line, 2) <= 0)
      continue;
    if (best && numbers_compare(one, highest, NUMBERS) <= 0)
      continue;
    best = &v[i];
    for (size_t k = 0; k < NUMBERS; k++)
      highest[k] = one[k];
  }
  return best;
}
