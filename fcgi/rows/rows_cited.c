#include "rows/rows_cited.h"

#include <stdlib.h>

#include "rows/rows_activity.h"
#include "rows/rows_activity_list.h"

#define DIGITS_MOST 18
#define MARK "[^activity:"

/* ---- the ids in a body */

static bool id_read(struct span s, uint64_t *id)
{
  size_t n = 0;
  *id = 0;
  for (; n < s.n && n < DIGITS_MOST && s.p[n] >= '0' && s.p[n] <= '9'; n++)
    *id = *id * 10 + (uint64_t)(s.p[n] - '0');
  return *id && n < s.n && s.p[n] == ']';
}

static void id_add(struct rows_cited *c, uint64_t id)
{
  if (c->n == c->room) {
    size_t room = c->room ? 2 * c->room : 16;
    uint64_t *ids = ARENA_ARRAY(c->arena, room, uint64_t);
    if (!ids)
      return;
    if (c->n)
      memcpy(ids, c->ids, c->n * sizeof *ids);
    c->ids = ids;
    c->room = room;
  }
  c->ids[c->n++] = id;
}

void rows_cited_add(struct rows_cited *c, struct span body)
{
  uint64_t id;
  for (size_t at; (at = span_find_span(body, SPAN(MARK))) < body.n;) {
    body = span_from(body, at + strlen(MARK));
    if (id_read(body, &id))
      id_add(c, id);
  }
}

static void product_add(struct rows_cited *c, const struct product *p)
{
  if (p->editorial) {
    rows_cited_add(c, p->editorial->current_md);
    rows_cited_add(c, p->editorial->heading_md);
    rows_cited_add(c, p->editorial->prediction_md);
  }
  for (size_t i = 0; i < p->n_questions; i++)
    rows_cited_add(c, p->questions[i].answer_md);
  for (size_t i = 0; i < p->n_pairs; i++) {
    rows_cited_add(c, p->pairs[i].intro_md);
    rows_cited_add(c, p->pairs[i].verdict_md);
    for (size_t k = 0; k < p->pairs[i].n_questions; k++)
      rows_cited_add(c, p->pairs[i].questions[k].answer_md);
  }
}

/* ---- the activities */

static int id_compare(const void *x, const void *y)
{
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

static int activity_compare(const void *x, const void *y)
{
  return id_compare(&((const struct activity *)x)->id, &((const struct activity *)y)->id);
}

static void ids_sort(struct rows_cited *c)
{
  size_t kept = 0;
  qsort(c->ids, c->n, sizeof *c->ids, id_compare);
  for (size_t i = 0; i < c->n && kept < ROWS_CITED_MOST; i++)
    if (!kept || c->ids[i] != c->ids[kept - 1])
      c->ids[kept++] = c->ids[i];
  c->n = kept;
}

/* An activity that is found for a product, with the product's place in the reading. */
struct cited_row {
  size_t product;
  struct activity activity;
};

struct cited_search {
  const struct rows_cited *cited;
  struct cited_row *v;
  bool *known; /* of the id at this place */
  size_t n;
};

/* NULL: no body names the id, or its activity is known. */
static const uint64_t *unknown(const struct cited_search *f, uint64_t id)
{
  const uint64_t *at = bsearch(&id, f->cited->ids, f->cited->n, sizeof *f->cited->ids, id_compare);
  return at && !f->known[at - f->cited->ids] ? at : NULL;
}

/* Copies of a row, and rows of other readings, come again. */
static void found_add(struct cited_search *f, size_t product, const struct activity *a)
{
  const uint64_t *id = unknown(f, a->id);
  if (!id)
    return;
  f->known[id - f->cited->ids] = true;
  f->v[f->n++] = (struct cited_row){product, *a};
}

static void read_already(struct cited_search *f, size_t at, const struct product *p)
{
  for (size_t i = 0; i < p->n_activities; i++)
    found_add(f, at, &p->activities[i]);
  for (size_t i = 0; i < p->n_sparks; i++)
    found_add(f, at, &p->sparks[i]);
  for (uint32_t i = 0; p->editorials && i < p->facts.n_editorials; i++)
    if (p->editorials[i].grade.evidence)
      found_add(f, at, p->editorials[i].grade.evidence);
}

static void others_sql(const struct rows_reading *r, struct buf *sql, const struct cited_search *f)
{
  bool first = true;
  buf_puts(sql, "SELECT a.product_id, a.id, a.kind, a.class, a.title, a.url, a.version, a.occurred_at");
  rows_activity_due(r, sql, CLOCK_NEVER);
  buf_puts(sql, " AND a.id IN (");
  for (size_t i = 0; i < f->cited->n; i++)
    if (!f->known[i]) {
      buf_printf(sql, first ? "%llu" : ", %llu", (unsigned long long)f->cited->ids[i]);
      first = false;
    }
  buf_puts(sql, ") ORDER BY a.id");
}

static enum err others_read(struct rows_reading *r, struct cited_search *f)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  others_sql(r, &sql, f);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows)) {
    struct product *p = rows_reading_find(r, db_uint(&rows, 0));
    struct activity a;
    rows_activity_take(r->arena, &rows, 1, &a);
    if (p)
      found_add(f, (size_t)(p - r->products), &a);
  }
  db_rows_free(&rows);
  return err;
}

