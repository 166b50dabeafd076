/* Moving to the other half: copies live records and makes ordinals dense; garbage is left behind.  Nothing is
 * published here.  The next publication writes all tables of the new half and makes it live.  Until then, and for
 * CATALOG_GRACE_S seconds after it, the old half stays as it was for its readers. */
#include <stdlib.h>

#include "base/log.h"
#include "catalog/catalog_private.h"

static uint32_t bytes_copy(struct catalog_writer *w, const char *from, uint32_t at, size_t n)
{
  uint32_t to = 0;
  void *p = catalog_heap_alloc(w, n, &to);
  if (p)
    memcpy(p, from + (size_t)at * 8, n);
  return p ? to : 0;
}

static enum err terms_move(struct catalog_writer *w, const char *from)
{
  for (int k = 0; k < KIND_COUNT; k++)
    for (size_t i = 0; i < w->n_terms[k]; i++) {
      const struct catalog_term_record *t = (const void *)(from + (size_t)w->terms[k][i].record * 8);
      w->terms[k][i].record = bytes_copy(w, from, w->terms[k][i].record, sizeof *t + t->slug_n + t->name_n);
      if (!w->terms[k][i].record)
        return ERR_LIMIT;
    }
  return ERR_OK;
}

static enum err record_move(struct catalog_writer *w, const char *from, uint32_t old, uint32_t *at)
{
  const struct catalog_record *r = (const void *)(from + (size_t)old * 8);
  struct catalog_record head = *r;
  const uint64_t *sectors = (const void *)(from + (size_t)r->sectors * 8);
  const uint64_t *themes = (const void *)(from + (size_t)r->themes * 8);
  if (!catalog_intern(w, sectors, r->n_sectors, &head.sectors) || !catalog_intern(w, themes, r->n_themes, &head.themes))
    return ERR_LIMIT;
  *at = bytes_copy(w, from, old, catalog_record_bytes(r));
  if (!*at)
    return ERR_LIMIT;
  memcpy(w->base + (size_t)*at * 8, &head, sizeof head);
  return ERR_OK;
}

/* map: old ordinal to new ordinal. */
static enum err records_move(struct catalog_writer *w, const char *from, uint32_t products, uint32_t *map)
{
  const struct catalog_stored_version *old = catalog_stored_array(w->c, from);
  struct catalog_stored_version *new = catalog_stored_array(w->c, w->base);
  uint32_t n = 0;
  for (uint32_t i = 0; i < products; i++) {
    map[i] = CATALOG_NONE;
    if (!w->records[i])
      continue;
    enum err e = record_move(w, from, w->records[i], &w->records[n]);
    if (e != ERR_OK)
      return e;
    if (atomic_load(&old[i].rev)) {
      atomic_store(&new[n].rev, atomic_load(&old[i].rev));
      atomic_store(&new[n].hash, atomic_load(&old[i].hash));
      atomic_store(&new[n].replaced_s, atomic_load(&old[i].replaced_s));
    }
    w->scores[n] = w->scores[i];
    w->marks[n] = w->marks[i];
    map[i] = n++;
  }
  memset(w->records + n, 0, (w->cap - n) * sizeof *w->records);
  memset(w->marks + n, 0, w->cap - n);
  w->next.products = n;
  return ERR_OK;
}

static uint32_t order_move(uint32_t *listed, uint32_t n, const uint32_t *map)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++)
    if (map[listed[i]] != CATALOG_NONE)
      listed[kept++] = map[listed[i]];
  return kept;
}

static enum err all_move(struct catalog_writer *w, const char *from, uint32_t products, uint32_t *map)
{
  catalog_intern_forget(w);
  enum err e = records_move(w, from, products, map);
  if (e == ERR_OK)
    e = catalog_index_move(w, from, map, products);
  if (e == ERR_OK)
    e = terms_move(w, from);
  if (e != ERR_OK)
    return e;
  order_move(w->by_name, w->n_by_slug, map);
  w->n_by_slug = order_move(w->by_slug, w->n_by_slug, map);
  w->changed.n = 0;
  for (int s = 0; s < CATALOG_RING; s++) {
    w->slot_changed[s].n = 0;
    w->slot_stale[s] = true;
  }
  e = catalog_hash_all(w);
  return e == ERR_OK && !catalog_derive(w) ? ERR_NO_MEMORY : e;
}

enum err catalog_half_switch(struct catalog_writer *w)
{
  const char *from = w->base;
  uint32_t products = w->next.products;
  if (!from || w->switched || w->broken)
    return ERR_LIMIT; /* there is nothing to move, or live records fill the new half already */
  if (!catalog_absorb(w)) {
    w->broken = true;
    return ERR_NO_MEMORY;
  }
  uint32_t *map = reallocarray(NULL, products + 1, sizeof *map);
  if (!map)
    return ERR_NO_MEMORY;
  if (!catalog_half_begin(w)) {
    free(map);
    return ERR_LIMIT;
  }
  enum err e = all_move(w, from, products, map);
  free(map);
  log_info("catalog: %u products moved to the other half", w->next.products);
  w->broken = e != ERR_OK;
  return e;
}
