/* Products share their lists of ids (catalog_intern), so the rows of a list are looked up once for all its products. */
#include "catalog/catalog_rank_columns.h"

#include <stdlib.h>

#define PREFETCH 16
#define MEMO_LEAST 1024

struct rank_memo { /* a list of ids whose rows are in the pool */
  uint64_t ids; /* its offset and its length; 0: free */
  uint32_t at;
};

struct rank_lists {
  struct {
    uint64_t *ids; /* hash table from the id of a term to its row; 0: free */
    uint32_t *rows, mask;
    struct rank_memo *memo; /* hash table */
    size_t n_memo, cap_memo;
  } kinds[2];
  size_t n_pool, cap_pool;
};

static bool terms_index(const struct catalog_writer *w, int kind, struct rank_lists *l)
{
  size_t n = w->n_terms[kind], size = 16;
  while (size < n * 2)
    size *= 2;
  uint64_t *ids = l->kinds[kind].ids = calloc(size, sizeof *ids);
  uint32_t *rows = l->kinds[kind].rows = calloc(size, sizeof *rows);
  l->kinds[kind].mask = (uint32_t)size - 1;
  l->kinds[kind].memo = calloc(MEMO_LEAST, sizeof *l->kinds[kind].memo);
  l->kinds[kind].cap_memo = MEMO_LEAST;
  if (!ids || !rows || !l->kinds[kind].memo)
    return false;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t id = catalog_term_of(w, w->terms[kind][i].record)->id;
    size_t at = catalog_hash_id(id) & l->kinds[kind].mask;
    while (ids[at])
      at = (at + 1) & l->kinds[kind].mask;
    ids[at] = id;
    rows[at] = i;
  }
  return true;
}

static uint32_t row_of(const struct rank_lists *l, int kind, uint64_t id)
{
  const uint64_t *ids = l->kinds[kind].ids;
  uint32_t mask = l->kinds[kind].mask;
  for (size_t at = catalog_hash_id(id) & mask; ids[at]; at = (at + 1) & mask)
    if (ids[at] == id)
      return l->kinds[kind].rows[at];
  return CATALOG_NONE;
}

/* ---- the memo */

static struct rank_memo *memo_find(struct rank_memo *memo, size_t cap, uint64_t ids)
{
  size_t at = catalog_hash_id(ids) & (cap - 1);
  while (memo[at].ids && memo[at].ids != ids)
    at = (at + 1) & (cap - 1);
  return &memo[at];
}

static bool memo_grow(struct rank_lists *l, int kind)
{
  size_t n = l->kinds[kind].cap_memo, cap = 2 * n;
  struct rank_memo *old = l->kinds[kind].memo, *new = l->kinds[kind].n_memo * 2 < n ? NULL : calloc(cap, sizeof *new);
  if (!new)
    return l->kinds[kind].n_memo * 2 < n;
  for (size_t i = 0; i < n; i++)
    if (old[i].ids)
      *memo_find(new, cap, old[i].ids) = old[i];
  free(old);
  l->kinds[kind].memo = new;
  l->kinds[kind].cap_memo = cap;
  return true;
}

/* Writes the rows of a list to the pool.  Ids without a row are left out. */
static bool rows_add(const struct catalog_writer *w, struct rank_columns *c, int kind, uint32_t at, uint32_t n)
{
  struct rank_lists *l = c->lists;
  const uint64_t *ids = catalog_ids_of(w, at);
  uint32_t from = (uint32_t)l->n_pool, found = 0;
  if (!catalog_grow((void **)&c->pool, &l->cap_pool, l->n_pool + n + 1, sizeof *c->pool))
    return false;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = row_of(l, kind, ids[i]);
    if (row != CATALOG_NONE)
      c->pool[from + ++found] = row;
  }
  c->pool[from] = found;
  l->n_pool += found + 1;
  return true;
}

