/* The medians of sectors: for each first sector, how many published products have which n90, now and at the end of each past
 * month.  A product that changes moves from one count to another, so a median is found without the other products. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

/* ---- distributions */
static size_t count_place(const struct catalog_distribution *d, uint32_t n90)
{
  if (n90 < d->n && d->counts[n90].n90 == n90) /* usually all small counts occur */
    return n90;
  size_t from = 0, to = d->n;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (d->counts[middle].n90 < n90)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* by: +1 or -1 product with this n90. */
static bool distribution_add(struct catalog_distribution *d, uint32_t n90, int by)
{
  size_t i = count_place(d, n90);
  if (i == d->n || d->counts[i].n90 != n90) {
    if (by < 0)
      return true;
    if (!catalog_grow((void **)&d->counts, &d->cap, d->n + 1, sizeof *d->counts))
      return false;
    memmove(d->counts + i + 1, d->counts + i, (d->n++ - i) * sizeof *d->counts);
    d->counts[i] = (struct catalog_count){n90, 0};
  }
  d->counts[i].products += (uint32_t)by;
  if (d->counts[i].products == 0)
    memmove(d->counts + i, d->counts + i + 1, (--d->n - i) * sizeof *d->counts);
  return true;
}

/* n90 of the product at this rank, after `zeros` more products with 0. */
static uint32_t rank_count(const struct catalog_distribution *d, uint32_t zeros, uint64_t rank)
{
  for (size_t i = 0; i < d->n && rank >= zeros; i++) {
    if (rank - zeros < d->counts[i].products)
      return d->counts[i].n90;
    rank -= d->counts[i].products;
  }
  return 0;
}

/* true: the median is another one. */
static bool median_find(struct catalog_distribution *d, uint32_t zeros)
{
  uint32_t before = d->median2;
  uint64_t total = zeros;
  for (size_t i = 0; i < d->n; i++)
    total += d->counts[i].products;
  d->products = (uint32_t)total;
  d->median2 = total ? rank_count(d, zeros, (total - 1) / 2) + rank_count(d, zeros, total / 2) : 0;
  return d->median2 != before;
}

/* ---- sectors */
static size_t median_place(const struct catalog_writer *w, uint64_t sector)
{
  size_t from = 0, to = w->n_medians;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (w->medians[middle].sector < sector)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

struct catalog_median *catalog_median_of(struct catalog_writer *w, uint64_t sector)
{
  size_t i = median_place(w, sector);
  return i < w->n_medians && w->medians[i].sector == sector ? &w->medians[i] : NULL;
}

static struct catalog_median *median_find_or_add(struct catalog_writer *w, uint64_t sector)
{
  size_t i = median_place(w, sector);
  if (i < w->n_medians && w->medians[i].sector == sector)
    return &w->medians[i];
  if (!catalog_grow((void **)&w->medians, &w->cap_medians, w->n_medians + 1, sizeof *w->medians))
    return NULL;
  memmove(w->medians + i + 1, w->medians + i, (w->n_medians++ - i) * sizeof *w->medians);
  w->medians[i] = (struct catalog_median){.sector = sector};
  return &w->medians[i];
}

static bool counted(const struct catalog_record *r)
{
  return r && catalog_record_status(r) == PRODUCT_PUBLISHED && r->n_sectors;
}

static uint64_t sector_of(const struct catalog_writer *w, const struct catalog_record *r)
{
  return catalog_ids_of(w, r->sectors)[0];
}

static bool past_same(const struct catalog_writer *w, const struct catalog_record *a, const struct catalog_record *b)
{
  return counted(a) && counted(b) && sector_of(w, a) == sector_of(w, b) && a->past == b->past &&
         memcmp(catalog_record_past(a, a), catalog_record_past(b, b), SCORE_MONTHS * (size_t)a->past) == 0;
}

static bool past_add(struct catalog_median *m, const struct catalog_record *r, int by)
{
  const unsigned char *past = catalog_record_past(r, r);
  m->changed_past = true;
  if (!r->past) {
    m->quiet += (uint32_t)by;
    return true;
  }
  for (int i = 0; i < SCORE_MONTHS; i++)
    if (!distribution_add(&m->past[i], catalog_past_count(r, past, i), by))
      return false;
  return true;
}

static bool median_add(struct catalog_writer *w, const struct catalog_record *r, int by, bool past)
{
  struct catalog_median *m = counted(r) ? median_find_or_add(w, sector_of(w, r)) : NULL;
  if (!m)
    return !counted(r);
  m->changed_now = true;
  return distribution_add(&m->now, r->activities ? r->n90 : 0, by) && (!past || past_add(m, r, by));
}

bool catalog_median_move(struct catalog_writer *w, const struct catalog_record *from, const struct catalog_record *to)
{
  bool past = !past_same(w, from, to);
  return median_add(w, from, -1, past) && median_add(w, to, 1, past);
}

void catalog_medians_find(struct catalog_writer *w)
{
  for (size_t i = 0; i < w->n_medians; i++) {
    struct catalog_median *m = &w->medians[i];
    if (m->changed_now && median_find(&m->now, 0))
      w->rank_all = w->dirty_rank = true;
    for (int k = 0; k < SCORE_MONTHS && m->changed_past; k++)
      w->dirty_past |= median_find(&m->past[k], m->quiet);
    m->changed_now = m->changed_past = false;
  }
}

void catalog_medians_free(struct catalog_writer *w)
{
  for (size_t i = 0; i < w->n_medians; i++) {
    free(w->medians[i].now.counts);
    for (int k = 0; k < SCORE_MONTHS; k++)
      free(w->medians[i].past[k].counts);
  }
  free(w->medians);
  w->medians = NULL;
  w->n_medians = w->cap_medians = 0;
}

/* ---- the table of past medians */
enum err catalog_past_write(struct catalog_writer *w)
{
  uint32_t n = (uint32_t)w->n_terms[KIND_SECTOR];
  const struct catalog_table_ring *sectors = &w->next.tables[TABLE_SECTORS];
  bool fresh;
  uint32_t *out = catalog_table_next(w, TABLE_PAST, n, n * SCORE_MONTHS * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  MUST(sectors->n == n, "the sectors of the catalog changed after their table was written");
  const struct catalog_entry *entries = (const void *)(w->base + (size_t)sectors->slot[sectors->current].at * 8);
  const uint32_t *by_id = (const uint32_t *)(entries + n);
  for (uint32_t row = 0; row < n; row++) {
    const struct catalog_median *m = catalog_median_of(w, catalog_term_of(w, w->terms[KIND_SECTOR][row].record)->id);
    MUST(by_id[row] < n, "a sector has no entry in the catalog");
    for (int k = 0; k < SCORE_MONTHS; k++)
      out[by_id[row] * SCORE_MONTHS + (uint32_t)k] = m ? m->past[k].median2 : 0;
  }
  return ERR_OK;
}
