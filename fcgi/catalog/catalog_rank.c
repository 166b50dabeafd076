/* Writes scores and rankings of the next snapshot.  The ranking is the list by slug, sorted by score in one counting
 * pass (there are 102 scores).  One walk over the ranking distributes it to the rankings of sectors and themes, so all
 * of them agree by construction. */
#include "catalog/catalog_rank_columns.h"

#define PREFETCH 16 /* products ahead of the walk; they lie in no order */

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

/* ---- the lists of sectors and themes */

/* Turns the length of each row's list into its start.  Returns the end of the last list. */
static uint32_t lists_place(uint32_t *fill, size_t rows, uint32_t from)
{
  for (size_t i = 0; i < rows; i++) {
    uint32_t n = fill[i];
    fill[i] = from;
    from += n;
  }
  return from;
}

static void lists_fill(const struct catalog_writer *w, const struct rank_columns *c, const uint32_t *ranking, uint32_t *out)
{
  for (uint32_t i = 0; i < w->n_by_slug; i++) {
    catalog_alive_at(w, i);
    if (i + PREFETCH < w->n_by_slug)
      __builtin_prefetch(c->rows[ranking[i + PREFETCH]]);
    for (int kind = 0; kind < 2; kind++) {
      const uint32_t *rows = c->pool + c->rows[ranking[i]][kind];
      for (uint32_t k = 1; k <= rows[0]; k++)
        out[c->fill[kind][rows[k]]++] = ranking[i];
    }
  }
}

static enum err lists_write(struct catalog_writer *w, struct rank_columns *c, const uint32_t *ranking)
{
  bool fresh;
  uint32_t sectors_end = lists_place(c->fill[0], w->n_terms[KIND_SECTOR], 0);
  uint32_t n = lists_place(c->fill[1], w->n_terms[KIND_THEME], sectors_end);
  uint32_t *out = catalog_table_next(w, TABLE_LISTS, n, n * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  lists_fill(w, c, ranking, out);
  enum err e = catalog_entries_write(w, KIND_SECTOR, c->fill[0], 0);
  return e == ERR_OK ? catalog_entries_write(w, KIND_THEME, c->fill[1], sectors_end) : e;
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

static enum err rankings_write(struct catalog_writer *w, struct rank_columns *c)
{
  enum err e = catalog_scores_write(w);
  uint32_t *ranking = e == ERR_OK ? ranking_write(w) : NULL;
  if (!ranking)
    return e == ERR_OK ? ERR_LIMIT : e;
  e = catalog_rank_orders_write(w, c, ranking);
  return e == ERR_OK ? lists_write(w, c, ranking) : e;
}

enum err catalog_rank_write(struct catalog_writer *w)
{
  struct rank_columns c;
  enum err e = rank_columns_make(w, &c) ? rankings_write(w, &c) : ERR_NO_MEMORY;
  rank_columns_free(&c);
  return e;
}
