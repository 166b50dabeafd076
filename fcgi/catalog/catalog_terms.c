/* Stages sectors, themes, pages and attributes.  They are short lists, kept by id.  A publication that changes one of them
 * writes the list whole. */
#include "catalog/catalog_private.h"

size_t catalog_term_row_find(const struct catalog_writer *w, enum catalog_kind k, uint64_t id, bool *found)
{
  size_t from = 0, to = w->n_terms[k];
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (catalog_term_of(w, w->terms[k][middle].record)->id < id)
      from = middle + 1;
    else
      to = middle;
  }
  *found = from < w->n_terms[k] && catalog_term_of(w, w->terms[k][from].record)->id == id;
  return from;
}

static bool term_same(const struct catalog_term_record *a, struct span slug, struct span name,
                      const struct catalog_term_record *b)
{
  return memcmp(a, b, sizeof *a) == 0 && span_eq(slug, catalog_term_slug(b)) && span_eq(name, catalog_term_name(b));
}

static enum err term_store(struct catalog_writer *w, enum catalog_kind k, const struct catalog_term_record *r,
                           struct span slug, struct span name)
{
  bool found;
  size_t i = catalog_term_row_find(w, k, r->id, &found);
  if (found)
    w->terms[k][i].seen = true; /* set before the allocation: without room the term keeps its old record */
  if (found && term_same(r, slug, name, catalog_term_of(w, w->terms[k][i].record)))
    return ERR_OK;
  if (!catalog_grow((void **)&w->terms[k], &w->cap_terms[k], w->n_terms[k] + 1, sizeof *w->terms[k]))
    return ERR_NO_MEMORY;
  uint32_t at;
  char *p = catalog_heap_alloc(w, sizeof *r + slug.n + name.n, &at);
  if (!p)
    return ERR_LIMIT;
  memcpy(p, r, sizeof *r);
  memcpy(p + sizeof *r, slug.n ? slug.p : "", slug.n);
  memcpy(p + sizeof *r + slug.n, name.n ? name.p : "", name.n);
  struct catalog_term_row *rows = w->terms[k];
  if (!found)
    memmove(rows + i + 1, rows + i, (w->n_terms[k]++ - i) * sizeof *rows);
  rows[i] = (struct catalog_term_row){at, true};
  w->dirty_kind[k] = true;
  w->live_bytes += sizeof *r + slug.n + name.n;
  return ERR_OK;
}

enum err catalog_term_put(struct catalog_writer *w, enum catalog_kind k, struct catalog_term_record r, struct span slug,
                          struct span name)
{
  if (slug.n > UINT16_MAX)
    return ERR_INVALID;
  if (w->broken)
    return ERR_NO_MEMORY;
  if (!w->base && !catalog_half_begin(w))
    return ERR_LIMIT;
  name = span_head(name, UINT16_MAX);
  r.slug_n = (uint16_t)slug.n;
  r.name_n = (uint32_t)name.n;
  enum err e = term_store(w, k, &r, slug, name);
  if (e == ERR_LIMIT && catalog_half_switch(w) == ERR_OK)
    e = term_store(w, k, &r, slug, name);
  w->broken |= e == ERR_NO_MEMORY;
  return w->broken ? ERR_NO_MEMORY : e;
}

void catalog_term_remove(struct catalog_writer *w, enum catalog_kind k, uint64_t id)
{
  bool found = false;
  size_t i = w->n_terms[k] ? catalog_term_row_find(w, k, id, &found) : 0;
  if (!found)
    return;
  struct catalog_term_row *rows = w->terms[k];
  memmove(rows + i, rows + i + 1, (--w->n_terms[k] - i) * sizeof *rows);
  w->dirty_kind[k] = true;
}

enum err catalog_put_sector(struct catalog_writer *w, const struct term *t)
{
  struct catalog_term_record r = {.id = t->id, .rev = t->version.rev, .hash = t->version.hash, .number = t->sort,
                                  .edited_us = t->edited_us};
  return catalog_term_put(w, KIND_SECTOR, r, t->slug, t->name);
}

void catalog_remove_sector(struct catalog_writer *w, uint64_t id)
{
  catalog_term_remove(w, KIND_SECTOR, id);
}

enum err catalog_put_theme(struct catalog_writer *w, const struct term *t)
{
  struct catalog_term_record r = {.id = t->id, .rev = t->version.rev, .hash = t->version.hash, .number = t->sort,
                                  .edited_us = t->edited_us};
  return catalog_term_put(w, KIND_THEME, r, t->slug, t->name);
}

void catalog_remove_theme(struct catalog_writer *w, uint64_t id)
{
  catalog_term_remove(w, KIND_THEME, id);
}

enum err catalog_put_page(struct catalog_writer *w, const struct page_head *p)
{
  struct catalog_term_record r = {.id = p->id, .rev = p->version.rev, .hash = p->version.hash,
                                  .number = p->changed_us, .status = (uint16_t)p->status};
  return catalog_term_put(w, KIND_PAGE, r, p->slug, p->title);
}

void catalog_remove_page(struct catalog_writer *w, uint64_t id)
{
  catalog_term_remove(w, KIND_PAGE, id);
}