/* The place of a list's rows in the pool.  false: no memory. */
static bool rows_find(const struct catalog_writer *w, struct rank_columns *c, int kind, uint32_t at, uint32_t n, uint32_t *out)
{
  struct rank_lists *l = c->lists;
  uint64_t ids = (uint64_t)at << 8 | n;
  *out = 0;
  if (n == 0)
    return true;
  struct rank_memo *memo = memo_find(l->kinds[kind].memo, l->kinds[kind].cap_memo, ids);
  if (!memo->ids) {
    *memo = (struct rank_memo){ids, (uint32_t)l->n_pool};
    *out = memo->at;
    l->kinds[kind].n_memo++;
    return rows_add(w, c, kind, at, n) && memo_grow(l, kind);
  }
  *out = memo->at;
  return true;
}

/* ---- the columns */

static void rows_count(struct rank_columns *c, const uint32_t *rows)
{
  for (int kind = 0; kind < 2; kind++)
    for (uint32_t i = 1; i <= c->pool[rows[kind]]; i++)
      c->fill[kind][c->pool[rows[kind] + i]]++;
}

/* An override replaces the score, also of a product without any activity. */
uint8_t catalog_score_make(struct catalog_writer *w, const struct catalog_record *r)
{
  if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
    return CATALOG_NO_SCORE;
  if (r->override_tenths >= 0)
    return (uint8_t)r->override_tenths;
  if (r->activities == 0)
    return CATALOG_NO_SCORE;
  struct catalog_median *m = r->n_sectors ? catalog_median_of(w, catalog_ids_of(w, r->sectors)[0]) : NULL;
  return (uint8_t)score_tenths(r->n90, r->s30, m ? m->now.median2 : 0);
}

static bool product_read(struct catalog_writer *w, struct rank_columns *c, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  w->scores[ordinal] = catalog_score_make(w, r);
  if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
    return true;
  uint32_t *rows = c->rows[ordinal];
  if (!rows_find(w, c, KIND_SECTOR, r->sectors, r->n_sectors, &rows[0]) ||
      !rows_find(w, c, KIND_THEME, r->themes, r->n_themes, &rows[1]))
    return false;
  rows_count(c, rows);
  c->keys[0][ordinal] = catalog_order_key(CATALOG_BY_MOVES, r, r);
  c->keys[1][ordinal] = catalog_order_key(CATALOG_BY_LATEST, r, r);
  return true;
}

static bool arrays_make(const struct catalog_writer *w, struct rank_columns *c)
{
  size_t n = (size_t)w->next.products + 1;
  c->lists = calloc(1, sizeof *c->lists);
  c->rows = calloc(n, sizeof *c->rows);
  bool made = c->lists && c->rows;
  for (int i = 0; i < 2; i++) {
    c->keys[i] = reallocarray(NULL, n, sizeof **c->keys);
    c->fill[i] = calloc(w->n_terms[i] + 1, sizeof **c->fill);
    made = made && c->keys[i] && c->fill[i] && terms_index(w, i, c->lists);
  }
  return made && rows_add(w, c, KIND_SECTOR, 0, 0);
}

bool rank_columns_make(struct catalog_writer *w, struct rank_columns *c)
{
  *c = (struct rank_columns){0};
  bool made = arrays_make(w, c);
  for (uint32_t i = 0; made && i < w->next.products; i++) {
    catalog_alive_at(w, i);
    if (i + PREFETCH < w->next.products)
      __builtin_prefetch(w->base + (size_t)w->records[i + PREFETCH] * 8 + CATALOG_RECORD_HOT);
    made = product_read(w, c, i);
  }
  return made;
}

void rank_columns_free(struct rank_columns *c)
{
  for (int i = 0; i < 2; i++) {
    free(c->keys[i]);
    free(c->fill[i]);
    if (c->lists) {
      free(c->lists->kinds[i].ids);
      free(c->lists->kinds[i].rows);
      free(c->lists->kinds[i].memo);
    }
  }
  free(c->lists);
  free(c->rows);
  free(c->pool);
  *c = (struct rank_columns){0};
}
