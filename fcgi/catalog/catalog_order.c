/* Keeps the list of published products in the order of their slugs.  Added products are sorted, by the eight bytes
 * after the common prefix of their slugs first, and merged into the list. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

static struct span slug_of(const struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  return catalog_record_slug(r, r);
}

static int slug_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b)
{
  int c = span_cmp(slug_of(w, a), slug_of(w, b));
  return c ? c : (a > b) - (a < b); /* two products share a slug only between two statements of an importer */
}

struct sort_entry {
  uint64_t key;
  uint32_t ordinal;
};

static size_t common_prefix(const struct catalog_writer *w, const struct catalog_vector *v)
{
  struct span first = slug_of(w, v->at[0]);
  size_t common = first.n;
  for (size_t i = 1; i < v->n && common; i++) {
    struct span s = slug_of(w, v->at[i]);
    size_t k = 0;
    while (k < common && k < s.n && s.p[k] == first.p[k])
      k++;
    common = k;
  }
  return common;
}

static uint64_t key_of(struct span slug, size_t skip)
{
  uint64_t key = 0;
  struct span s = span_from(slug, skip);
  for (size_t i = 0; i < 8; i++)
    key = key << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
  return key;
}

static int sort_entry_cmp(const void *a, const void *b, void *data)
{
  const struct sort_entry *x = a, *y = b;
  return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : slug_cmp(data, x->ordinal, y->ordinal);
}

static bool ordinals_sort(struct catalog_writer *w, const struct catalog_vector *v)
{
  struct sort_entry *entries = v->n < 2 ? NULL : reallocarray(NULL, v->n, sizeof *entries);
  if (v->n < 2)
    return true;
  if (!entries)
    return false;
  size_t skip = common_prefix(w, v);
  for (size_t i = 0; i < v->n; i++)
    entries[i] = (struct sort_entry){key_of(slug_of(w, v->at[i]), skip), v->at[i]};
  qsort_r(entries, v->n, sizeof *entries, sort_entry_cmp, w);
  for (size_t i = 0; i < v->n; i++)
    v->at[i] = entries[i].ordinal;
  free(entries);
  return true;
}

static void moved_drop(struct catalog_writer *w)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->n_by_slug; i++) {
    uint32_t ordinal = w->by_slug[i];
    if (w->marks[ordinal] & MARK_MOVED)
      w->marks[ordinal] &= (uint8_t)~MARK_MOVED;
    else
      w->by_slug[kept++] = ordinal;
  }
  w->n_by_slug = kept;
}

static uint32_t index_of(const struct catalog_writer *w, uint32_t ordinal, uint32_t to)
{
  uint32_t from = 0;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (slug_cmp(w, w->by_slug[middle], ordinal) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

bool catalog_order_patch(struct catalog_writer *w, bool moved, const struct catalog_vector *added)
{
  if (moved)
    moved_drop(w);
  if (!ordinals_sort(w, added))
    return false;
  /* From the end, so that each block moves once. */
  uint32_t end = w->n_by_slug, out = w->n_by_slug + (uint32_t)added->n;
  MUST(out <= w->cap, "more products are published than the catalog has");
  w->n_by_slug = out;
  for (size_t i = added->n; i-- > 0;) {
    uint32_t at = index_of(w, added->at[i], end);
    memmove(w->by_slug + out - (end - at), w->by_slug + at, (end - at) * sizeof *w->by_slug);
    out -= end - at;
    w->by_slug[--out] = added->at[i];
    end = at;
  }
  return true;
}
