#include "rows/rows_activity_list.h"

#include <stdlib.h>

#include "base/must.h"
#include "model/moves.h"
#include "rows/rows_activity.h"
#include "rows/rows_values.h"

#define SPARKS_MOST 10

enum { T_PRODUCT, T_FLAGS, T_DIGEST, T_ID, T_KIND, T_CLASS, T_TITLE, T_URL, T_VERSION, T_OCCURRED };
enum { FLAG_NOT_EVENT = 1, FLAG_SPARK = 2, FLAG_RELEASE = 4 };

void rows_activity_list_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "SELECT a.product_id, (IFNULL(a.kind, '') <> 'event') + 2 * (IFNULL(a.class, '') = 'spark') + 4 * " ROWS_IS_RELEASE
                ", " ROWS_ACTIVITY_DIGEST ", a.id, a.kind, a.class, a.title, a.url, a.version, a.occurred_at");
  rows_activity_from(sql, &r->set, &(struct rows_window){CLOCK_NEVER, CLOCK_FOREVER}, false);
}

/* Puts copies of a row side by side, the least digest first. */
static int copies_compare(const void *x, const void *y)
{
  const struct activity_row *a = x, *b = y;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if (a->id != b->id)
    return a->id < b->id ? -1 : 1;
  return (a->digest > b->digest) - (a->digest < b->digest);
}

static int newest_first(const void *x, const void *y)
{
  const struct activity_row *a = x, *b = y;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if (a->occurred_us != b->occurred_us)
    return a->occurred_us > b->occurred_us ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

/* Takes each row once, although a view may return it several times; the copy with the least digest counts.  Then sorts them as
 * timelines show them.  Returns how many are left. */
static size_t listed_once(struct activity_row *v, size_t n)
{
  size_t kept = 0;
  qsort(v, n, sizeof *v, copies_compare);
  for (size_t i = 0; i < n; i++)
    if (!kept || v[kept - 1].owner != v[i].owner || v[kept - 1].id != v[i].id)
      v[kept++] = v[i];
  qsort(v, kept, sizeof *v, newest_first);
  return kept;
}

static struct activity_row *listed_take(struct rows_reading *r, struct db_rows *rows, size_t *n)
{
  struct activity_row *v = ARENA_ARRAY(r->arena, rows->count + 1, struct activity_row);
  *n = 0;
  for (void *row = db_row(rows); v && db_next(rows); row = db_row(rows)) {
    const struct product *p = rows_reading_find(r, db_uint(rows, T_PRODUCT));
    if (p)
      v[(*n)++] = (struct activity_row){.owner = p, .id = db_uint(rows, T_ID), .digest = db_uint(rows, T_DIGEST),
                                  .occurred_us = db_time(rows, T_OCCURRED), .flags = (unsigned)db_uint(rows, T_FLAGS),
                                  .class = rows_class(db_text(rows, T_CLASS)),
                                  .event = rows_kind(db_text(rows, T_KIND)) == ACTIVITY_EVENT, .row = row};
  }
  if (v)
    *n = listed_once(v, *n);
  return v;
}

/* ---- facts, as rows_activities_sql counts them */

static bool within(const struct activity_row *a, int64_t until_us, int days)
{
  return a->occurred_us <= until_us && a->occurred_us > until_us - days * CLOCK_DAY;
}

static void first_time(int64_t *to, int64_t us)
{
  if (*to == CLOCK_NEVER)
    *to = us;
}

/* v: the due activities, newest first. */
static void facts_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  struct facts *f = &p->facts;
  uint64_t digest = 0;
  f->activities = (uint32_t)n;
  for (size_t i = 0; i < n; i++) {
    f->n90 += v[i].flags & FLAG_NOT_EVENT && within(&v[i], r->snapshot.window_us, SCORE_CADENCE_DAYS);
    f->s30 += v[i].flags & FLAG_SPARK && within(&v[i], r->snapshot.window_us, SCORE_SPARK_DAYS);
    first_time(&f->activity_us, v[i].occurred_us);
    if (v[i].flags & FLAG_SPARK)
      first_time(&f->spark_us, v[i].occurred_us);
    if (v[i].flags & FLAG_RELEASE)
      first_time(&f->release_us, v[i].occurred_us);
    digest ^= v[i].digest;
  }
  if (n) {
    rows_reading_mix(r, p, n);
    rows_reading_mix(r, p, digest);
  }
}

static enum err past_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  int64_t ends[SCORE_MONTHS];
  uint32_t counts[SCORE_MONTHS] = {0}, any = 0;
  moves_month_ends(r->past_us, ends);
  for (size_t i = 0; i < n; i++)
    for (size_t m = 0; m < SCORE_MONTHS; m++)
      counts[m] += v[i].flags & FLAG_NOT_EVENT && within(&v[i], ends[m], SCORE_CADENCE_DAYS);
  uint16_t *past = ARENA_ARRAY(r->arena, SCORE_MONTHS, uint16_t);
  for (size_t m = 0; past && m < SCORE_MONTHS; m++) {
    past[m] = counts[m] < UINT16_MAX ? (uint16_t)counts[m] : UINT16_MAX;
    any += past[m];
  }
  p->facts.past = any ? past : NULL;
  return past ? ERR_OK : ERR_NO_MEMORY;
}

/* ---- counts by the hour */

/* v is sorted by time, so an entry of the same slot is among the last ones. */
static struct moves_count *moves_entry(struct moves_count *v, size_t n, const struct moves_count *like)
{
  for (; n && v[n - 1].slot == like->slot; n--)
    if (v[n - 1].class == like->class && v[n - 1].event == like->event)
      return &v[n - 1];
  return NULL;
}

