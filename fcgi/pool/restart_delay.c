#include "pool/restart_delay.h"

#include "base/clock.h"

int64_t restart_delay_us(unsigned failures)
{
  int64_t us = 50 * INT64_C(1000);
  for (unsigned i = 1; i < failures && us < 2 * CLOCK_SECOND; i++)
    us *= 2;
  return us < 2 * CLOCK_SECOND ? us : 2 * CLOCK_SECOND;
}
