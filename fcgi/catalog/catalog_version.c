/* Version floors and stored versions, which the workers share.
 *
 * Version floors are a small set-associative table by id.  A worker that read a newer version than the catalog's adds
 * an entry, and readers get the higher of both.  An entry has no effect once the record has caught up.  It expires when
 * the watcher has confirmed the catalog FLOOR_SETTLE_US after the entry was added: then the record is right, and a
 * higher floor belongs to a history that a restore undid.  A full set evicts its oldest entry.  The key of a product is
 * its id, the key of an editors' page is ~id, the key of the site's questions is ~0.
 *
 * Stored versions: per ordinal, the last version whose fragments are known to be in the cache; a hint.
 *
 * A publication clears both when the change log stepped back or is another log.
 *
 * Many processes write both tables, and any of them may die in a write.  An entry of a floor is not valid until its
 * check word matches.  A writer claims an entry by its check word, fills it and then stores the matching word.  Of two
 * writers that want the same entry, one must take another.  No writer overwrites the highest version of an id, so the
 * floor does not vanish while a higher one is written.  Of several entries of one id the highest counts.  A torn stored
 * version names a fragment that does not exist and is never found. */
#include <sched.h>

#include "catalog/catalog_private.h"

#define FLOOR_SETTLE_US (10 * CLOCK_SECOND)
#define FLOOR_TRIES 100 /* attempts to claim an entry */

struct floor_entry {
  uint64_t check; /* as read; 0: empty */
  uint64_t id;
  struct version version;
  int64_t at_us;
  bool valid; /* neither empty nor being written */
};

static uint64_t floor_check(const struct floor_entry *r)
{
  uint64_t check = catalog_hash_id(catalog_hash_id(r->id + 1) ^ r->version.rev);
  return catalog_hash_id(catalog_hash_id(check ^ r->version.hash) ^ (uint64_t)r->version.due_us) ^ (uint64_t)r->at_us;
}

static struct floor_entry floor_load(const struct catalog_floor *e)
{
  struct floor_entry r = {.check = atomic_load_explicit(&e->check, memory_order_acquire)};
  if (!r.check)
    return r;
  r.id = atomic_load_explicit(&e->id, memory_order_relaxed);
  r.version.rev = atomic_load_explicit(&e->rev, memory_order_relaxed);
  r.version.hash = atomic_load_explicit(&e->hash, memory_order_relaxed);
  r.version.due_us = atomic_load_explicit(&e->due_us, memory_order_relaxed);
  r.at_us = atomic_load_explicit(&e->at_us, memory_order_relaxed);
  r.valid = r.check == floor_check(&r);
  return r;
}

/* false: the check word is no longer `expected`, because another process changed the entry. */
static bool floor_store(struct catalog_floor *e, uint64_t expected, const struct floor_entry *r)
{
  uint64_t check = floor_check(r), claim = ~check;
  if (!atomic_compare_exchange_strong(&e->check, &expected, claim))
    return false;
  atomic_thread_fence(memory_order_release); /* a reader that sees one of the new fields also sees the claim */
  atomic_store_explicit(&e->id, r->id, memory_order_relaxed);
  atomic_store_explicit(&e->rev, r->version.rev, memory_order_relaxed);
  atomic_store_explicit(&e->hash, r->version.hash, memory_order_relaxed);
  atomic_store_explicit(&e->due_us, r->version.due_us, memory_order_relaxed);
  atomic_store_explicit(&e->at_us, r->at_us, memory_order_relaxed);
  return atomic_compare_exchange_strong(&e->check, &claim, check);
}

static bool floor_settled(const struct catalog *c, int64_t at_us)
{
  int64_t confirmed = atomic_load_explicit(&c->confirmed_us, memory_order_relaxed);
  return confirmed != CLOCK_NEVER && confirmed - FLOOR_SETTLE_US > at_us;
}

static struct catalog_floor *floor_set(const struct catalog *c, uint64_t id)
{
  return (struct catalog_floor *)(uintptr_t)c->floors[catalog_hash_id(id) % CATALOG_FLOOR_SETS];
}

/* Reads all entries of a set at one moment.  After FLOOR_TRIES attempts, entries may be of different moments. */
static void floor_set_read(const struct catalog_floor *set, struct floor_entry v[CATALOG_FLOOR_WAYS])
{
  bool changed = true;
  for (int tries = 0; changed && tries < FLOOR_TRIES; tries++) {
    changed = false;
    for (int i = 0; i < CATALOG_FLOOR_WAYS; i++)
      v[i] = floor_load(&set[i]);
    atomic_thread_fence(memory_order_acquire);
    for (int i = 0; i < CATALOG_FLOOR_WAYS; i++)
      changed |= atomic_load_explicit(&set[i].check, memory_order_relaxed) != v[i].check;
  }
}

