/* The shared region, which the master maps before it forks, and its control words.
 * The mapping is anonymous and not reserved: a page costs memory only once it is written, so a generous size costs
 * nothing until it is used.
 *
 * The watcher's state has two copies.  The watcher writes the copy that is not current and then makes it current.  A
 * reader retries a bounded number of times when the state changed while it read.  A watcher that dies in a write blocks
 * nobody. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "catalog/catalog_layout.h"

#define BYTES_LEAST ((size_t)8 << 20)
#define BYTES_MOST ((size_t)16 << 30)
#define PRODUCT_BYTES 352 /* of a product with a short name and without texts, its index and its share of the tables */
#define STATE_TRIES 1000
#define PIN_TRIES 1000

static size_t bytes_default(void)
{
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  size_t quarter = pages > 0 && size > 0 ? (size_t)pages * (size_t)size / 4 : BYTES_LEAST;
  return quarter > BYTES_MOST ? BYTES_MOST : quarter;
}

static void *region_map(size_t bytes)
{
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

static void region_init(struct catalog *c, size_t bytes)
{
  c->bytes = bytes;
  c->half_bytes = (bytes - CATALOG_HEADER) / 2 & ~(size_t)65535;
  c->grace_us = CATALOG_GRACE_S * CLOCK_SECOND;
  size_t ordinals = c->half_bytes / PRODUCT_BYTES;
  c->max_ordinals = ordinals < CATALOG_ORDINALS_MAX ? (uint32_t)ordinals : CATALOG_ORDINALS_MAX;
  atomic_store(&c->confirmed_us, CLOCK_NEVER);
  for (int i = 0; i < 2; i++) {
    c->state[i].confirmed_us = c->state[i].sweep_us = CLOCK_NEVER;
    atomic_store(&c->control[i].ring, CATALOG_RING);
    atomic_store(&c->control[i].clean, 1);
  }
}

struct catalog *catalog_create(size_t bytes)
{
  size_t want = bytes ? bytes : bytes_default();
  if (want < BYTES_LEAST)
    want = BYTES_LEAST;
  void *p = region_map(want);
  while (!p && bytes == 0 && want / 2 >= BYTES_LEAST)
    p = region_map(want /= 2);
  if (!p) {
    log_error("catalog: cannot map %zu bytes of shared memory: lower catalog_bytes or free memory", want);
    return NULL;
  }
  region_init(p, want);
  return p;
}

void catalog_destroy(struct catalog **c)
{
  if (*c)
    munmap(*c, (*c)->bytes);
  *c = NULL;
}

bool catalog_pin_current(const struct catalog *c, struct catalog_pin *pin)
{
  for (int i = 0; i < PIN_TRIES; i++) {
    uint64_t live = atomic_load_explicit(&c->live, memory_order_acquire), step = live >> 1;
    if (live == 0)
      return false;
    const char *half = catalog_half(c, live & 1);
    const struct catalog_snapshot *b = (const struct catalog_snapshot *)half + step % CATALOG_SNAPSHOTS;
    *pin = (struct catalog_pin){c, half, b, __atomic_load_n(&b->publication, __ATOMIC_RELAXED),
                                __atomic_load_n(&b->products, __ATOMIC_RELAXED),
                                __atomic_load_n(&b->window_us, __ATOMIC_RELAXED), step};
    if (pin->products > c->max_ordinals)
      pin->products = c->max_ordinals;
    if (catalog_pin_valid(pin) && __atomic_load_n(&b->step, __ATOMIC_RELAXED) == step)
      return true;
  }
  return false;
}

bool catalog_pin_valid(const struct catalog_pin *pin)
{
  const struct catalog *c = pin->catalog;
  const struct catalog_control *k = &c->control[(const char *)pin->half == catalog_half(c, 1)];
  atomic_thread_fence(memory_order_acquire);
  /* Acquire: a reader that sees a value of `building` also sees the ring and the first step that belong to it. */
  uint64_t building = atomic_load_explicit(&k->building, memory_order_acquire);
  uint64_t first = atomic_load_explicit(&k->first, memory_order_acquire);
  uint64_t ring = atomic_load_explicit(&k->ring, memory_order_acquire);
  return building != UINT64_MAX && pin->step >= first && pin->step + ring > building;
}

uint64_t catalog_publication(const struct catalog *c)
{
  struct catalog_pin pin;
  return catalog_pin_current(c, &pin) ? pin.publication : 0;
}

bool catalog_confirmed_within(const struct catalog_state *state, int64_t us)
{
  return state->confirmed_us != CLOCK_NEVER && clock_now_us() - state->confirmed_us <= us;
}

void catalog_state_get(const struct catalog *c, struct catalog_state *out)
{
  for (int i = 0; i < STATE_TRIES; i++) {
    uint64_t seq = atomic_load_explicit(&c->state_seq, memory_order_acquire);
    memcpy(out, &c->state[seq & 1], sizeof *out);
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&c->state_seq, memory_order_relaxed) == seq)
      break;
  }
  out->incarnation[sizeof out->incarnation - 1] = '\0';
  out->trouble[sizeof out->trouble - 1] = '\0';
}
