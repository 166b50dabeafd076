#include "pool/route_counts.h"

static size_t class_of(int status)
{
  return status < 300 ? 0 : status < 400 ? 1 : status < 500 ? 2 : 3;
}

static size_t bucket_of(int64_t us)
{
#define BOUND(us, le) us,
  static const int64_t bounds[] = {ROUTE_COUNTS_BOUNDS(BOUND)};
#undef BOUND
  size_t i = 0;
  while (i < ROUTE_COUNTS_BUCKETS - 1 && us > bounds[i])
    i++;
  return i;
}

void route_counts_add(struct route_counts *c, const struct route_answer *a)
{
  atomic_fetch_add_explicit(&c->answers[class_of(a->status)][bucket_of(a->us)], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&c->us, (uint64_t)a->us, memory_order_relaxed);
  atomic_fetch_add_explicit(&c->bytes, (uint64_t)a->bytes, memory_order_relaxed);
}
