/* The ledger: the predictions of all published products, newest first; of equal times, by product id.  The writer keeps
 * it sorted.  The entries of changed products are dropped and merged in again, so a publication sorts few entries. */
#include <stdlib.h>

#include "catalog/catalog_private.h"
#include "model/editorials.h"

static bool listed(const struct catalog_record *r)
{
  return r && r->n_editorials && catalog_record_status(r) == PRODUCT_PUBLISHED;
}

static bool changes(const struct catalog_record *a, const struct catalog_record *b)
{
  if (!listed(a) || !listed(b))
    return listed(a) || listed(b);
  return a->n_editorials != b->n_editorials || memcmp(catalog_record_editorials(a, a), catalog_record_editorials(b, b),
                                                      a->n_editorials * sizeof(uint64_t)) != 0;
}

static uint64_t product_of(const struct catalog_writer *w, const struct catalog_ledger_row *row)
{
  return catalog_record_of(w, w->records[catalog_ledger_ordinal(row->entry)])->id;
}

static int row_cmp(const void *a, const void *b, void *data)
{
  const struct catalog_ledger_row *x = a, *y = b;
  if (x->seconds != y->seconds)
    return x->seconds > y->seconds ? -1 : 1;
  uint64_t p = product_of(data, x), q = product_of(data, y);
  if (p != q)
    return p < q ? -1 : 1;
  return (x->entry > y->entry) - (x->entry < y->entry);
}

/* Appends the predictions of a product. */
static bool rows_add(struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  if (!listed(r))
    return true;
  if (!catalog_grow((void **)&w->ledger, &w->cap_ledger, w->n_ledger + r->n_editorials, sizeof *w->ledger))
    return false;
  const uint64_t *briefs = catalog_record_editorials(r, r);
  for (uint32_t i = 0; i < r->n_editorials; i++)
    if (editorial_in_ledger(briefs[i]))
      w->ledger[w->n_ledger++] = (struct catalog_ledger_row){
          editorial_brief_seconds(briefs[i]), catalog_ledger_entry(i, ordinal), (uint32_t)editorial_brief_state(briefs[i])};
  return true;
}

/* While ids ascend with the ordinals, the rows are in the order that equal times must keep.  false: no memory. */
static bool rows_sort(struct catalog_writer *w)
{
  size_t n = w->n_ledger;
  struct catalog_keyed *items = reallocarray(NULL, 2 * n + 1, sizeof *items);
  for (size_t i = 0; items && i < n; i++)
    items[i] = (struct catalog_keyed){UINT64_MAX - (uint64_t)w->ledger[i].seconds, w->ledger[i].entry, w->ledger[i].state};
  const struct catalog_keyed *sorted = items ? catalog_radix_sort(items, items + n, n) : NULL;
  for (size_t i = 0; sorted && i < n; i++)
    w->ledger[i] = (struct catalog_ledger_row){(int64_t)(UINT64_MAX - sorted[i].key), sorted[i].value, sorted[i].state};
  free(items);
  return sorted;
}

bool catalog_ledger_derive(struct catalog_writer *w)
{
  uint64_t last = 0;
  bool ascending = true;
  w->n_ledger = w->ledger_moved.n = 0;
  for (uint32_t i = 0; i < w->next.products; i++) {
    const struct catalog_record *r = catalog_record_of(w, w->records[i]);
    w->marks[i] &= (uint8_t)~MARK_LEDGER;
    ascending &= !r || r->id > last;
    last = r ? r->id : last;
    if (!rows_add(w, i))
      return false;
  }
  if (ascending)
    return rows_sort(w);
  if (w->n_ledger)
    qsort_r(w->ledger, w->n_ledger, sizeof *w->ledger, row_cmp, w);
  return true;
}

bool catalog_ledger_note(struct catalog_writer *w, uint32_t ordinal, const struct catalog_record *a,
                         const struct catalog_record *b)
{
  if (!changes(a, b) || (w->marks[ordinal] & MARK_LEDGER))
    return true;
  w->dirty_ledger = true;
  w->marks[ordinal] |= MARK_LEDGER;
  return catalog_vector_put(&w->ledger_moved, ordinal);
}

static void marked_drop(struct catalog_writer *w)
{
  size_t kept = 0;
  for (size_t i = 0; i < w->n_ledger; i++)
    if (!(w->marks[catalog_ledger_ordinal(w->ledger[i].entry)] & MARK_LEDGER))
      w->ledger[kept++] = w->ledger[i];
  w->n_ledger = kept;
}

/* Merges the sorted rows from `kept` on into the sorted rows before them. */
static bool added_merge(struct catalog_writer *w, size_t kept)
{
  size_t n = w->n_ledger - kept, end = w->n_ledger;
  struct catalog_ledger_row *added = n && kept ? reallocarray(NULL, n, sizeof *added) : NULL;
  if (n)
    qsort_r(w->ledger + kept, n, sizeof *w->ledger, row_cmp, w);
  if (!n || !kept)
    return true;
  if (!added)
    return false;
  memcpy(added, w->ledger + kept, n * sizeof *added);
  while (n)
    w->ledger[--end] = kept && row_cmp(&w->ledger[kept - 1], &added[n - 1], w) > 0 ? w->ledger[--kept] : added[--n];
  free(added);
  return true;
}

bool catalog_ledger_patch(struct catalog_writer *w)
{
  struct catalog_vector *moved = &w->ledger_moved;
  if (!moved->n)
    return true;
  marked_drop(w);
  size_t kept = w->n_ledger;
  for (size_t i = 0; i < moved->n; i++) {
    w->marks[moved->at[i]] &= (uint8_t)~MARK_LEDGER;
    if (!rows_add(w, moved->at[i]))
      return false;
  }
  moved->n = 0;
  return added_merge(w, kept);
}

enum err catalog_ledger_write(struct catalog_writer *w)
{
  bool fresh;
  uint32_t *out = catalog_table_next(w, TABLE_LEDGER, (uint32_t)w->n_ledger, w->n_ledger * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  w->next.came_true = w->next.failed = 0;
  for (size_t i = 0; i < w->n_ledger; i++) {
    out[i] = w->ledger[i].entry;
    w->next.came_true += w->ledger[i].state == PREDICTION_CAME_TRUE;
    w->next.failed += w->ledger[i].state == PREDICTION_FAILED;
  }
  return ERR_OK;
}
