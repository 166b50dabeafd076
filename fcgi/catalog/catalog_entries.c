/* Writes the tables of sectors, themes, pages and attributes: entries in index order, then the orders by id and by slug. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

struct sort_context {
  const struct catalog_writer *w;
  enum catalog_kind kind;
};

static const struct catalog_term_record *row_record(const struct sort_context *x, const void *row)
{
  return catalog_term_of(x->w, x->w->terms[x->kind][*(const uint32_t *)row].record);
}

static int by_slug(const void *a, const void *b, void *data)
{
  const struct catalog_term_record *x = row_record(data, a), *y = row_record(data, b);
  int c = span_cmp(catalog_term_slug(x), catalog_term_slug(y));
  return c ? c : (x->id > y->id) - (x->id < y->id);
}

static int by_sort(const void *a, const void *b, void *data)
{
  const struct catalog_term_record *x = row_record(data, a), *y = row_record(data, b);
  int c = (x->number > y->number) - (x->number < y->number);
  if (c == 0 && ((struct sort_context *)data)->kind == KIND_SECTOR)
    c = span_cmp(catalog_term_name(x), catalog_term_name(y));
  if (c == 0)
    c = span_cmp(catalog_term_slug(x), catalog_term_slug(y));
  return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* rows[i]: the row at index i.  place[row]: its index. */
static void rows_sort(struct sort_context *x, uint32_t *rows, uint32_t n, int (*cmp)(const void *, const void *, void *))
{
  for (uint32_t i = 0; i < n; i++)
    rows[i] = i;
  qsort_r(rows, n, sizeof *rows, cmp, x);
}

/* Sets the list of a row.  Lists lie in row order from `start` on and end at ends[row].  ends NULL: no lists. */
static void list_set(struct catalog_writer *w, enum catalog_kind kind, uint32_t row, const uint32_t *ends,
                     uint32_t start, struct catalog_entry *out)
{
  if (!ends)
    return;
  out->list = row ? ends[row - 1] : start;
  out->n_list = ends[row] - out->list;
  struct catalog_median *m =
      kind == KIND_SECTOR ? catalog_median_of(w, catalog_term_of(w, w->terms[kind][row].record)->id) : NULL;
  out->median2 = m ? m->now.median2 : 0;
  out->firsts = m ? m->now.products : 0;
}

static enum err orders_write(struct catalog_writer *w, enum catalog_kind kind, struct catalog_entry *entries)
{
  uint32_t n = (uint32_t)w->n_terms[kind];
  struct sort_context x = {w, kind};
  uint32_t *rows = reallocarray(NULL, 2 * (size_t)n + 1, sizeof *rows);
  if (!rows)
    return ERR_NO_MEMORY;
  uint32_t *place = rows + n, *by_id = (uint32_t *)(entries + n), *slugs = by_id + n;
  rows_sort(&x, rows, n, kind == KIND_SECTOR || kind == KIND_ATTRIBUTE ? by_sort : by_slug);
  for (uint32_t i = 0; i < n; i++) {
    place[rows[i]] = i;
    entries[i] = (struct catalog_entry){.record = w->terms[kind][rows[i]].record};
  }
  rows_sort(&x, rows, n, by_slug);
  for (uint32_t i = 0; i < n; i++) {
    by_id[i] = place[i];
    slugs[i] = place[rows[i]];
  }
  free(rows);
  return ERR_OK;
}

enum err catalog_entries_write(struct catalog_writer *w, enum catalog_kind kind, const uint32_t *ends, uint32_t start)
{
  enum catalog_table t = TABLE_SECTORS + kind;
  uint32_t n = (uint32_t)w->n_terms[kind];
  const struct catalog_slot *old = &w->published[t].slot[w->published[t].current];
  bool fresh, same = !w->dirty_kind[kind] && !w->switched && w->published[t].n == n;
  size_t bytes = n * (sizeof(struct catalog_entry) + 2 * sizeof(uint32_t));
  struct catalog_entry *entries = catalog_table_next(w, t, n, bytes, &fresh);
  enum err e = ERR_OK;
  if (!entries)
    return ERR_LIMIT;
  if (same && n)
    memcpy(entries, w->base + (size_t)old->at * 8, bytes);
  else
    e = orders_write(w, kind, entries);
  const uint32_t *by_id = (const uint32_t *)(entries + n);
  for (uint32_t row = 0; e == ERR_OK && row < n; row++) {
    MUST(by_id[row] < n, "a sector, theme, page or attribute has no entry in the catalog");
    list_set(w, kind, row, ends, start, &entries[by_id[row]]);
  }
  return e;
}
