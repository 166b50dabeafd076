/* Reads the due editorials of many products with one statement, and sorts them.  The server would sort them in a temporary
 * table on disk, because the rows have texts: that took a third of the statement's time.
 *
 * The watcher gets a brief of each (model/editorials.h) and its digest.  With texts, the current editorial is read whole
 * and of past ones what lists show.  Of those to come, the statement returns the first one, which tells when it falls due.
 *
 * Each id counts once.  When a view returns several rows of one id, the latest counts; of equal times, the one with the
 * least digest. */
#include "rows/rows_editorials.h"

#include <stdlib.h>

#include "base/hash.h"
#include "model/editorials.h"
#include "rows/rows_activity.h"
#include "rows/rows_cells.h"
#include "rows/rows_facts.h"
#include "rows/rows_values.h"
#include "text/utf8.h"

#define PREDICTS ROWS_HAS_WORDS("e.prediction_md")
#define ROWS_MOST (2 * PRODUCT_EDITORIALS_MAX) /* of a product, copies included */

enum { E_PRODUCT, E_ID, E_PUBLISHED, E_NTH, E_DIGEST, E_UPDATED, E_STATE, E_PREDICTS, E_HEADLINE, E_CURRENT, E_HEADING,
       E_PREDICTION, E_AUTHOR, E_FORMAT, E_NOTE, E_EVIDENCE };

void rows_editorials_evidence(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, " LEFT JOIN site_activity a ON a.id = e.prediction_activity_id AND a.product_id = e.product_id"
                " AND a.status = 'published' AND " ROWS_DAY_EXISTS("a.occurred_at") " AND a.occurred_at BETWEEN " ROWS_EARLIEST
                " AND ");
  rows_sql_time(sql, r->snapshot.site_now_us);
}

/* The number of an editorial among those of its product that are due, from the newest, or among those to come, from the next. */
static void nearest_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "ROW_NUMBER() OVER (PARTITION BY product_id, published_at > ");
  rows_sql_time(sql, r->snapshot.db_now_us);
  buf_puts(sql, " ORDER BY ABS(TIMESTAMPDIFF(MICROSECOND, published_at, ");
  rows_sql_time(sql, r->snapshot.db_now_us);
  buf_puts(sql, ")), id DESC)");
}

void rows_editorials_sql(const struct rows_reading *r, struct buf *sql)
{
  int64_t most = db_config(r->db)->markdown_bytes;
  buf_puts(sql, "SELECT e.product_id, e.id, e.published_at, newest.nth, " ROWS_EDITORIAL_DIGEST
                ", e.updated_at, e.prediction_state, " PREDICTS);
  if (r->texts) {
    buf_puts(sql, ", e.headline, IF(newest.nth = 1, ");
    rows_sql_body(sql, "e.current_state_md", most);
    buf_puts(sql, ", NULL), IF(newest.nth = 1, ");
    rows_sql_body(sql, "e.heading_md", most);
    buf_puts(sql, ", NULL), IF(newest.nth = 1, ");
    rows_sql_body(sql, "e.prediction_md", most);
    buf_printf(sql, ", LEFT(e.prediction_md, %d)), e.author, " ROWS_FORMAT_CELL ", e.prediction_note" ROWS_EVIDENCE,
               PREDICTION_BYTES);
  }
  if (r->cards)
    buf_puts(sql, ", e.headline");
  buf_puts(sql, " FROM (SELECT id, product_id, published_at, ");
  nearest_sql(r, sql);
  buf_puts(sql, " AS nth FROM");
  rows_preview_source(sql, r->preview, PREVIEW_EDITORIAL, "dated");
  buf_puts(sql, " WHERE status = 'published' AND published_at >= " ROWS_EARLIEST " AND " ROWS_DAY_EXISTS("published_at") " AND");
  rows_sql_in(sql, "product_id", &r->set);
  buf_puts(sql, ") AS newest JOIN");
  rows_preview_source(sql, r->preview, PREVIEW_EDITORIAL, "e");
  buf_puts(sql, " ON e.id = newest.id AND e.product_id = newest.product_id"
                " AND e.published_at = newest.published_at AND e.status = 'published'" ROWS_FORMAT_JOIN);
  if (r->texts)
    rows_editorials_evidence(r, sql);
  buf_puts(sql, " WHERE newest.nth <= IF(newest.published_at > ");
  rows_sql_time(sql, r->snapshot.db_now_us);
  buf_printf(sql, ", 1, %d)", ROWS_MOST);
}

enum err rows_editorials_grade(struct rows_reading *r, const struct db_rows *rows, unsigned state, unsigned note,
                               unsigned evidence, struct editorial *e)
{
  if (utf8_is_blank(e->prediction_md))
    return ERR_OK;
  e->grade = (struct grade){.state = rows_prediction_state(db_text(rows, state)), .note = rows_line(r->arena, rows, note)};
  if (db_null(rows, evidence))
    return ERR_OK;
  struct activity *a = ARENA_NEW(r->arena, struct activity);
  if (!a)
    return ERR_NO_MEMORY;
  rows_activity_take(r->arena, rows, evidence, a);
  e->grade.evidence = a;
  return ERR_OK;
}

struct due_row {
  struct product *product;
  uint64_t id, nth, digest, brief;
  int64_t published_us, updated_us;
  struct editorial *text; /* NULL: the reading has no texts; for cards, with headlines only */
};

