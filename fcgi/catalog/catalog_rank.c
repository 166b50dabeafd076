/* Writes scores and rankings of the next snapshot.  The ranking is the list by slug, sorted by score in one counting
 * pass (there are 102 scores).  One walk over the ranking distributes it to the rankings of sectors and themes, so all
 * of them agree by construction. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

#define PREFETCH 16 /* records ahead of the walk; they lie in no order */

static const struct catalog_record *record_of(const struct catalog_writer *w, uint32_t ordinal)
{
  return catalog_record_of(w, w->records[ordinal]);
}

/* Prefetches in two steps: the offset of the record, then the record.  (gcc drops a call that only prefetches unless it
 * is inlined early.) */
static inline __attribute__((always_inline)) void records_prefetch(const struct catalog_writer *w,
                                                                const uint32_t *ordinals, uint32_t i, uint32_t n)
{
  if (i + 2 * PREFETCH >= n)
    return;
  __builtin_prefetch(&w->records[ordinals[i + 2 * PREFETCH]]);
  __builtin_prefetch(w->base + (size_t)w->records[ordinals[i + PREFETCH]] * 8 + CATALOG_RECORD_HOT);
}

static const uint64_t *terms_of(const struct catalog_writer *w, const struct catalog_record *r, int kind, uint32_t *n)
{
  *n = kind == KIND_SECTOR ? r->n_sectors : r->n_themes;
  return catalog_ids_of(w, kind == KIND_SECTOR ? r->sectors : r->themes);
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

static unsigned bucket_of(uint8_t score)
{
  return score == CATALOG_NO_SCORE ? 101 : 100u - score;
}

static uint32_t *ranking_write(struct catalog_writer *w)
{
  uint32_t start[103] = {0};
  bool fresh;
  uint32_t *out = catalog_table_next(w, TABLE_RANKING, w->n_by_slug, w->n_by_slug * sizeof *out, &fresh);
  if (!out)
    return NULL;
  for (uint32_t i = 0; i < w->n_by_slug; i++)
    start[bucket_of(w->scores[w->by_slug[i]]) + 1]++;
  for (int i = 1; i < 103; i++)
    start[i] += start[i - 1];
  for (uint32_t i = 0; i < w->n_by_slug; i++)
    out[start[bucket_of(w->scores[w->by_slug[i]])]++] = w->by_slug[i];
  return out;
}

/* ---- rows of sectors and themes by id, while the lists are built */
struct term_index {
  uint64_t *ids; /* hash table, 0: free */
  uint32_t *rows, mask;
  uint32_t *fill; /* by row: length, then end of its list */
};

static void index_free(struct term_index *x)
{
  free(x->ids);
  free(x->rows);
  free(x->fill);
}

static bool index_build(const struct catalog_writer *w, int kind, struct term_index *x)
{
  size_t n = w->n_terms[kind], size = 16;
  while (size < n * 2)
    size *= 2;
  *x = (struct term_index){calloc(size, sizeof *x->ids), calloc(size, sizeof *x->rows), (uint32_t)size - 1,
                           calloc(n + 1, sizeof *x->fill)};
  if (!x->ids || !x->rows || !x->fill)
    return false;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t id = catalog_term_of(w, w->terms[kind][i].record)->id;
    size_t at = catalog_hash_id(id) & x->mask;
    while (x->ids[at])
      at = (at + 1) & x->mask;
    x->ids[at] = id;
    x->rows[at] = i;
  }
  return true;
}

static uint32_t row_of(const struct term_index *x, uint64_t id)
{
  for (size_t at = catalog_hash_id(id) & x->mask; x->ids[at]; at = (at + 1) & x->mask)
    if (x->ids[at] == id)
      return x->rows[at];
  return CATALOG_NONE;
}

