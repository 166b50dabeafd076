/* Checks what a new writer took over from the live snapshot or loaded from the state file.  Both may come from a faulty
 * process, and the file may come from anywhere.  A checksum proves that the bytes are the written ones, not that the values
 * are valid.  So every field of every record is checked, and no byte outside of the record heap is read.  When a check
 * fails, everything is read from the database. */
#include <stdlib.h>

#include "catalog/catalog_private.h"
#include "model/editorials.h"
#include "model/texts.h"

#define PREFETCH 16
#define TIME_MOST (INT64_C(253402300800) * CLOCK_SECOND) /* the year 10000 */

bool catalog_time_valid(int64_t us)
{
  return us == CLOCK_NEVER || (us > -TIME_MOST && us < TIME_MOST);
}

static bool within(const struct catalog_writer *w, uint32_t at, size_t bytes)
{
  uint64_t from = (uint64_t)at * 8;
  return at >= catalog_heap_start() && from + bytes <= (uint64_t)w->next.heap_top * 8;
}

/* ---- products */
static bool ids_valid(const struct catalog_writer *w, uint32_t at, uint32_t n, uint32_t most)
{
  return n == 0 ? at == 0 : n <= most && within(w, at, n * sizeof(uint64_t));
}

static bool times_valid(const struct catalog_record *r)
{
  const int64_t *times = (const int64_t *)(r + 1);
  for (unsigned i = 0; i < catalog_bits(r->times & TIMES_ALL); i++)
    if (times[i] == CLOCK_NEVER || !catalog_time_valid(times[i]))
      return false;
  return r->window_h >= 0 && r->window_h < TIME_MOST / CLOCK_HOUR;
}

/* A time is stored, or another field tells it, which has a time. */
static bool sames_valid(const struct catalog_record *r)
{
  if (r->same & SAME_EDITORIAL &&
      (r->times & TIME_EDITORIAL || !r->n_editorials || !editorial_brief_seconds(*catalog_record_editorials(r, r))))
    return false;
  if (r->same & SAME_RELEASE && (r->times & TIME_RELEASE || !(r->times & TIME_ACTIVITY)))
    return false;
  return !(r->same & ~SAMES_ALL);
}

static bool pairs_valid(const struct catalog_record *r)
{
  const uint64_t *ids = catalog_record_pairs(r, r);
  for (uint32_t i = 0; i < r->n_pairs; i++)
    if (ids[i] == r->id || (i && ids[i] <= ids[i - 1]))
      return false;
  return true;
}

static bool picks_valid(const struct catalog_record *r)
{
  const uint64_t *ids = catalog_record_picks(r, r);
  for (uint32_t i = 0; i < r->n_picks; i++)
    if (ids[i] == r->id)
      return false;
  return r->n_picks <= PRODUCT_PICKS_MAX;
}

static bool editorials_valid(const struct catalog_record *r)
{
  const uint64_t *briefs = catalog_record_editorials(r, r);
  for (uint32_t i = 0; i < r->n_editorials; i++)
    if (!editorial_brief_valid(briefs[i]))
      return false;
  return true;
}

static bool past_valid(const struct catalog_record *r)
{
  const unsigned char *past = catalog_record_past(r, r);
  uint16_t most = 0;
  for (int i = 0; i < SCORE_MONTHS; i++)
    most |= catalog_past_count(r, past, i);
  return r->past == (most > UINT8_MAX ? 2 : most > 0);
}

static bool aliases_valid(const struct catalog_record *r)
{
  struct span rest = catalog_record_aliases(r, r);
  while (rest.n) {
    size_t n = (unsigned char)rest.p[0];
    if (n == 0 || n + 1 > rest.n)
      return false;
    rest = span_from(rest, n + 1);
  }
  return true;
}

static bool text_valid(const struct catalog_record *r)
{
  return r->slug_n && r->name_n <= CATALOG_NAME_MAX && r->fold_n <= CATALOG_NAME_MAX && r->texts_n <= TEXTS_MAX &&
         (!(r->flags & FLAG_FOLD_IS_SLUG) || r->fold_n == 0);
}

static bool flags_valid(const struct catalog_record *r)
{
  unsigned known = FLAG_STATUS | FLAG_LIFECYCLE | FLAG_EDITORIAL | FLAG_QUESTIONS | FLAG_FOLD_IS_SLUG |
                   FLAG_PAIR_TEXTS;
  return !(r->flags & ~known) && (r->flags & FLAG_STATUS) <= PRODUCT_ARCHIVED &&
         (r->flags & FLAG_LIFECYCLE) >> 2 <= LIFECYCLE_DISCONTINUED && r->override_tenths >= -1 &&
         r->override_tenths <= 100 && !(r->times & ~TIMES_ALL);
}

static bool record_valid(const struct catalog_writer *w, uint32_t at)
{
  const struct catalog_record *r = catalog_record_of(w, at);
  if (!within(w, at, sizeof *r) || !within(w, at, catalog_record_bytes(r)))
    return false;
  return r->id && flags_valid(r) && times_valid(r) && sames_valid(r) && text_valid(r) && pairs_valid(r) && picks_valid(r) &&
         editorials_valid(r) && past_valid(r) && aliases_valid(r) &&
         ids_valid(w, r->sectors, r->n_sectors, PRODUCT_SECTORS_MAX) &&
         ids_valid(w, r->themes, r->n_themes, PRODUCT_THEMES_MAX);
}

