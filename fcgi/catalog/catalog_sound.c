/* Is what a new writer took over, from the live snapshot or from a file, what a writer could have made?  Both
 * may come from a process that went wrong, and the file from anywhere: a checksum says that bytes are those
 * that were written, not that they make sense.  Every field of every record is looked at; what is refused
 * here is read anew from the database.  Nothing is looked at outside of the heap from `from` to `top`. */
#include "catalog/catalog_match.h"
#include "catalog/catalog_private.h"

#define TIME_MOST (INT64_C(253402300800) * CLOCK_SECOND) /* the year 10000 */

bool catalog_time_sound(int64_t us)
{
  return us == CLOCK_NEVER || (us > -TIME_MOST && us < TIME_MOST);
}

static bool within(const struct catalog_writer *w, uint32_t at, size_t bytes)
{
  uint64_t from = (uint64_t)at * 8;
  return at >= catalog_heap_start() && from + bytes <= (uint64_t)w->next.heap_top * 8;
}

/* ---- products */
static bool ids_sound(const struct catalog_writer *w, uint32_t at, uint32_t n, uint32_t most)
{
  return n == 0 ? at == 0 : n <= most && within(w, at, n * sizeof(uint64_t));
}

static bool times_sound(const struct catalog_record *r)
{
  const int64_t *times = (const int64_t *)(r + 1);
  for (unsigned i = 0; i < catalog_bits(r->times); i++)
    if (times[i] == CLOCK_NEVER || !catalog_time_sound(times[i]))
      return false;
  return catalog_time_sound(r->changed_us) && r->window_h >= 0 && r->window_h < TIME_MOST / CLOCK_HOUR;
}

static bool pairs_sound(const struct catalog_record *r)
{
  const uint64_t *ids = catalog_record_pairs(r, r);
  for (uint32_t i = 0; i < r->n_pairs; i++)
    if (ids[i] == r->id || (i && ids[i] <= ids[i - 1]))
      return false;
  return true;
}

static bool aliases_sound(const struct catalog_record *r)
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

static bool text_sound(const struct catalog_record *r)
{
  uint32_t slug = match_letters(catalog_record_slug(r, r));
  bool same = r->flags & FLAG_FOLD_IS_SLUG;
  if (r->slug_n == 0 || r->name_n > CATALOG_NAME_MAX || r->fold_n > CATALOG_NAME_MAX)
    return false;
  return same ? r->fold_n == 0 && (r->letters & slug) == slug
              : r->letters == (slug | match_letters(catalog_record_fold(r, r)));
}

static bool words_sound(const struct catalog_record *r)
{
  unsigned known = FLAG_STATUS | FLAG_LIFECYCLE | FLAG_EDITORIAL | FLAG_QUESTIONS | FLAG_FOLD_IS_SLUG;
  return !(r->flags & ~known) && (r->flags & FLAG_STATUS) <= PRODUCT_ARCHIVED &&
         (r->flags & FLAG_LIFECYCLE) >> 2 <= LIFECYCLE_DISCONTINUED && r->override_tenths >= -1 &&
         r->override_tenths <= 100 && !(r->times & ~TIMES_ALL);
}

static bool record_sound(const struct catalog_writer *w, uint32_t at)
{
  const struct catalog_record *r = catalog_record_of(w, at);
  if (!within(w, at, sizeof *r) || !within(w, at, catalog_record_bytes(r)))
    return false;
  return r->id && words_sound(r) && times_sound(r) && text_sound(r) && pairs_sound(r) && aliases_sound(r) &&
         ids_sound(w, r->sectors, r->n_sectors, PRODUCT_SECTORS_MAX) &&
         ids_sound(w, r->themes, r->n_themes, PRODUCT_THEMES_MAX);
}

/* ---- the list of published products, all of them, in order */
static bool listed_sound(const struct catalog_writer *w, uint32_t i)
{
  uint32_t ordinal = w->by_slug[i], before = i ? w->by_slug[i - 1] : 0;
  if (ordinal >= w->next.products || !w->records[ordinal])
    return false;
  const struct catalog_record *r = catalog_record_of(w, w->records[ordinal]);
  const struct catalog_record *last = catalog_record_of(w, w->records[before]);
  if (catalog_record_status(r) != PRODUCT_PUBLISHED)
    return false;
  int c = i ? span_cmp(catalog_record_slug(last, last), catalog_record_slug(r, r)) : -1;
  return c < 0 || (c == 0 && before < ordinal);
}

static bool products_sound(const struct catalog_writer *w)
{
  uint32_t published = 0;
  for (uint32_t i = 0; i < w->next.products; i++) {
    if (!w->records[i])
      continue;
    if (!record_sound(w, w->records[i]))
      return false;
    published += catalog_record_status(catalog_record_of(w, w->records[i])) == PRODUCT_PUBLISHED;
  }
  if (w->n_by_slug != published)
    return false;
  for (uint32_t i = 0; i < w->n_by_slug; i++)
    if (!listed_sound(w, i))
      return false;
  return true;
}

/* ---- sectors, themes, pages: by id */
static bool term_sound(const struct catalog_writer *w, enum catalog_kind k, uint32_t at)
{
  const struct catalog_term_record *t = catalog_term_of(w, at);
  if (!within(w, at, sizeof *t) || t->name_n > UINT16_MAX || !within(w, at, sizeof *t + t->slug_n + t->name_n))
    return false;
  return catalog_time_sound(t->edited_us) &&
         (k == KIND_PAGE ? t->status <= PRODUCT_ARCHIVED && catalog_time_sound(t->number) : t->status == 0);
}

bool catalog_terms_sound(const struct catalog_writer *w, enum catalog_kind k)
{
  for (size_t i = 0; i < w->n_terms[k]; i++)
    if (!term_sound(w, k, w->terms[k][i].record))
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

/* ---- the place in the change log */
static bool follow_sound(const struct catalog_follow *f)
{
  if (f->n_gaps > CATALOG_GAPS_MAX || !memchr(f->incarnation, 0, sizeof f->incarnation) ||
      !catalog_time_sound(f->anchor_changed_us))
    return false;
  for (uint32_t i = 0; i < f->n_gaps; i++) {
    const struct catalog_gap *g = &f->gaps[i];
    if (g->first > g->last || g->last > f->cursor || (i && g->first <= g[-1].last) || !catalog_time_sound(g->until_us))
      return false;
  }
  return true;
}

bool catalog_sound(const struct catalog_writer *w)
{
  for (int k = 0; k < KIND_COUNT; k++)
    if (!catalog_terms_sound(w, k) || !terms_ordered(w, k))
      return false;
  return products_sound(w) && follow_sound(&w->follow) && w->next.publication < CATALOG_PUBLICATION_MOST &&
         catalog_time_sound(w->next.window_us) && catalog_time_sound(w->next.site_edited_us);
}

bool catalog_ids_sound(const struct catalog_writer *w)
{
  for (uint32_t i = 0; i < w->next.products; i++)
    if (w->records[i] && catalog_ordinal_of(w, catalog_record_of(w, w->records[i])->id) != i)
      return false;
  return true;
}
