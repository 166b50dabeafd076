/* A stable sort by 64-bit keys, digit by digit (LSD radix sort).  Digits that are equal in all keys cost one pass over the
 * keys, so short ranges of keys are sorted fast. */
#include "catalog/catalog_private.h"

#define DIGIT 11 /* bits */
#define DIGITS ((64 + DIGIT - 1) / DIGIT)
#define VALUES ((size_t)1 << DIGIT)

/* One pass over one digit.  false: all keys have the same digit, and nothing was written. */
static bool digit_sort(const struct catalog_keyed *from, struct catalog_keyed *to, size_t n, unsigned shift)
{
  size_t start[VALUES + 1] = {0};
  for (size_t i = 0; i < n; i++)
    start[(from[i].key >> shift & (VALUES - 1)) + 1]++;
  if (n == 0 || start[(from[0].key >> shift & (VALUES - 1)) + 1] == n)
    return false;
  for (size_t i = 1; i <= VALUES; i++)
    start[i] += start[i - 1];
  for (size_t i = 0; i < n; i++)
    to[start[from[i].key >> shift & (VALUES - 1)]++] = from[i];
  return true;
}

struct catalog_keyed *catalog_radix_sort(struct catalog_keyed *items, struct catalog_keyed *space, size_t n)
{
  uint64_t differ = 0;
  for (size_t i = 1; i < n; i++)
    differ |= items[i].key ^ items[0].key;
  for (unsigned digit = 0; digit < DIGITS; digit++)
    if (differ >> digit * DIGIT & (VALUES - 1) && digit_sort(items, space, n, digit * DIGIT)) {
      struct catalog_keyed *swap = items;
      items = space;
      space = swap;
    }
  return items;
}
