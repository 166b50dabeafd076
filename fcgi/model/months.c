#include "model/months.h"

#include <string.h>

int32_t months_of(int64_t us)
{
  struct clock_civil c = clock_split(us);
  return c.year * 12 + c.month - 1;
}

void months_count(const struct moves_count *moves, size_t n, struct months *out)
{
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < n; i++) {
    int32_t month = months_of(moves_slot_us(moves[i].slot));
    if (i == 0)
      out->last = month;
    int32_t at = out->last - month;
    if (moves[i].event || at < 0 || at >= MONTHS_SHOWN)
      continue;
    uint32_t sum = out->counts[at] + moves[i].n;
    out->counts[at] = sum < UINT16_MAX ? (uint16_t)sum : UINT16_MAX;
  }
}

uint32_t months_get(const struct months *m, int32_t month)
{
  int32_t at = m->last - month;
  return at >= 0 && at < MONTHS_SHOWN ? m->counts[at] : 0;
}
