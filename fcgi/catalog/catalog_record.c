/* Builds a product's record from its facts, in w->scratch.  A value that does not fit its field is cut: a name to 1,024
 * bytes, texts to TEXTS_MAX, aliases and pairs to a count of 16 bits, sectors and themes to their maxima.  Only a slug that
 * is empty or longer than 255 bytes is refused. */
#include <stdlib.h>

#include "catalog/catalog_match.h"
#include "catalog/catalog_private.h"
#include "model/editorials.h"
#include "model/texts.h"
#include "text/utf8.h"

static struct span text_cut(struct span text, size_t max)
{
  if (text.n <= max)
    return text;
  size_t n = max;
  while (n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
    n--;
  return span_head(text, n);
}

static struct span name_fold(struct catalog_writer *w, struct span name)
{
  arena_reset(w->arena);
  return text_cut(utf8_fold(w->arena, name), CATALOG_NAME_MAX);
}

static void time_put(struct buf *b, struct catalog_record *r, uint8_t which, int64_t us, int64_t absent)
{
  if (us == absent)
    return;
  r->times |= which;
  buf_put(b, &us, sizeof us);
}

/* Which times need not be stored. */
static uint8_t sames_of(const struct facts *f)
{
  uint8_t same = 0;
  if (f->editorial_us != CLOCK_NEVER && f->n_editorials && editorial_brief_us(f->editorials[0]) == f->editorial_us)
    same |= SAME_EDITORIAL;
  if (f->release_us != CLOCK_NEVER && f->release_us == f->activity_us)
    same |= SAME_RELEASE;
  return same;
}

static void times_put(struct buf *b, struct catalog_record *r, const struct facts *f)
{
  int64_t told_us = f->editorial_us > f->activity_us ? f->editorial_us : f->activity_us;
  r->same = sames_of(f) & SAMES_ALL;
  if (!(r->same & SAME_EDITORIAL))
    time_put(b, r, TIME_EDITORIAL, f->editorial_us, CLOCK_NEVER);
  time_put(b, r, TIME_ACTIVITY, f->activity_us, CLOCK_NEVER);
  time_put(b, r, TIME_SPARK, f->spark_us, CLOCK_NEVER);
  time_put(b, r, TIME_DUE, f->next_due_us, CLOCK_FOREVER);
  time_put(b, r, TIME_EDITED, f->edited_us, CLOCK_NEVER);
  if (!(r->same & SAME_RELEASE))
    time_put(b, r, TIME_RELEASE, f->release_us, CLOCK_NEVER);
  time_put(b, r, TIME_CHANGED, f->changed_us, told_us);
}

static int id_cmp(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static uint64_t text_of(const struct facts *f, uint64_t other_id)
{
  for (uint32_t i = 0; i < f->n_written; i++)
    if (f->written[i].other_id == other_id)
      return f->written[i].text_id;
  return 0;
}

static void pair_texts_put(struct buf *b, struct catalog_record *r, const struct facts *f, size_t ids_at)
{
  for (uint32_t i = 0; i < r->n_pairs && f->n_written && !b->failed; i++) {
    uint64_t id, text;
    memcpy(&id, b->p + ids_at + i * sizeof id, sizeof id);
    text = text_of(f, id);
    buf_put(b, &text, sizeof text);
    r->flags |= FLAG_PAIR_TEXTS;
  }
}

static bool pairs_put(struct buf *b, struct catalog_record *r, const struct facts *f, const uint64_t *ids, size_t n)
{
  uint64_t *sorted = n ? reallocarray(NULL, n, sizeof *ids) : NULL;
  size_t ids_at = b->n;
  if (n && !sorted)
    return false;
  if (n) {
    memcpy(sorted, ids, n * sizeof *ids);
    qsort(sorted, n, sizeof *sorted, id_cmp);
  }
  for (size_t i = 0; i < n && r->n_pairs < UINT16_MAX; i++)
    if (sorted[i] != f->id && (i == 0 || sorted[i] != sorted[i - 1])) {
      buf_put(b, &sorted[i], sizeof sorted[i]);
      r->n_pairs++;
    }
  free(sorted);
  pair_texts_put(b, r, f, ids_at);
  return true;
}

static void picks_put(struct buf *b, struct catalog_record *r, const struct facts *f)
{
  for (uint32_t i = 0; i < f->n_picks && r->n_picks < PRODUCT_PICKS_MAX; i++)
    if (f->picks[i] != f->id) {
      buf_put(b, &f->picks[i], sizeof f->picks[i]);
      r->n_picks++;
    }
}

static void editorials_put(struct buf *b, struct catalog_record *r, const struct facts *f)
{
  uint32_t n = f->n_editorials < PRODUCT_EDITORIALS_MAX ? f->n_editorials : PRODUCT_EDITORIALS_MAX;
  buf_put(b, f->editorials, n * sizeof *f->editorials);
  r->n_editorials = (uint8_t)n;
}

/* In the least width that holds all counts, so equal counts have equal bytes. */
void catalog_past_put(struct buf *b, struct catalog_record *r, const uint16_t *counts)
{
  uint16_t most = 0;
  for (int i = 0; i < SCORE_MONTHS; i++)
    most |= counts[i];
  r->past = (most > UINT8_MAX ? 2u : most > 0) & 3;
  for (int i = 0; i < SCORE_MONTHS && r->past; i++) {
    uint8_t narrow = (uint8_t)counts[i];
    buf_put(b, r->past == 2 ? (const void *)&counts[i] : &narrow, r->past);
  }
}

/* Pads the record to whole units and writes its fixed part. */
void catalog_record_finish(struct buf *b, const struct catalog_record *r)
{
  size_t bytes = catalog_record_bytes(r);
  while (b->n < bytes && !b->failed)
    buf_putc(b, '\0');
  b->n = bytes;
  if (!b->failed)
    memcpy(b->p, r, sizeof *r);
}

static void text_put(struct catalog_writer *w, struct catalog_record *r, struct span slug, struct span name)
{
  struct buf *b = &w->scratch;
  struct span fold = name_fold(w, name);
  r->slug_n = (uint8_t)slug.n;
  r->name_n = (uint16_t)name.n;
  buf_span(b, slug);
  buf_span(b, name);
  if (match_same(fold, slug)) {
    r->flags |= FLAG_FOLD_IS_SLUG;
    return;
  }
  r->fold_n = fold.n & 0xfff;
  buf_span(b, fold);
}

static void aliases_put(struct buf *b, struct catalog_record *r, const struct span *aliases, size_t n)
{
  size_t bytes = 0;
  for (size_t i = 0; i < n; i++) {
    if (aliases[i].n == 0 || aliases[i].n > UINT8_MAX || bytes + aliases[i].n + 1 > UINT16_MAX)
      continue;
    buf_putc(b, (char)aliases[i].n);
    buf_span(b, aliases[i]);
    bytes += aliases[i].n + 1;
  }
  r->alias_bytes = (uint16_t)bytes;
}

static void texts_put(struct buf *b, struct catalog_record *r, struct span texts)
{
  texts = text_cut(texts, TEXTS_MAX);
  r->texts_n = (uint16_t)texts.n;
  buf_span(b, texts);
}

static uint8_t flags_of(const struct facts *f)
{
  return (uint8_t)((unsigned)f->status | (unsigned)f->lifecycle << 2 | (f->has_editorial ? FLAG_EDITORIAL : 0) |
                   (f->has_questions ? FLAG_QUESTIONS : 0));
}

enum err catalog_record_build(struct catalog_writer *w, const struct facts *f, const struct span *aliases,
                              size_t n_aliases, const uint64_t *pair_ids, size_t n_pairs)
{
  struct buf *b = &w->scratch;
  struct catalog_record r = {.id = f->id, .rev = f->version.rev, .hash = f->version.hash,
                             .n90 = f->n90, .activities = f->activities,
                             .window_h = catalog_window_hours(f->window_us), .flags = flags_of(f)};
  r.s30 = f->s30 < UINT16_MAX ? (uint16_t)f->s30 : UINT16_MAX;
  r.override_tenths = (int8_t)(f->override_tenths < 0 ? -1 : f->override_tenths > 100 ? 100 : f->override_tenths);
  r.n_sectors = (uint8_t)(f->n_sectors < PRODUCT_SECTORS_MAX ? f->n_sectors : PRODUCT_SECTORS_MAX);
  r.n_themes = (uint8_t)(f->n_themes < PRODUCT_THEMES_MAX ? f->n_themes : PRODUCT_THEMES_MAX);
  if (f->slug.n == 0 || f->slug.n > UINT8_MAX)
    return ERR_INVALID;
  if (!catalog_intern(w, f->sectors, r.n_sectors, &r.sectors) || !catalog_intern(w, f->themes, r.n_themes, &r.themes))
    return ERR_LIMIT;
  buf_clear(b);
  buf_put(b, &r, sizeof r);
  times_put(b, &r, f);
  if (!pairs_put(b, &r, f, pair_ids, n_pairs))
    return ERR_NO_MEMORY;
  picks_put(b, &r, f);
  editorials_put(b, &r, f);
  if (f->past)
    catalog_past_put(b, &r, f->past);
  text_put(w, &r, f->slug, text_cut(f->name, CATALOG_NAME_MAX));
  aliases_put(b, &r, aliases, n_aliases);
  texts_put(b, &r, f->texts);
  catalog_record_finish(b, &r);
  return b->failed || arena_failed(w->arena) ? ERR_NO_MEMORY : ERR_OK;
}
