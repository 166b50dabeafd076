/* Taking over what is published: the mirrors are copied from the live snapshot and everything else is
 * derived from them, so that nothing a former writer had in its own memory is needed. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

static const void *table_of(const struct catalog_writer *w, enum catalog_table t)
{
  const struct catalog_placed *p = &w->next.tables[t];
  return p->n ? w->base + (size_t)p->slot[p->current].at * 8 : NULL;
}

static int row_cmp(const void *a, const void *b, void *data)
{
  const struct catalog_writer *w = data;
  uint64_t x = catalog_term_of(w, ((const struct catalog_term_row *)a)->record)->id;
  uint64_t y = catalog_term_of(w, ((const struct catalog_term_row *)b)->record)->id;
  return (x > y) - (x < y);
}

static bool terms_take(struct catalog_writer *w, enum catalog_kind k)
{
  uint32_t n = w->next.tables[TABLE_SECTORS + k].n;
  const struct catalog_entry *entries = table_of(w, TABLE_SECTORS + k);
  if (!catalog_grow((void **)&w->terms[k], &w->cap_terms[k], n, sizeof *w->terms[k]))
    return false;
  for (uint32_t i = 0; i < n; i++)
    w->terms[k][i] = (struct catalog_term_row){entries[i].record, true};
  w->n_terms[k] = n;
  if (n)
    qsort_r(w->terms[k], n, sizeof *w->terms[k], row_cmp, w);
  return true;
}

static size_t entries_used(const struct catalog_writer *w, uint32_t at, uint32_t bits)
{
  const uint32_t *p = (const uint32_t *)(w->base + (size_t)at * 8);
  size_t used = 0;
  for (size_t i = 0; at && i < (size_t)1 << bits; i++)
    used += p[i] != 0;
  return used;
}

static void follow_take(struct catalog_writer *w)
{
  const struct catalog_follow *f = table_of(w, TABLE_FOLLOW);
  if (!f)
    return;
  size_t gaps = f->n_gaps < CATALOG_GAPS_MAX ? f->n_gaps : CATALOG_GAPS_MAX;
  memcpy(&w->follow, f, offsetof(struct catalog_follow, gaps) + gaps * sizeof *f->gaps);
  w->follow_known = true;
}

bool catalog_takeover(struct catalog_writer *w)
{
  uint32_t n = w->next.products;
  if (!catalog_mirrors_grow(w, n))
    return false;
  if (n) {
    memcpy(w->records, table_of(w, TABLE_RECORDS), n * sizeof *w->records);
    memcpy(w->scores, table_of(w, TABLE_SCORES), n);
  }
  w->n_by_slug = w->next.tables[TABLE_BY_SLUG].n;
  if (w->n_by_slug)
    memcpy(w->by_slug, table_of(w, TABLE_BY_SLUG), w->n_by_slug * sizeof *w->by_slug);
  for (int k = 0; k < KIND_COUNT; k++)
    if (!terms_take(w, k))
      return false;
  w->slugs_used = entries_used(w, w->next.slugs_at, w->next.slugs_bits);
  w->ids_used = entries_used(w, w->next.ids_at, w->next.ids_bits);
  follow_take(w);
  return catalog_derive(w);
}