static void listed_find(struct rows_reading *r, struct cited_search *f)
{
  for (size_t i = 0; i < r->n_list && f->n < f->cited->n; i++) {
    const struct activity_row *row = &r->list[i];
    struct activity a;
    if (row->occurred_us > r->snapshot.site_now_us || !unknown(f, row->id))
      continue;
    rows_activity_list_text(r, row, &a);
    found_add(f, (size_t)(row->owner - r->products), &a);
  }
}

static enum err others_find(struct rows_reading *r, struct cited_search *f)
{
  if (f->n == f->cited->n)
    return ERR_OK;
  if (!r->list)
    return others_read(r, f);
  listed_find(r, f);
  return ERR_OK;
}

/* Each product gets its own, by id. */
static enum err give(struct rows_reading *r, const struct cited_search *f)
{
  size_t *counts = ARENA_ARRAY(r->arena, r->n, size_t);
  if (!counts)
    return ERR_NO_MEMORY;
  memset(counts, 0, r->n * sizeof *counts);
  for (size_t i = 0; i < f->n; i++)
    counts[f->v[i].product]++;
  for (size_t i = 0; i < r->n; i++) {
    struct activity *v = counts[i] ? ARENA_ARRAY(r->arena, counts[i], struct activity) : NULL;
    size_t n = 0;
    if (counts[i] && !v)
      return ERR_NO_MEMORY;
    for (size_t k = 0; v && k < f->n; k++)
      if (f->v[k].product == i)
        v[n++] = f->v[k].activity;
    if (n)
      qsort(v, n, sizeof *v, activity_compare);
    r->products[i].cited = (struct cited){v, n};
  }
  return ERR_OK;
}

enum err rows_cited_find(struct rows_reading *r, struct rows_cited *c)
{
  if (!c->n || !r->n)
    return ERR_OK;
  ids_sort(c);
  struct cited_search f = {.cited = c,
                           .v = ARENA_ARRAY(r->arena, c->n, struct cited_row),
                           .known = ARENA_ARRAY(r->arena, c->n, bool)};
  if (!f.v || !f.known)
    return ERR_NO_MEMORY;
  memset(f.known, 0, c->n * sizeof *f.known);
  for (size_t i = 0; i < r->n; i++)
    read_already(&f, i, &r->products[i]);
  enum err err = others_find(r, &f);
  return err == ERR_OK ? give(r, &f) : err;
}

enum err rows_cited_read(struct rows_reading *r)
{
  struct rows_cited c = {.arena = r->arena};
  for (size_t i = 0; i < r->n; i++)
    product_add(&c, &r->products[i]);
  return rows_cited_find(r, &c);
}
