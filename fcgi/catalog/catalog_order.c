/* Keeps the lists of published products in the order of their slugs and of their names.  Added products are sorted, by the
 * eight bytes after the common prefix of their texts first, and merged into the lists. */
#include <stdlib.h>

#include "catalog/catalog_name.h"
#include "catalog/catalog_private.h"

struct order { /* of one list */
  const struct catalog_writer *w;
  struct span (*text)(const struct catalog_writer *w, uint32_t ordinal);
  uint64_t (*key)(struct span text, size_t skip);
  int (*cmp)(const struct catalog_writer *w, uint32_t a, uint32_t b);
};

static struct span slug_of(const struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  return catalog_record_slug(r, r);
}

static struct span name_of(const struct catalog_writer *w, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  return catalog_name_start(catalog_record_fold(r, r));
}

int catalog_slug_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b)
{
  int c = span_cmp(slug_of(w, a), slug_of(w, b));
  return c ? c : (a > b) - (a < b); /* two products share a slug only between two statements of an importer */
}

int catalog_name_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b)
{
  int c = catalog_name_compare(name_of(w, a), name_of(w, b));
  return c ? c : catalog_slug_cmp(w, a, b);
}

static uint64_t slug_key(struct span slug, size_t skip)
{
  uint64_t key = 0;
  struct span s = span_from(slug, skip);
  for (size_t i = 0; i < 8; i++)
    key = key << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
  return key;
}

/* ---- keys of all products */

static struct catalog_text_key *keys_make(struct order o)
{
  struct catalog_text_key *keys = reallocarray(NULL, (size_t)o.w->next.products + 1, sizeof *keys);
  for (uint32_t i = 0; keys && i < o.w->next.products; i++) {
    const struct catalog_record *r = catalog_record_of(o.w, o.w->records[i]);
    keys[i] = (struct catalog_text_key){UINT64_MAX, UINT64_MAX};
    if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
      continue;
    struct span text = o.text(o.w, i);
    keys[i] = (struct catalog_text_key){o.key(text, 0), o.key(text, 8)};
  }
  return keys;
}

struct catalog_text_key *catalog_slug_keys(const struct catalog_writer *w)
{
  return keys_make((struct order){w, slug_of, slug_key, catalog_slug_cmp});
}

struct catalog_text_key *catalog_name_keys(const struct catalog_writer *w)
{
  return keys_make((struct order){w, name_of, catalog_name_key, catalog_name_cmp});
}

/* ---- changed products */

struct sort_entry {
  uint64_t key;
  uint32_t ordinal;
};

static size_t common_prefix(const struct order *o, const struct catalog_vector *v)
{
  struct span first = o->text(o->w, v->at[0]);
  size_t common = first.n;
  for (size_t i = 1; i < v->n && common; i++) {
    struct span s = o->text(o->w, v->at[i]);
    size_t k = 0;
    while (k < common && k < s.n && s.p[k] == first.p[k])
      k++;
    common = k;
  }
  return common;
}

static int sort_entry_cmp(const void *a, const void *b, void *data)
{
  const struct sort_entry *x = a, *y = b;
  const struct order *o = data;
  return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : o->cmp(o->w, x->ordinal, y->ordinal);
}

static bool ordinals_sort(struct order *o, const struct catalog_vector *v)
{
  struct sort_entry *entries = v->n < 2 ? NULL : reallocarray(NULL, v->n, sizeof *entries);
  if (v->n < 2)
    return true;
  if (!entries)
    return false;
  size_t skip = common_prefix(o, v);
  for (size_t i = 0; i < v->n; i++)
    entries[i] = (struct sort_entry){o->key(o->text(o->w, v->at[i]), skip), v->at[i]};
  qsort_r(entries, v->n, sizeof *entries, sort_entry_cmp, o);
  for (size_t i = 0; i < v->n; i++)
    v->at[i] = entries[i].ordinal;
  free(entries);
  return true;
}

/* Returns the number of products that stay.  The last list clears their marks. */
static uint32_t moved_drop(struct catalog_writer *w, uint32_t *listed, bool last)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->n_by_slug; i++) {
    uint32_t ordinal = listed[i];
    if (!(w->marks[ordinal] & MARK_MOVED))
      listed[kept++] = ordinal;
    else if (last)
      w->marks[ordinal] &= (uint8_t)~MARK_MOVED;
  }
  return kept;
}

static uint32_t index_of(const struct order *o, const uint32_t *listed, uint32_t ordinal, uint32_t to)
{
  uint32_t from = 0;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (o->cmp(o->w, listed[middle], ordinal) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* Inserts the sorted products into a list of n.  From the end, so that each block moves once. */
static void added_merge(const struct order *o, uint32_t *listed, uint32_t n, const struct catalog_vector *added)
{
  uint32_t end = n, out = n + (uint32_t)added->n;
  MUST(out <= o->w->cap, "more products are published than the catalog has");
  for (size_t i = added->n; i-- > 0;) {
    uint32_t at = index_of(o, listed, added->at[i], end);
    memmove(listed + out - (end - at), listed + at, (end - at) * sizeof *listed);
    out -= end - at;
    listed[--out] = added->at[i];
    end = at;
  }
}

bool catalog_order_patch(struct catalog_writer *w, bool moved, const struct catalog_vector *added)
{
  struct order by_slug = {w, slug_of, slug_key, catalog_slug_cmp}, by_name = {w, name_of, catalog_name_key, catalog_name_cmp};
  if (moved) {
    moved_drop(w, w->by_name, false);
    w->n_by_slug = moved_drop(w, w->by_slug, true);
  }
  catalog_alive(w);
  if (!ordinals_sort(&by_name, added))
    return false;
  catalog_alive(w);
  added_merge(&by_name, w->by_name, w->n_by_slug, added);
  if (!ordinals_sort(&by_slug, added))
    return false;
  catalog_alive(w);
  added_merge(&by_slug, w->by_slug, w->n_by_slug, added);
  w->n_by_slug += (uint32_t)added->n;
  return true;
}
