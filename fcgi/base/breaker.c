#include "base/breaker.h"

#include "base/clock.h"

bool breaker_allows(struct breaker *b, int64_t hold_us)
{
  int64_t until = atomic_load_explicit(&b->open_until_us, memory_order_relaxed);
  int64_t now = clock_mono_us();
  if (until == 0)
    return true;
  if (now < until)
    return false;
  /* Half open: the caller that moves open_until_us may try; the others wait for another hold time. */
  return atomic_compare_exchange_strong(&b->open_until_us, &until, now + hold_us);
}

/* Checks both fields.  A success may come between the two stores of a failure and leave open_until_us set
 * while failures is 0; without the second check the breaker would never close. */
void breaker_succeeded(struct breaker *b)
{
  if (atomic_load_explicit(&b->failures, memory_order_relaxed) == 0 && breaker_closed(b))
    return;
  atomic_store(&b->failures, 0);
  atomic_store(&b->open_until_us, 0);
}

void breaker_failed(struct breaker *b, int64_t hold_us)
{
  int64_t now = clock_mono_us();
  atomic_fetch_add(&b->failures, 1);
  atomic_store(&b->failed_us, now);
  atomic_store(&b->open_until_us, now + hold_us);
}

void breaker_struck(struct breaker *b, int64_t hold_us)
{
  if (atomic_load(&b->failures) > 0 || !breaker_closed(b))
    breaker_failed(b, hold_us);
  else {
    atomic_fetch_add(&b->failures, 1);
    atomic_store(&b->failed_us, clock_mono_us());
  }
}

bool breaker_closed(const struct breaker *b)
{
  return atomic_load_explicit(&b->open_until_us, memory_order_relaxed) == 0;
}
