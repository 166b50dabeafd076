#include "model/score.h"

#include "base/messages.h"

#include <stdlib.h>

int score_tenths(uint32_t n90, uint32_t s30, uint32_t median2)
{
  uint64_t n = n90 > 1000000 ? 1000000 : n90, s = s30 > 1000000 ? 1000000 : s30;
  uint64_t m2 = median2 < 2 ? 2 : median2 > 2000000 ? 2000000 : median2;
  uint64_t over = (2 * n + m2) * (s + 4);
  uint64_t hundreds = 10 * (20 * n * (s + 4) + 10 * m2 * s); /* velocity * 10 * over */
  return (int)((2 * hundreds + over) / (2 * over));
}

enum band score_band(int tenths)
{
#define BAND_TEST(name, label, from, to)                                                                                \
  if (tenths < (to))                                                                                                   \
    return BAND_##name;
  BAND_LIST(BAND_TEST)
#undef BAND_TEST
  return BAND_SURGING;
}

struct span band_name(enum band b)
{
#define BAND_NAME(name, label, from, to) label,
  static const char *const names[] = {BAND_LIST(BAND_NAME)};
#undef BAND_NAME
  return message_of(names[b]); /* templates have these messages */
}

static int count_cmp(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

uint32_t score_median2(uint32_t *counts, size_t n)
{
  if (n == 0)
    return 0;
  qsort(counts, n, sizeof *counts, count_cmp);
  return counts[(n - 1) / 2] + counts[n / 2];
}

size_t score_text(char out[8], int tenths)
{
  unsigned whole = (unsigned)tenths / 10 % 100;
  size_t n = 0;
  if (whole >= 10)
    out[n++] = (char)('0' + whole / 10);
  out[n++] = (char)('0' + whole % 10);
  out[n++] = '.';
  out[n++] = (char)('0' + (unsigned)tenths % 10);
  out[n] = 0;
  return n;
}
