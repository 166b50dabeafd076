#include "model/moves.h"

int64_t moves_slot(int64_t us)
{
  int64_t hour_us = clock_hour_floor(us);
  return moves_slot_hour(hour_us) + (us > hour_us);
}

struct moves_windows moves_windows_at(const struct moves_count *v, size_t n, int64_t end_us)
{
  struct moves_windows out = {0};
  int64_t end = moves_slot_hour(end_us), from90 = moves_slot_hour(end_us - SCORE_CADENCE_DAYS * CLOCK_DAY),
          from30 = moves_slot_hour(end_us - SCORE_SPARK_DAYS * CLOCK_DAY);
  for (size_t i = 0; i < n && v[i].slot > from90; i++) {
    if (v[i].slot > end)
      continue;
    out.n90 += v[i].event ? 0 : v[i].n;
    out.s30 += v[i].class == CLASS_SPARK && v[i].slot > from30 ? v[i].n : 0;
  }
  return out;
}

int64_t moves_month(int64_t us, int months)
{
  struct clock_civil c = clock_split(us);
  int month = c.year * 12 + c.month - 1 + months;
  return clock_join(month / 12, month % 12 + 1, 1, 0, 0, 0);
}

void moves_month_ends(int64_t window_us, int64_t ends[SCORE_MONTHS])
{
  for (int i = 0; i < SCORE_MONTHS; i++)
    ends[i] = moves_month(window_us, i + 1 - SCORE_MONTHS) - CLOCK_HOUR;
}

int64_t moves_from(int64_t window_us)
{
  return moves_month(window_us, -SCORE_MONTHS) - CLOCK_HOUR - SCORE_CADENCE_DAYS * CLOCK_DAY;
}
