#include "model/closeness.h"

static bool has_id(const uint64_t *ids, uint32_t n, uint64_t id)
{
  for (uint32_t i = 0; i < n; i++)
    if (ids[i] == id)
      return true;
  return false;
}

/* 1/n with n rounded up to a power of two. */
static uint64_t part(uint32_t bearers)
{
  uint64_t n = 1;
  while (n < bearers && n < CLOSENESS_ONE)
    n *= 2;
  return CLOSENESS_ONE / n;
}

struct closeness closeness_to(const struct closeness_terms *terms, const struct facts *other)
{
  struct closeness c = {0};
  bool besides = false;
  for (uint32_t i = 0; i < terms->n_sectors; i++) {
    const struct closeness_term *t = &terms->sectors[i];
    if (!has_id(other->sectors, other->n_sectors, t->id))
      continue;
    c.shares_sector = true;
    besides = besides || t->bearers <= CLOSENESS_SMALL;
    c.sum += part(t->bearers);
  }
  for (uint32_t i = 0; i < terms->n_themes; i++) {
    const struct closeness_term *t = &terms->themes[i];
    if (!has_id(other->themes, other->n_themes, t->id))
      continue;
    besides = true;
    c.sum += 2 * part(t->bearers);
  }
  c.close = c.shares_sector && besides;
  return c;
}
