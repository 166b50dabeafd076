#include "base/amount.h"

#include <stdio.h>

#include "base/clock.h"

void amount_age(char *out, int64_t us)
{
  long long s = us > 0 ? (long long)(us / CLOCK_SECOND) : 0;
  if (s < 60)
    snprintf(out, AMOUNT_MAX, "%llds", s);
  else if (s < 3600)
    snprintf(out, AMOUNT_MAX, "%lldm%02llds", s / 60, s % 60);
  else if (s < 86400)
    snprintf(out, AMOUNT_MAX, "%lldh%02lldm", s / 3600, s / 60 % 60);
  else
    snprintf(out, AMOUNT_MAX, "%lldd%02lldh", s / 86400, s / 3600 % 24);
}

/* 999.95 would be written as 1000.0. */
void amount_bytes(char *out, int64_t bytes)
{
  static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
  double v = (double)bytes / 1000;
  int i = 0;
  while (v >= (i ? 999.95 : 999.5) && i < 4) {
    v /= 1000;
    i++;
  }
  if (bytes < 0)
    snprintf(out, AMOUNT_MAX, "-");
  else if (i == 0)
    snprintf(out, AMOUNT_MAX, "%.0f kB", v);
  else
    snprintf(out, AMOUNT_MAX, "%.1f %s", v, units[i]);
}

void amount_rate(char *out, double v)
{
  if (v < 0.05)
    snprintf(out, AMOUNT_MAX, "0");
  else if (v < 99.95)
    snprintf(out, AMOUNT_MAX, "%.1f", v);
  else if (v < 999.5)
    snprintf(out, AMOUNT_MAX, "%.0f", v);
  else if (v < 9999.5)
    snprintf(out, AMOUNT_MAX, "%d,%03d", (int)(v + 0.5) / 1000, (int)(v + 0.5) % 1000);
  else if (v < 999950)
    snprintf(out, AMOUNT_MAX, "%.1fk", v / 1000);
  else
    snprintf(out, AMOUNT_MAX, "%.1fM", v / 1000000);
}