static void list_count(struct catalog_writer *w, const struct catalog_record *r, struct term_index x[2])
{
  for (int kind = 0; kind < 2; kind++) {
    uint32_t n;
    const uint64_t *ids = terms_of(w, r, kind, &n);
    for (uint32_t k = 0; k < n; k++) {
      uint32_t row = row_of(&x[kind], ids[k]);
      if (row != CATALOG_NONE)
        x[kind].fill[row]++;
    }
  }
}

/* Computes all scores and the length of each list, in one pass in memory order of ordinals. */
static void scores_compute(struct catalog_writer *w, struct term_index x[2])
{
  for (uint32_t i = 0; i < w->next.products; i++) {
    const struct catalog_record *r = record_of(w, i);
    if (i + PREFETCH < w->next.products)
      __builtin_prefetch(w->base + (size_t)w->records[i + PREFETCH] * 8 + CATALOG_RECORD_HOT);
    w->scores[i] = catalog_score_make(w, r);
    if (r && catalog_record_status(r) == PRODUCT_PUBLISHED)
      list_count(w, r, x);
  }
}

/* Turns each row's length into the start of its list.  Returns the end of the last list. */
static uint32_t lists_place(struct term_index *x, size_t rows, uint32_t from)
{
  for (size_t i = 0; i < rows; i++) {
    uint32_t n = x->fill[i];
    x->fill[i] = from;
    from += n;
  }
  return from;
}

static void lists_fill(struct catalog_writer *w, struct term_index x[2], const uint32_t *ranking, uint32_t *out)
{
  for (uint32_t i = 0; i < w->n_by_slug; i++) {
    records_prefetch(w, ranking, i, w->n_by_slug);
    const struct catalog_record *r = record_of(w, ranking[i]);
    for (int kind = 0; kind < 2; kind++) {
      uint32_t n;
      const uint64_t *ids = terms_of(w, r, kind, &n);
      for (uint32_t k = 0; k < n; k++) {
        uint32_t row = row_of(&x[kind], ids[k]);
        if (row != CATALOG_NONE)
          out[x[kind].fill[row]++] = ranking[i];
      }
    }
  }
}

static enum err lists_write(struct catalog_writer *w, struct term_index x[2], const uint32_t *ranking)
{
  bool fresh;
  uint32_t sectors_end = lists_place(&x[0], w->n_terms[KIND_SECTOR], 0);
  uint32_t n = lists_place(&x[1], w->n_terms[KIND_THEME], sectors_end);
  uint32_t *out = catalog_table_next(w, TABLE_LISTS, n, n * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  lists_fill(w, x, ranking, out);
  enum err e = catalog_entries_write(w, KIND_SECTOR, x[0].fill, 0);
  return e == ERR_OK ? catalog_entries_write(w, KIND_THEME, x[1].fill, sectors_end) : e;
}

enum err catalog_scores_write(struct catalog_writer *w)
{
  bool fresh;
  uint8_t *out = catalog_table_next(w, TABLE_SCORES, w->next.products, w->next.products, &fresh);
  if (!out)
    return ERR_LIMIT;
  if (w->next.products)
    memcpy(out, w->scores, w->next.products);
  return ERR_OK;
}

static enum err rankings_write(struct catalog_writer *w, struct term_index x[2])
{
  scores_compute(w, x);
  enum err e = catalog_scores_write(w);
  uint32_t *ranking = e == ERR_OK ? ranking_write(w) : NULL;
  if (!ranking)
    return e == ERR_OK ? ERR_LIMIT : e;
  e = catalog_rank_orders_write(w, ranking);
  return e == ERR_OK ? lists_write(w, x, ranking) : e;
}

enum err catalog_rank_write(struct catalog_writer *w)
{
  struct term_index x[2] = {{0}};
  enum err e = ERR_NO_MEMORY;
  if (index_build(w, KIND_SECTOR, &x[0]) && index_build(w, KIND_THEME, &x[1]))
    e = rankings_write(w, x);
  index_free(&x[0]);
  index_free(&x[1]);
  return e;
}
