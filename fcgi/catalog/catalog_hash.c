/* The shared hash tables (slugs, aliases and names; ids) and the shared lists of sector and theme ids.
 * An entry is never removed: a reader checks it against the record.  A table that is 60 % full is rebuilt with
 * room for twice its valid entries, without the outdated ones. */
#include <stdlib.h>

#include "catalog/catalog_match.h"
#include "catalog/catalog_private.h"

#define BITS_LEAST 8

struct hash_table {
  uint32_t *at;
  uint32_t mask;
};

static struct hash_table table_of(const struct catalog_writer *w, uint32_t at, uint32_t bits)
{
  return (struct hash_table){at ? (uint32_t *)(w->base + (size_t)at * 8) : NULL, (UINT32_C(1) << bits) - 1};
}

/* true: a new entry was added. */
static bool entry_put(struct hash_table t, uint64_t hash, uint32_t ordinal)
{
  uint32_t entry = catalog_hash_entry(hash, ordinal);
  for (uint32_t i = 0; i <= t.mask; i++) {
    uint32_t *slot = &t.at[(hash + i) & t.mask];
    if (*slot == entry)
      return false;
    if (*slot == 0) {
      __atomic_store_n(slot, entry, __ATOMIC_RELEASE);
      return true;
    }
  }
  return false;
}

/* Entries are put some later than they are made: meanwhile their slots come into the processor's cache. */
struct entry_queue {
  struct hash_table t;
  size_t n, added;
  struct {
    uint64_t hash;
    uint32_t ordinal;
  } entries[64];
};

static void queue_begin(struct entry_queue *q, struct hash_table t)
{
  q->t = t;
  q->n = q->added = 0;
}

static void queue_flush(struct entry_queue *q)
{
  for (size_t i = 0; i < q->n; i++)
    q->added += entry_put(q->t, q->entries[i].hash, q->entries[i].ordinal);
  q->n = 0;
}

static void queue_put(struct entry_queue *q, uint64_t hash, uint32_t ordinal)
{
  __builtin_prefetch(&q->t.at[hash & q->t.mask], 1);
  q->entries[q->n].hash = hash;
  q->entries[q->n++].ordinal = ordinal;
  if (q->n == sizeof q->entries / sizeof *q->entries)
    queue_flush(q);
}

static void slugs_put(struct entry_queue *q, const struct catalog_record *r, uint32_t ordinal)
{
  struct span slug = catalog_record_slug(r, r), rest = catalog_record_aliases(r, r), alias;
  char name[CATALOG_NAME_MAX];
  queue_put(q, catalog_hash(slug.p, slug.n), ordinal);
  while ((alias = catalog_record_alias_take(&rest)).n)
    queue_put(q, catalog_hash(alias.p, alias.n), ordinal);
  if (r->fold_n)
    queue_put(q, catalog_hash(name, match_normalize(catalog_record_fold(r, r), name)), ordinal);
}

static size_t slugs_of(const struct catalog_record *r)
{
  struct span rest = catalog_record_aliases(r, r);
  size_t n = 1 + (r->fold_n > 0);
  while (catalog_record_alias_take(&rest).n)
    n++;
  return n;
}

static uint32_t *table_new(struct catalog_writer *w, size_t entries, uint32_t *at, uint32_t *bits)
{
  *bits = BITS_LEAST;
  while ((UINT64_C(1) << *bits) * 10 < entries * 20)
    (*bits)++;
  uint32_t *p = *bits > 28 ? NULL : catalog_table_alloc(w, sizeof *p << *bits, at);
  if (p)
    memset(p, 0, sizeof *p << *bits);
  return p;
}

/* Nobody reads the tables of a half that is not published, so a table that was replaced gives its memory back. */
static void table_replace(struct catalog_writer *w, uint32_t *at, uint32_t *bits, uint32_t new_at, uint32_t new_bits)
{
  if (w->switched && *at)
    catalog_table_drop(w, *at, sizeof(uint32_t) << *bits);
  *at = new_at;
  *bits = new_bits;
}

static bool slugs_rebuild(struct catalog_writer *w)
{
  size_t entries = 0;
  uint32_t at, bits;
  struct entry_queue q;
  for (uint32_t i = 0; i < w->next.products; i++)
    if (w->records[i])
      entries += slugs_of(catalog_record_of(w, w->records[i]));
  if (!table_new(w, entries, &at, &bits))
    return false;
  table_replace(w, &w->next.slugs_at, &w->next.slugs_bits, at, bits);
  queue_begin(&q, table_of(w, at, bits));
  for (uint32_t i = 0; i < w->next.products; i++)
    if (w->records[i])
      slugs_put(&q, catalog_record_of(w, w->records[i]), i);
  queue_flush(&q);
  w->slugs_used = q.added;
  return true;
}

/* false: another product has this id. */
static bool id_put(const struct catalog_writer *w, struct hash_table t, uint32_t ordinal)
{
  uint64_t id = catalog_record_of(w, w->records[ordinal])->id, hash = catalog_hash_id(id);
  uint32_t entry = catalog_hash_entry(hash, ordinal), i = hash & t.mask;
  for (; t.at[i]; i = (i + 1) & t.mask)
    if (t.at[i] >> 24 == entry >> 24 && catalog_record_of(w, w->records[(t.at[i] & 0xffffff) - 1])->id == id)
      return false;
  __atomic_store_n(&t.at[i], entry, __ATOMIC_RELEASE);
  return true;
}

