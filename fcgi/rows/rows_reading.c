#include "rows/rows_reading.h"

#include "base/hash.h"
#include "base/must.h"

struct product *rows_reading_find(const struct rows_reading *r, uint64_t id)
{
  size_t low = 0, high = r->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (r->products[middle].facts.id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low < r->n && r->products[low].facts.id == id ? &r->products[low] : NULL;
}

void rows_reading_mix(struct rows_reading *r, const struct product *p, uint64_t value)
{
  MUST(p >= r->products && p < r->products + r->n, "a hash of a product that this reading does not have");
  uint64_t *hash = &r->hashes[p - r->products];
  *hash = hash_mix(*hash, value);
}

void rows_reading_due(struct facts *f, int64_t us)
{
  if (us != CLOCK_NEVER && us < f->next_due_us)
    f->next_due_us = us;
}