/* Reads the set of id.  Returns the index of its highest version that has not expired; CATALOG_FLOOR_WAYS: none. */
static int floor_find(const struct catalog *c, uint64_t id, struct floor_entry v[CATALOG_FLOOR_WAYS])
{
  int best = CATALOG_FLOOR_WAYS;
  floor_set_read(floor_set(c, id), v);
  for (int i = 0; i < CATALOG_FLOOR_WAYS; i++)
    if (v[i].valid && v[i].id == id && !floor_settled(c, v[i].at_us) &&
        (best == CATALOG_FLOOR_WAYS || version_newer(v[i].version, v[best].version)))
      best = i;
  return best;
}

static bool floor_busy(const struct floor_entry *r) /* it is being written, or its writer died */
{
  return r->check && !r->valid;
}

/* Entries are evicted from the lowest rank on: expired ones and those of the same id first, then the oldest. */
static int64_t floor_eviction_rank(const struct catalog *c, const struct floor_entry *r, uint64_t id)
{
  if (floor_busy(r))
    return INT64_MAX - 1;
  return !r->check || r->id == id || floor_settled(c, r->at_us) ? INT64_MIN : r->at_us;
}

static int floor_victim(const struct catalog *c, uint64_t id, const struct floor_entry v[CATALOG_FLOOR_WAYS], int best)
{
  int victim = best == 0;
  for (int i = victim + 1; i < CATALOG_FLOOR_WAYS; i++)
    if (i != best && floor_eviction_rank(c, &v[i], id) < floor_eviction_rank(c, &v[victim], id))
      victim = i;
  return victim;
}

static void version_floor_raise(const struct catalog *at, uint64_t id, struct version v)
{
  struct catalog *c = (struct catalog *)(uintptr_t)at;
  struct floor_entry set[CATALOG_FLOOR_WAYS], entry = {.id = id, .version = v, .at_us = clock_now_us()};
  for (int tries = 0; tries < FLOOR_TRIES; tries++) {
    int best = floor_find(c, id, set);
    if (best < CATALOG_FLOOR_WAYS && !version_newer(v, set[best].version))
      return;
    int victim = floor_victim(c, id, set, best);
    if (floor_busy(&set[victim]) && tries < FLOOR_TRIES / 2)
      sched_yield(); /* all entries are busy: a live writer is done soon */
    else if (floor_store(&floor_set(c, id)[victim], set[victim].check, &entry))
      break;
  }
  atomic_fetch_add(&c->floor_count, 1);
}

static struct version version_floor_apply(const struct catalog *c, uint64_t id, struct version known)
{
  struct floor_entry set[CATALOG_FLOOR_WAYS];
  int best = floor_find(c, id, set);
  return best < CATALOG_FLOOR_WAYS && version_newer(set[best].version, known) ? set[best].version : known;
}

/* *id is 0 when there is no such product. */
static struct version version_of(const struct catalog_pin *pin, uint32_t ordinal, uint64_t *id)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  *id = body ? r.id : 0;
  return body ? (struct version){r.rev, r.hash, catalog_record_time(&r, body, TIME_DUE, CLOCK_FOREVER)}
              : (struct version){0};
}

void catalog_floor_raise(const struct catalog_pin *pin, uint32_t ordinal, struct version v)
{
  uint64_t id;
  struct version known = version_of(pin, ordinal, &id);
  if (id && version_newer(v, known))
    version_floor_raise(pin->catalog, id, v);
}

struct version catalog_newest_version(const struct catalog_pin *pin, uint32_t ordinal)
{
  uint64_t id;
  struct version known = version_of(pin, ordinal, &id);
  return id ? version_floor_apply(pin->catalog, id, known) : known;
}

void catalog_floor_raise_page(const struct catalog *c, uint64_t id, struct version known, struct version v)
{
  if (version_newer(v, known))
    version_floor_raise(c, ~id, v);
}

struct version catalog_newest_page_version(const struct catalog *c, uint64_t id, struct version known)
{
  return version_floor_apply(c, ~id, known);
}

uint64_t catalog_floor_count(const struct catalog *c)
{
  return atomic_load(&c->floor_count);
}