/* The lists of all products of a reading, one after the other. */
struct editorials {
  uint64_t *briefs, *ids;
  struct editorial *texts; /* NULL as above */
  size_t n;
};

static bool known(const struct product *p, uint64_t id)
{
  for (uint32_t i = 0; i < p->facts.n_editorials; i++)
    if (p->editorial_ids[i] == id)
      return true;
  return false;
}

static enum err text_take(struct rows_reading *r, struct db_rows *rows, struct editorial *e)
{
  *e = (struct editorial){.id = db_uint(rows, E_ID),
                          .headline = rows_line(r->arena, rows, E_HEADLINE),
                          .current_md = rows_cell(r->arena, rows, E_CURRENT),
                          .heading_md = rows_cell(r->arena, rows, E_HEADING),
                          .prediction_md = rows_cell(r->arena, rows, E_PREDICTION),
                          .format = body_format_of(db_text(rows, E_FORMAT)),
                          .author = rows_line(r->arena, rows, E_AUTHOR),
                          .published_us = db_time(rows, E_PUBLISHED),
                          .updated_us = db_time(rows, E_UPDATED)};
  return rows_editorials_grade(r, rows, E_STATE, E_NOTE, E_EVIDENCE, e);
}

/* The first row of a product is its current editorial. */
static void current_set(const struct due_row *row, const struct editorials *all)
{
  struct product *p = row->product;
  p->facts.has_editorial = true;
  p->facts.editorial_us = row->published_us > row->updated_us ? row->published_us : row->updated_us;
  p->facts.editorials = all->briefs + all->n;
  p->editorial_ids = all->ids + all->n;
  p->editorial = p->editorials = all->texts ? all->texts + all->n : NULL;
}

static void editorial_take(struct rows_reading *r, const struct due_row *row, struct editorials *all)
{
  struct product *p = row->product;
  struct facts *f = &p->facts;
  bool dated = row->published_us != CLOCK_NEVER || f->n_editorials == 0; /* a past one without a date has no address */
  if (!dated || f->n_editorials == PRODUCT_EDITORIALS_MAX || known(p, row->id))
    return;
  if (f->n_editorials == 0)
    current_set(row, all);
  all->ids[all->n] = row->id;
  all->briefs[all->n] = row->brief;
  if (all->texts)
    all->texts[all->n] = *row->text;
  all->n++;
  f->n_editorials++;
  rows_reading_mix(r, p, row->id);
  rows_reading_mix(r, p, row->digest);
}

static enum err due_row_take(struct rows_reading *r, struct db_rows *rows, struct product *p, struct due_row *out)
{
  *out = (struct due_row){.product = p,
                          .id = db_uint(rows, E_ID),
                          .nth = db_uint(rows, E_NTH),
                          .digest = db_uint(rows, E_DIGEST),
                          .published_us = db_time(rows, E_PUBLISHED),
                          .updated_us = db_time(rows, E_UPDATED)};
  out->brief = editorial_brief(out->published_us, rows_prediction_state(db_text(rows, E_STATE)), db_uint(rows, E_PREDICTS));
  if (!r->texts && !r->cards)
    return ERR_OK;
  out->text = ARENA_NEW(r->arena, struct editorial);
  return out->text ? text_take(r, rows, out->text) : ERR_NO_MEMORY;
}

/* By product, newest first.  Of several rows of one id, the one that counts comes first. */
static int due_row_compare(const void *x, const void *y)
{
  const struct due_row *a = x, *b = y;
  if (a->product != b->product)
    return a->product < b->product ? -1 : 1;
  if (a->published_us != b->published_us)
    return a->published_us > b->published_us ? -1 : 1;
  if (a->id != b->id)
    return a->id > b->id ? -1 : 1;
  if (a->digest != b->digest)
    return a->digest < b->digest ? -1 : 1;
  return (a->nth > b->nth) - (a->nth < b->nth);
}

enum err rows_editorials_take(struct rows_reading *r, struct db_rows *rows)
{
  bool texts = r->texts || r->cards;
  struct due_row *due = ARENA_ARRAY(r->arena, rows->count + 1, struct due_row);
  struct editorials all = {.briefs = ARENA_ARRAY(r->arena, rows->count + 1, uint64_t),
                           .ids = ARENA_ARRAY(r->arena, rows->count + 1, uint64_t),
                           .texts = texts ? ARENA_ARRAY(r->arena, rows->count + 1, struct editorial) : NULL};
  enum err err = due && all.briefs && all.ids && (all.texts || !texts) ? ERR_OK : ERR_NO_MEMORY;
  size_t n = 0;
  while (err == ERR_OK && db_next(rows)) {
    struct product *p = rows_reading_find(r, db_uint(rows, E_PRODUCT));
    if (p && db_time(rows, E_PUBLISHED) > r->snapshot.db_now_us)
      rows_reading_due(&p->facts, db_time(rows, E_PUBLISHED));
    else if (p)
      err = due_row_take(r, rows, p, &due[n++]);
  }
  if (err != ERR_OK)
    return err;
  qsort(due, n, sizeof *due, due_row_compare);
  for (size_t i = 0; i < n; i++)
    editorial_take(r, &due[i], &all);
  return ERR_OK;
}