/* ---- the lists of published products: complete and in order */
static bool is_before(const struct catalog_text_key *a, const struct catalog_text_key *b, bool *same)
{
  *same = a->high == b->high && a->low == b->low;
  return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static bool listed_valid(const struct catalog_writer *w, const uint32_t *listed, uint32_t i,
                         const struct catalog_text_key *keys,
                         int (*cmp)(const struct catalog_writer *, uint32_t, uint32_t))
{
  bool same;
  if (listed[i] >= w->next.products || keys[listed[i]].high == UINT64_MAX)
    return false;
  return i == 0 || is_before(&keys[listed[i - 1]], &keys[listed[i]], &same) || (same && cmp(w, listed[i - 1], listed[i]) < 0);
}

/* The records of a list lie in no order, and to read them takes as long as to read the rest of the file.  The keys were made
 * in the order of memory and decide nearly all comparisons. */
static bool all_listed(const struct catalog_writer *w, const uint32_t *listed, struct catalog_text_key *keys,
                       int (*cmp)(const struct catalog_writer *, uint32_t, uint32_t))
{
  bool valid = keys;
  for (uint32_t i = 0; i < w->n_by_slug && valid; i++) {
    if (i + PREFETCH < w->n_by_slug && listed[i + PREFETCH] < w->next.products)
      __builtin_prefetch(&keys[listed[i + PREFETCH]]);
    valid = listed_valid(w, listed, i, keys, cmp);
  }
  free(keys);
  return valid;
}

static bool products_valid(const struct catalog_writer *w)
{
  uint32_t published = 0;
  for (uint32_t i = 0; i < w->next.products; i++) {
    if (!w->records[i])
      continue;
    if (!record_valid(w, w->records[i]))
      return false;
    published += catalog_record_status(catalog_record_of(w, w->records[i])) == PRODUCT_PUBLISHED;
  }
  if (w->n_by_slug != published)
    return false;
  return all_listed(w, w->by_slug, catalog_slug_keys(w), catalog_slug_cmp) &&
         all_listed(w, w->by_name, catalog_name_keys(w), catalog_name_cmp);
}

/* ---- sectors, themes, pages, attributes: in the order of ids */
static bool term_valid(const struct catalog_writer *w, enum catalog_kind k, uint32_t at)
{
  const struct catalog_term_record *t = catalog_term_of(w, at);
  if (!within(w, at, sizeof *t) || t->name_n > UINT16_MAX || !within(w, at, sizeof *t + t->slug_n + t->name_n))
    return false;
  if (k == KIND_ATTRIBUTE && !catalog_attribute_valid(catalog_term_name(t)))
    return false;
  return catalog_time_valid(t->edited_us) && (k != KIND_PAGE || catalog_time_valid(t->number)) &&
         t->status <= (k == KIND_PAGE || k == KIND_ATTRIBUTE ? PRODUCT_ARCHIVED : 0);
}

bool catalog_terms_valid(const struct catalog_writer *w, enum catalog_kind k)
{
  for (size_t i = 0; i < w->n_terms[k]; i++)
    if (!term_valid(w, k, w->terms[k][i].record))
      return false;
  return true;
}

static bool terms_ordered(const struct catalog_writer *w, enum catalog_kind k)
{
  for (size_t i = 1; i < w->n_terms[k]; i++)
    if (catalog_term_of(w, w->terms[k][i - 1].record)->id >= catalog_term_of(w, w->terms[k][i].record)->id)
      return false;
  return true;
}

/* ---- the position in the change log */
static bool position_valid(const struct catalog_position *p)
{
  if (p->n_gaps > CATALOG_GAPS_MAX || !memchr(p->incarnation, 0, sizeof p->incarnation) ||
      !catalog_time_valid(p->anchor_changed_us))
    return false;
  for (uint32_t i = 0; i < p->n_gaps; i++) {
    const struct catalog_gap *g = &p->gaps[i];
    if (g->first > g->last || g->present > g->last - g->first || g->last > p->cursor || (i && g->first <= g[-1].last) ||
        !catalog_time_valid(g->until_us))
      return false;
  }
  return true;
}

bool catalog_valid(const struct catalog_writer *w)
{
  for (int k = 0; k < KIND_COUNT; k++)
    if (!catalog_terms_valid(w, k) || !terms_ordered(w, k))
      return false;
  return products_valid(w) && position_valid(&w->position) && w->next.publication < CATALOG_PUBLICATION_MOST &&
         catalog_time_valid(w->next.window_us) && catalog_time_valid(w->next.site_edited_us) &&
         catalog_time_valid(w->next.public_us);
}

bool catalog_ids_valid(const struct catalog_writer *w)
{
  for (uint32_t i = 0; i < w->next.products; i++)
    if (w->records[i] && catalog_ordinal_of(w, catalog_record_of(w, w->records[i])->id) != i)
      return false;
  return true;
}
