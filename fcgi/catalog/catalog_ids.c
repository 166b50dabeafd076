/* Products in the order of their ids, for the sweep.  New ordinals are merged at the next call: few after
 * an edit, all after a full load, in no order. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

struct new_product {
  uint64_t id;
  uint32_t ordinal;
};

static uint64_t id_of(const struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  return r ? r->id : 0;
}

/* Index of the first id greater than `after`.  Removed products were dropped before. */
static size_t index_after(const struct catalog_writer *w, uint64_t after)
{
  size_t from = 0, to = w->n_by_id;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (id_of(w, w->by_id[middle]) <= after)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static void removed_drop(struct catalog_writer *w)
{
  size_t kept = 0;
  for (size_t i = 0; i < w->n_by_id; i++)
    if (w->records[w->by_id[i]])
      w->by_id[kept++] = w->by_id[i];
  w->n_by_id = kept;
}

static int new_product_cmp(const void *a, const void *b)
{
  uint64_t x = ((const struct new_product *)a)->id, y = ((const struct new_product *)b)->id;
  return (x > y) - (x < y);
}

/* From the end, so that each entry moves once. */
static void new_products_merge(struct catalog_writer *w, const struct new_product *v, size_t n)
{
  size_t old = w->n_by_id, to = w->n_by_id += n;
  while (n)
    if (old && id_of(w, w->by_id[old - 1]) > v[n - 1].id)
      w->by_id[--to] = w->by_id[--old];
    else
      w->by_id[--to] = v[--n].ordinal;
}

static bool by_id_update(struct catalog_writer *w)
{
  size_t n = 0;
  removed_drop(w);
  if (w->covered == w->next.products)
    return true;
  struct new_product *v = malloc((w->next.products - w->covered) * sizeof *v);
  if (!v || !catalog_grow((void **)&w->by_id, &w->cap_by_id, w->next.products, sizeof *w->by_id)) {
    free(v);
    return false;
  }
  for (; w->covered < w->next.products; w->covered++)
    if (w->records[w->covered])
      v[n++] = (struct new_product){id_of(w, w->covered), w->covered};
  qsort(v, n, sizeof *v, new_product_cmp);
  new_products_merge(w, v, n);
  free(v);
  return true;
}

enum err catalog_ids(struct catalog_writer *w, uint64_t after, uint64_t *ids, struct version *versions, size_t *n)
{
  size_t max = *n;
  *n = 0;
  if (w->broken || !by_id_update(w))
    return ERR_NO_MEMORY;
  for (size_t i = index_after(w, after); i < w->n_by_id && *n < max; i++, ++*n) {
    const struct catalog_record *r = catalog_record_of(w, w->records[w->by_id[i]]);
    ids[*n] = r->id;
    versions[*n] = (struct version){.rev = r->rev, .hash = r->hash};
  }
  return ERR_OK;
}
