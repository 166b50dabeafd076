/* What workers tell each other about versions.
 *
 * Raised: a small table by product id.  A worker that read a newer version than the catalog's enters
 * it; whoever asks gets the higher one.  An entry counts until the record has caught up, or until the
 * watcher has confirmed the catalog RAISE_SETTLE_US after the entry was made: then the record is right
 * and the entry is of a history that a restore undid.  When a set is full its oldest entry gives way.
 *
 * Stored: per ordinal, the last version whose fragments are known to be in the cache; a hint.
 *
 * When the change log stepped back or is another one, both are forgotten with the publication.
 *
 * Both are written by many processes without order.  A raise carries a check word, so a torn one reads
 * as none; a torn stored version names a fragment that does not exist and is simply never found. */
#include "content/catalog_private.h"

#define RAISE_SETTLE_US (10 * CLOCK_SECOND)

static uint64_t raise_check(uint64_t id, uint64_t rev, uint64_t hash, int64_t at_us)
{
  return catalog_hash_id(catalog_hash_id(catalog_hash_id(id + 1) ^ rev) ^ hash) ^ (uint64_t)at_us;
}

struct raised {
  uint64_t id;
  struct version version;
  int64_t at_us;
};

static bool raise_load(const struct catalog_raise *e, struct raised *out)
{
  uint64_t check = atomic_load_explicit(&e->check, memory_order_acquire);
  out->id = atomic_load_explicit(&e->id, memory_order_relaxed);
  out->version.rev = atomic_load_explicit(&e->rev, memory_order_relaxed);
  out->version.hash = atomic_load_explicit(&e->hash, memory_order_relaxed);
  out->at_us = atomic_load_explicit(&e->at_us, memory_order_relaxed);
  return check && check == raise_check(out->id, out->version.rev, out->version.hash, out->at_us);
}

static void raise_store(struct catalog_raise *e, const struct raised *r)
{
  atomic_store_explicit(&e->check, 0, memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
  atomic_store_explicit(&e->id, r->id, memory_order_relaxed);
  atomic_store_explicit(&e->rev, r->version.rev, memory_order_relaxed);
  atomic_store_explicit(&e->hash, r->version.hash, memory_order_relaxed);
  atomic_store_explicit(&e->at_us, r->at_us, memory_order_relaxed);
  atomic_store_explicit(&e->check, raise_check(r->id, r->version.rev, r->version.hash, r->at_us), memory_order_release);
}

static bool raise_settled(const struct catalog *c, int64_t at_us)
{
  int64_t confirmed = atomic_load_explicit(&c->confirmed_us, memory_order_relaxed);
  return confirmed != CLOCK_NEVER && confirmed - RAISE_SETTLE_US > at_us;
}

static struct catalog_raise *raise_set(const struct catalog *c, uint64_t id)
{
  return (struct catalog_raise *)(uintptr_t)c->raises[catalog_hash_id(id) % CATALOG_RAISE_SETS];
}

/* The living entry of id, or NULL; *free is the entry that a new one may take. */
static struct catalog_raise *raise_find(const struct catalog *c, uint64_t id, struct raised *out,
                                        struct catalog_raise **free)
{
  struct catalog_raise *set = raise_set(c, id);
  int64_t oldest = INT64_MAX;
  *free = set;
  for (int i = 0; i < CATALOG_RAISE_WAYS; i++) {
    bool living = raise_load(&set[i], out) && !raise_settled(c, out->at_us);
    if (living && out->id == id)
      return &set[i];
    if (!living)
      out->at_us = INT64_MIN;
    if (out->at_us < oldest) {
      oldest = out->at_us;
      *free = &set[i];
    }
  }
  return NULL;
}

void catalog_raise(const struct catalog_pin *pin, uint32_t ordinal, struct version v)
{
  struct catalog_record r;
  struct catalog_raise *slot;
  struct raised old;
  if (!catalog_record_read(pin, ordinal, &r) || v.rev <= r.rev)
    return;
  struct catalog_raise *e = raise_find(pin->catalog, r.id, &old, &slot);
  if (e && old.version.rev >= v.rev)
    return;
  raise_store(e ? e : slot, &(struct raised){r.id, v, clock_now_us()});
  atomic_fetch_add(&((struct catalog *)(uintptr_t)pin->catalog)->raised, 1);
}

uint64_t catalog_raises(const struct catalog *c)
{
  return atomic_load(&c->raised);
}

struct version catalog_raised(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct catalog_record r;
  struct catalog_raise *slot;
  struct raised old;
  if (!catalog_record_read(pin, ordinal, &r))
    return (struct version){0, 0};
  if (raise_find(pin->catalog, r.id, &old, &slot) && old.version.rev > r.rev)
    return old.version;
  return (struct version){r.rev, r.hash};
}

void catalog_stored(const struct catalog_pin *pin, uint32_t ordinal, struct version v)
{
  if (ordinal >= pin->products)
    return;
  struct catalog_stored_version *s = catalog_stored_array(pin->catalog, pin->half) + ordinal;
  if (atomic_load_explicit(&s->rev, memory_order_relaxed) == v.rev &&
      atomic_load_explicit(&s->hash, memory_order_relaxed) == v.hash)
    return;
  atomic_store_explicit(&s->rev, v.rev, memory_order_relaxed);
  atomic_store_explicit(&s->hash, v.hash, memory_order_relaxed);
}

struct version catalog_last_stored(const struct catalog_pin *pin, uint32_t ordinal)
{
  if (ordinal >= pin->products)
    return (struct version){0, 0};
  struct catalog_stored_version *s = catalog_stored_array(pin->catalog, pin->half) + ordinal;
  return (struct version){atomic_load_explicit(&s->rev, memory_order_relaxed),
                          atomic_load_explicit(&s->hash, memory_order_relaxed)};
}

void catalog_versions_forget(struct catalog *c, const void *half, uint32_t products)
{
  struct catalog_stored_version *stored = catalog_stored_array(c, half);
  for (int i = 0; i < CATALOG_RAISE_SETS; i++)
    for (int k = 0; k < CATALOG_RAISE_WAYS; k++)
      if (atomic_load_explicit(&c->raises[i][k].check, memory_order_relaxed))
        atomic_store_explicit(&c->raises[i][k].check, 0, memory_order_relaxed);
  for (uint32_t i = 0; i < products; i++)
    if (atomic_load_explicit(&stored[i].rev, memory_order_relaxed))
      atomic_store_explicit(&stored[i].rev, 0, memory_order_relaxed);
}
