#include "catalog/catalog_copy.h"

#include <sys/mman.h>

#include "base/log.h"
#include "catalog/catalog_layout.h"
#include "catalog/catalog_private.h"

#define COPY_TRIES 5 /* the original may change while it is copied */

static struct catalog *region_new(const struct catalog *c)
{
  struct catalog *to =
      mmap(NULL, c->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (to == MAP_FAILED) {
    log_error("catalog: cannot map %zu bytes for a preview: lower catalog_bytes or free memory", c->bytes);
    return NULL;
  }
  to->bytes = c->bytes;
  to->half_bytes = c->half_bytes;
  to->grace_us = c->grace_us;
  to->max_ordinals = c->max_ordinals;
  for (int i = 0; i < 2; i++) {
    to->state[i].confirmed_us = to->state[i].sweep_us = CLOCK_NEVER;
    atomic_store(&to->control[i].ring, CATALOG_RING);
    atomic_store(&to->control[i].clean, 1);
  }
  atomic_store(&to->confirmed_us, CLOCK_NEVER);
  return to;
}

/* Bytes [from, end) of a half; false: they do not lie in it. */
static bool part_copy(const struct catalog *c, char *to, const char *half, size_t from, size_t end)
{
  if (from > end || end > c->half_bytes)
    return false;
  memcpy(to + from, half + from, end - from);
  return true;
}

/* Copies the publication of the pin into half 0.  false: it is damaged, or was overwritten meanwhile. */
static bool publication_copy(const struct catalog_pin *pin, struct catalog *to)
{
  const struct catalog *c = pin->catalog;
  const char *half = pin->half;
  char *into = catalog_half(to, 0);
  struct catalog_snapshot s = *(const struct catalog_snapshot *)pin->snapshot;
  size_t tables_end = (size_t)((const char *)catalog_stored_array(c, half) - half);
  if (!part_copy(c, into, half, (size_t)catalog_heap_start() * 8, (size_t)s.heap_top * 8) ||
      !part_copy(c, into, half, (size_t)s.tables_low * 8, tables_end) || s.step != pin->step || !catalog_pin_valid(pin))
    return false;
  ((struct catalog_snapshot *)into)[s.step % CATALOG_SNAPSHOTS] = s;
  uint32_t ring = atomic_load(&c->control[half == catalog_half(c, 1)].ring);
  atomic_store(&to->control[0].ring, ring);
  atomic_store(&to->control[0].building, s.step);
  atomic_store(&to->control[0].first, s.step);
  atomic_store(&to->control[0].clean, 0);
  atomic_store(&to->live, s.step << 1);
  return true;
}

struct catalog *catalog_copy(const struct catalog *c)
{
  struct catalog_pin pin;
  struct catalog *to = catalog_publication(c) ? region_new(c) : NULL;
  for (int i = 0; to && i < COPY_TRIES; i++)
    if (catalog_pin_current(c, &pin) && publication_copy(&pin, to))
      return to;
  catalog_destroy(&to);
  return NULL;
}