/* The table has more slots than products. */
static enum err ids_rebuild(struct catalog_writer *w)
{
  uint32_t at, bits;
  if (!table_new(w, w->next.products, &at, &bits))
    return ERR_LIMIT;
  table_replace(w, &w->next.ids_at, &w->next.ids_bits, at, bits);
  w->ids_used = 0;
  struct hash_table t = table_of(w, at, bits);
  for (uint32_t i = 0; i < w->next.products; i++, w->ids_used++)
    if (w->records[i] && !id_put(w, t, i))
      return ERR_INVALID;
  return ERR_OK;
}

enum err catalog_hash_all(struct catalog_writer *w)
{
  return slugs_rebuild(w) ? ids_rebuild(w) : ERR_LIMIT;
}

static bool too_full(uint32_t at, uint32_t bits, size_t used, size_t more)
{
  return at == 0 || (used + more) * 10 > ((size_t)1 << bits) * 6;
}

enum err catalog_hash_put(struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  struct entry_queue q;
  if (too_full(w->next.slugs_at, w->next.slugs_bits, w->slugs_used, slugs_of(r))) {
    if (!slugs_rebuild(w))
      return ERR_LIMIT;
  } else {
    queue_begin(&q, table_of(w, w->next.slugs_at, w->next.slugs_bits));
    slugs_put(&q, r, ordinal);
    queue_flush(&q);
    w->slugs_used += q.added;
  }
  if (too_full(w->next.ids_at, w->next.ids_bits, w->ids_used, 1))
    return ids_rebuild(w);
  w->ids_used += entry_put(table_of(w, w->next.ids_at, w->next.ids_bits), catalog_hash_id(r->id), ordinal);
  return ERR_OK;
}

uint32_t catalog_ordinal_of(const struct catalog_writer *w, uint64_t id)
{
  if (!w->base || !w->next.ids_at)
    return CATALOG_NONE;
  struct hash_table t = table_of(w, w->next.ids_at, w->next.ids_bits);
  uint64_t hash = catalog_hash_id(id);
  for (uint32_t i = 0; i <= t.mask; i++) {
    uint32_t entry = t.at[(hash + i) & t.mask], ordinal = (entry & 0xffffff) - 1;
    if (entry == 0)
      break;
    if (entry >> 24 != hash >> 56 || ordinal >= w->next.products || !w->records[ordinal])
      continue;
    if (catalog_record_of(w, w->records[ordinal])->id == id)
      return ordinal;
  }
  return CATALOG_NONE;
}

/* ---- shared lists of ids: most products of a sector have the same list */
static struct catalog_interned *interned_find(const struct catalog_writer *w, const uint64_t *ids, uint32_t n)
{
  size_t mask = w->cap_interned - 1;
  for (size_t i = catalog_hash(ids, n * sizeof *ids);; i++) {
    struct catalog_interned *e = &w->interned[i & mask];
    if (e->at == 0 || (e->n == n && memcmp(catalog_ids_of(w, e->at), ids, n * sizeof *ids) == 0))
      return e;
  }
}

static bool interned_grow(struct catalog_writer *w)
{
  if (w->n_interned * 2 < w->cap_interned)
    return true;
  struct catalog_interned *old = w->interned;
  size_t n = w->cap_interned, cap = n ? n * 2 : 256;
  struct catalog_interned *new = calloc(cap, sizeof *new);
  if (!new)
    return false;
  w->interned = new;
  w->cap_interned = cap;
  for (size_t i = 0; i < n; i++)
    if (old[i].at)
      *interned_find(w, catalog_ids_of(w, old[i].at), old[i].n) = old[i];
  free(old);
  return true;
}

void catalog_intern_forget(struct catalog_writer *w)
{
  free(w->interned);
  w->interned = NULL;
  w->n_interned = w->cap_interned = 0;
}

bool catalog_intern_known(struct catalog_writer *w, uint32_t at, uint32_t n)
{
  if (n == 0 || at == 0)
    return true;
  if (!interned_grow(w))
    return false;
  struct catalog_interned *e = interned_find(w, catalog_ids_of(w, at), n);
  if (e->at == 0) {
    *e = (struct catalog_interned){at, n};
    w->n_interned++;
  }
  return true;
}

bool catalog_intern(struct catalog_writer *w, const uint64_t *ids, uint32_t n, uint32_t *at)
{
  *at = 0;
  if (n == 0)
    return true;
  if (!interned_grow(w))
    return false;
  struct catalog_interned *e = interned_find(w, ids, n);
  if (e->at == 0) {
    void *p = catalog_heap_alloc(w, n * sizeof *ids, at);
    if (!p)
      return false;
    memcpy(p, ids, n * sizeof *ids);
    *e = (struct catalog_interned){*at, n};
    w->n_interned++;
  }
  *at = e->at;
  return true;
}
