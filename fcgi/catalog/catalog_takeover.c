/* Takes over the published catalog: copies the mirrors from the live snapshot and derives everything else from them.
 * The private memory of the previous writer is not needed.
 *
 * A table has the length of the publication that wrote it last.  It may be shorter than the number of products, when
 * drafts were added since (they have no score), or may never have been written.  Missing items stay as in a new
 * mirror.  The previous writer may have died because of what it wrote, so everything is checked. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

/* NULL with *n = 0: the table is empty.  NULL with *n > 0: its place is not valid. */
static const void *table_of(const struct catalog_writer *w, enum catalog_table t, size_t size, uint32_t *n)
{
  const struct catalog_table_ring *p = &w->next.tables[t];
  *n = p->n;
  if (p->n == 0)
    return NULL;
  if (p->current >= CATALOG_RING || p->slot[p->current].at < w->next.tables_low)
    return NULL;
  return catalog_at(w->c, w->base, p->slot[p->current].at, p->n * size);
}

/* Copies at most `most` items into a mirror.  Items that the table lacks stay as they are.  false: not a valid table. */
static bool table_copy(const struct catalog_writer *w, enum catalog_table t, void *mirror, size_t size, uint32_t most)
{
  uint32_t n;
  const void *from = table_of(w, t, size, &n);
  if (n && !from)
    return false;
  if (n > most)
    n = most;
  if (n)
    memcpy(mirror, from, n * size);
  return true;
}

static bool snapshot_valid(const struct catalog_writer *w)
{
  const struct catalog_snapshot *s = &w->next;
  size_t end = (size_t)((char *)catalog_index_directory(w->c, w->base) - w->base) / 8;
  return s->step == w->step && s->products <= w->c->max_ordinals && s->heap_top >= catalog_heap_start() &&
         s->heap_top <= s->tables_low && s->tables_low <= end &&
         s->tables[TABLE_BY_SLUG].n <= s->products && s->tables[TABLE_BY_NAME].n == s->tables[TABLE_BY_SLUG].n;
}

static int row_cmp(const void *a, const void *b, void *data)
{
  const struct catalog_writer *w = data;
  uint64_t x = catalog_term_of(w, ((const struct catalog_term_row *)a)->record)->id;
  uint64_t y = catalog_term_of(w, ((const struct catalog_term_row *)b)->record)->id;
  return (x > y) - (x < y);
}

static enum err terms_copy(struct catalog_writer *w, enum catalog_kind k)
{
  uint32_t n;
  const struct catalog_entry *entries = table_of(w, TABLE_SECTORS + k, sizeof *entries + 2 * sizeof(uint32_t), &n);
  if (n && !entries)
    return ERR_INVALID;
  if (!catalog_grow((void **)&w->terms[k], &w->cap_terms[k], n, sizeof *w->terms[k]))
    return ERR_NO_MEMORY;
  for (uint32_t i = 0; i < n; i++)
    w->terms[k][i] = (struct catalog_term_row){entries[i].record, true};
  w->n_terms[k] = n;
  if (!catalog_terms_valid(w, k))
    return ERR_INVALID;
  if (n)
    qsort_r(w->terms[k], n, sizeof *w->terms[k], row_cmp, w);
  return ERR_OK;
}

static bool entries_count(const struct catalog_writer *w, uint32_t at, uint32_t bits, size_t *used)
{
  *used = 0;
  if (at == 0)
    return w->next.products == 0;
  const uint32_t *p = bits > 28 || at < w->next.tables_low ? NULL : catalog_at(w->c, w->base, at, sizeof *p << bits);
  for (size_t i = 0; p && i < (size_t)1 << bits; i++)
    *used += p[i] != 0;
  return p != NULL;
}

static bool position_copy(struct catalog_writer *w)
{
  uint32_t n;
  size_t fixed = offsetof(struct catalog_position, gaps);
  const struct catalog_position *p = table_of(w, TABLE_POSITION, fixed, &n);
  if (!p)
    return n == 0;
  size_t bytes = p->n_gaps > CATALOG_GAPS_MAX ? 0 : fixed + p->n_gaps * sizeof *p->gaps;
  if (n != 1 || bytes == 0 || !catalog_at(w->c, w->base, (uint32_t)(((const char *)p - w->base) / 8), bytes))
    return false;
  memcpy(&w->position, p, bytes);
  w->position_known = true;
  return true;
}

static bool products_copy(struct catalog_writer *w)
{
  w->n_by_slug = w->next.tables[TABLE_BY_SLUG].n;
  return table_copy(w, TABLE_RECORDS, w->records, sizeof *w->records, w->next.products) &&
         table_copy(w, TABLE_SCORES, w->scores, 1, w->next.products) &&
         table_copy(w, TABLE_BY_SLUG, w->by_slug, sizeof *w->by_slug, w->n_by_slug) &&
         table_copy(w, TABLE_BY_NAME, w->by_name, sizeof *w->by_name, w->n_by_slug) &&
         entries_count(w, w->next.slugs_at, w->next.slugs_bits, &w->slugs_used) &&
         entries_count(w, w->next.ids_at, w->next.ids_bits, &w->ids_used);
}

enum err catalog_takeover(struct catalog_writer *w)
{
  if (!snapshot_valid(w))
    return ERR_INVALID;
  if (!catalog_mirrors_grow(w, w->next.products))
    return ERR_NO_MEMORY;
  if (!products_copy(w) || !position_copy(w))
    return ERR_INVALID;
  for (int k = 0; k < KIND_COUNT; k++) {
    enum err e = terms_copy(w, k);
    if (e != ERR_OK)
      return e;
  }
  if (!catalog_valid(w) || !catalog_ids_valid(w))
    return ERR_INVALID;
  w->rank_all = w->recent_all = true; /* the published lists are not trusted: the next publication rebuilds them */
  if (!catalog_derive(w))
    return ERR_NO_MEMORY;
  enum err e = catalog_index_repair(w);
  return e == ERR_LIMIT ? ERR_INVALID : e;
}