static enum err moves_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  int64_t from_us = moves_from(r->snapshot.window_us);
  size_t most = 0;
  while (most < n && v[most].occurred_us >= from_us)
    most++;
  struct moves_count *moves = ARENA_ARRAY(r->arena, most + 1, struct moves_count);
  for (size_t i = 0; moves && i < most; i++) {
    struct moves_count one = {.slot = moves_slot(v[i].occurred_us), .class = v[i].class, .event = v[i].event, .n = 1};
    struct moves_count *same = moves_entry(moves, p->n_moves, &one);
    if (same)
      same->n++;
    else
      moves[p->n_moves++] = one;
  }
  p->moves = moves;
  return moves ? ERR_OK : ERR_NO_MEMORY;
}

/* ---- activities with their texts */

void rows_activity_list_text(struct rows_reading *r, const struct activity_row *row, struct activity *to)
{
  db_row_again(r->list_rows, row->row);
  MUST(db_next(r->list_rows), "a row of activities is gone");
  rows_activity_take(r->arena, r->list_rows, T_ID, to);
}

/* One page of the timeline. */
static enum err page_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  size_t first = (size_t)(r->page ? r->page - 1 : 0) * TIMELINE_PAGE, left = n > first ? n - first : 0;
  size_t count = left < TIMELINE_PAGE ? left : TIMELINE_PAGE;
  struct activity *to = ARENA_ARRAY(r->arena, count + 1, struct activity);
  p->newer_us = first && first <= n ? v[first - 1].occurred_us : CLOCK_NEVER;
  p->older_us = left > count ? v[first + count].occurred_us : CLOCK_NEVER;
  for (size_t i = 0; to && i < count; i++)
    rows_activity_list_text(r, &v[first + i], &to[i]);
  p->activities = to;
  p->n_activities = to ? count : 0;
  return to ? ERR_OK : ERR_NO_MEMORY;
}

static enum err sparks_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  struct activity *to = ARENA_ARRAY(r->arena, SPARKS_MOST, struct activity);
  for (size_t i = 0; to && i < n && p->n_sparks < SPARKS_MOST; i++)
    if (v[i].class == CLASS_SPARK)
      rows_activity_list_text(r, &v[i], &to[p->n_sparks++]);
  p->sparks = to;
  return to ? ERR_OK : ERR_NO_MEMORY;
}

/* A release with a version that can be seen, which SQL does not know. */
static bool release_take(struct rows_reading *r, const struct activity_row *a, struct activity *to)
{
  if (!(a->flags & FLAG_RELEASE))
    return false;
  rows_activity_list_text(r, a, to);
  return to->kind == ACTIVITY_RELEASE && to->version.n;
}

/* Of equally old releases, the first one on record is the one with the lowest id. */
static const struct activity *release_first(struct rows_reading *r, const struct activity_row *v, size_t n,
                                            struct activity *to)
{
  const struct activity_row *found = NULL;
  for (size_t i = n; i-- && !(found && found->occurred_us != v[i].occurred_us);)
    if (release_take(r, &v[i], to))
      found = &v[i];
  if (!found)
    return NULL;
  rows_activity_list_text(r, found, to);
  return to;
}

static enum err releases_set(struct rows_reading *r, struct product *p, const struct activity_row *v, size_t n)
{
  struct activity *to = ARENA_ARRAY(r->arena, 2, struct activity);
  if (!to)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < n && !p->latest_release; i++)
    if (release_take(r, &v[i], to))
      p->latest_release = to;
  if (p->latest_release)
    p->first_release = release_first(r, v, n, to + 1);
  return ERR_OK;
}

/* ---- one product */

/* v: its activities, newest first; those to come stand at the front. */
static enum err product_set(struct rows_reading *r, const struct activity_row *v, size_t n)
{
  struct product *p = rows_reading_find(r, v->owner->facts.id);
  while (n && v->occurred_us > r->snapshot.site_now_us) {
    if (db_config(r->db)->as_of_us == CLOCK_NEVER)
      rows_reading_due(&p->facts, v->occurred_us);
    v++;
    n--;
  }
  facts_set(r, p, v, n);
  enum err err = r->past_us ? past_set(r, p, v, n) : ERR_OK;
  if (err == ERR_OK && (r->texts || r->page))
    err = page_set(r, p, v, n);
  if (err == ERR_OK && (r->texts || r->cards))
    err = moves_set(r, p, v, n);
  if (err == ERR_OK && (r->texts || r->cards))
    err = sparks_set(r, p, v, n);
  return err == ERR_OK && (r->texts || r->cards) ? releases_set(r, p, v, n) : err;
}

enum err rows_activity_list_take(struct rows_reading *r, struct db_rows *rows)
{
  size_t n, start = 0;
  struct activity_row *v = listed_take(r, rows, &n);
  enum err err = v ? ERR_OK : ERR_NO_MEMORY;
  r->list = v;
  r->n_list = v ? n : 0;
  r->list_rows = rows;
  for (size_t i = 0; i < r->n; i++)
    r->products[i].newer_us = r->products[i].older_us = CLOCK_NEVER;
  for (size_t i = 1; err == ERR_OK && i <= n; i++) {
    if (i < n && v[i].owner == v[start].owner)
      continue;
    err = product_set(r, v + start, i - start);
    start = i;
  }
  return err;
}
