/* The writer's mirrors: private arrays by ordinal that hold the content of the next snapshot.  Changed products
 * are staged here; catalog_absorb applies staged changes to all derived data. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

static bool array_resize(void **array, size_t n, size_t size)
{
  void *p = reallocarray(*array, n, size);
  if (p)
    *array = p;
  return p;
}

bool catalog_mirrors_grow(struct catalog_writer *w, uint32_t ordinals)
{
  if (ordinals <= w->cap)
    return true;
  size_t cap = ordinals + ordinals / 2 + 64;
  if (!array_resize((void **)&w->records, cap, sizeof *w->records) || !array_resize((void **)&w->scores, cap, 1) ||
      !array_resize((void **)&w->marks, cap, 1) || !array_resize((void **)&w->by_slug, cap, sizeof *w->by_slug) ||
      !array_resize((void **)&w->by_name, cap, sizeof *w->by_name))
    return false;
  memset(w->records + w->cap, 0, (cap - w->cap) * sizeof *w->records);
  memset(w->scores + w->cap, CATALOG_NO_SCORE, cap - w->cap);
  memset(w->marks + w->cap, 0, cap - w->cap);
  w->cap = (uint32_t)cap;
  return true;
}

bool catalog_stage(struct catalog_writer *w, uint32_t ordinal, uint32_t at)
{
  MUST(ordinal < w->next.products && ordinal < w->cap, "a staged product has no ordinal in the catalog");
  if (!(w->marks[ordinal] & MARK_STAGED)) {
    if (!catalog_grow((void **)&w->staged, &w->cap_staged, w->n_staged + 1, sizeof *w->staged))
      return false;
    w->staged[w->n_staged++] = (struct catalog_staged){ordinal, w->records[ordinal]};
    w->marks[ordinal] |= MARK_STAGED;
  }
  w->records[ordinal] = at;
  return true;
}