void catalog_stored_set(const struct catalog_pin *pin, uint32_t ordinal, struct version v)
{
  if (ordinal >= pin->products)
    return;
  struct catalog_stored_version *s = catalog_stored_array(pin->catalog, pin->half) + ordinal;
  if (atomic_load_explicit(&s->rev, memory_order_relaxed) == v.rev &&
      atomic_load_explicit(&s->hash, memory_order_relaxed) == v.hash)
    return;
  atomic_store_explicit(&s->rev, v.rev, memory_order_relaxed);
  atomic_store_explicit(&s->hash, v.hash, memory_order_relaxed);
  atomic_store_explicit(&s->replaced_s, 0, memory_order_relaxed);
}

/* Only the watcher writes the ring.  A reader that finds an ordinal of a later turn finds a product that has moved, too. */
static void moved_note(struct catalog *c, uint32_t ordinal)
{
  uint32_t next = atomic_load_explicit(&c->moved_next, memory_order_relaxed);
  atomic_store_explicit(&c->moved[next % CATALOG_MOVED], ordinal, memory_order_relaxed);
  atomic_store_explicit(&c->moved_next, next + 1, memory_order_release);
}

struct version catalog_last_stored(const struct catalog_pin *pin, uint32_t ordinal)
{
  if (ordinal >= pin->products)
    return (struct version){0};
  struct catalog_stored_version *s = catalog_stored_array(pin->catalog, pin->half) + ordinal;
  return (struct version){.rev = atomic_load_explicit(&s->rev, memory_order_relaxed),
                          .hash = atomic_load_explicit(&s->hash, memory_order_relaxed)};
}

int64_t catalog_stored_replaced_us(const struct catalog_pin *pin, uint32_t ordinal)
{
  if (ordinal >= pin->products)
    return CLOCK_NEVER;
  struct catalog_stored_version *s = catalog_stored_array(pin->catalog, pin->half) + ordinal;
  uint32_t replaced_s = atomic_load_explicit(&s->replaced_s, memory_order_relaxed);
  return replaced_s ? replaced_s * CLOCK_SECOND : CLOCK_NEVER;
}

void catalog_stored_replace(struct catalog *c, const void *half, uint32_t ordinal, struct version from, struct version to)
{
  struct catalog_stored_version *s = catalog_stored_array(c, half) + ordinal;
  if (from.rev == to.rev && from.hash == to.hash)
    return;
  if (atomic_load_explicit(&s->rev, memory_order_relaxed))
    moved_note(c, ordinal);
  if (atomic_load_explicit(&s->rev, memory_order_relaxed) == from.rev &&
      atomic_load_explicit(&s->hash, memory_order_relaxed) == from.hash)
    atomic_store_explicit(&s->replaced_s, (uint32_t)(clock_now_us() / CLOCK_SECOND), memory_order_relaxed);
}

/* The version that a floor or the record names, if the product is published and its last stored version is another. */
static bool moved_version(const struct catalog_pin *pin, uint32_t ordinal, struct catalog_moved *out)
{
  struct catalog_record r;
  struct version stored = catalog_last_stored(pin, ordinal);
  if (!stored.rev || !catalog_record_read(pin, ordinal, &r) || catalog_record_status(&r) != PRODUCT_PUBLISHED)
    return false;
  *out = (struct catalog_moved){r.id, catalog_newest_version(pin, ordinal)};
  return !version_eq(stored, out->version);
}

size_t catalog_moved_find(const struct catalog_pin *pin, struct catalog_moved *out, size_t n)
{
  const struct catalog *c = pin->catalog;
  uint32_t next = atomic_load_explicit(&c->moved_next, memory_order_acquire), ordinals[CATALOG_MOVED];
  size_t found = 0;
  for (uint32_t i = 1; i <= CATALOG_MOVED && i <= next && found < n; i++) {
    size_t k = 0;
    ordinals[found] = atomic_load_explicit(&c->moved[(next - i) % CATALOG_MOVED], memory_order_relaxed);
    while (ordinals[k] != ordinals[found])
      k++;
    if (k == found && moved_version(pin, ordinals[found], &out[found]))
      found++;
  }
  return found;
}

void catalog_versions_forget(struct catalog *c, const void *half, uint32_t products)
{
  struct catalog_stored_version *stored = catalog_stored_array(c, half);
  for (int i = 0; i < CATALOG_FLOOR_SETS; i++)
    for (int k = 0; k < CATALOG_FLOOR_WAYS; k++)
      if (atomic_load_explicit(&c->floors[i][k].check, memory_order_relaxed))
        atomic_store_explicit(&c->floors[i][k].check, 0, memory_order_relaxed);
  for (uint32_t i = 0; i < products; i++)
    if (atomic_load_explicit(&stored[i].rev, memory_order_relaxed))
      atomic_store_explicit(&stored[i].rev, 0, memory_order_relaxed);
}
