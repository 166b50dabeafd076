/* The smaller readings: a later page of a timeline, the site's questions, an editors' page. */
#include "base/hash.h"
#include "rows/rows_cells.h"
#include "rows/rows_facts.h"
#include "rows/rows_format.h"
#include "rows/rows_terms.h"
#include "rows/rows_values.h"
#include "text/slug.h"

static int64_t text_most(const struct db *db)
{
  return db_config(db)->markdown_bytes;
}

/* ---- timeline */

struct timeline_reading {
  struct rows_reading r;
  struct rows_timeline *out;
};

static enum err timeline_read(struct db *db, void *arg)
{
  struct timeline_reading *t = arg;
  enum err err = rows_facts_read(db, &t->r);
  if (err != ERR_OK || t->r.n == 0)
    return err == ERR_OK ? ERR_NOT_FOUND : err;
  const struct product *p = t->r.products;
  *t->out = (struct rows_timeline){.version = p->facts.version,
                                   .newer_us = p->newer_us,
                                   .older_us = p->older_us,
                                   .activities = p->activities,
                                   .n = p->n_activities,
                                   .total = p->facts.activities};
  return ERR_OK;
}

enum err rows_timeline_read(struct db *db, uint64_t id, uint32_t page, struct arena *arena, int64_t deadline_us,
                            struct rows_timeline *out)
{
  struct timeline_reading t = {
      {.db = db, .arena = arena, .deadline_us = deadline_us, .listed = true, .last = true, .page = page ? page : 1,
       .set = {.ids = &id, .n = 1}}, out};
  *out = (struct rows_timeline){0};
  return db_snapshot(db, deadline_us, timeline_read, &t);
}

/* ---- the site's questions */

struct site_reading {
  struct arena *arena;
  int64_t deadline_us;
  const struct rows_preview *preview;
  struct rows_site *out;
};

static enum err site_read(struct db *db, void *arg)
{
  struct site_reading *s = arg;
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  *s->out = (struct rows_site){0};
  enum err err = rows_site_version(db, s->deadline_us, &s->out->version);
  if (err != ERR_OK)
    return err;
  buf_puts(&sql, "SELECT id, question, answer, format FROM (SELECT f.id, f.question, f.sort, " ROWS_FORMAT_CELL " AS format, ");
  rows_sql_body(&sql, "f.answer_md", text_most(db));
  buf_puts(&sql, " AS answer, ROW_NUMBER() OVER (PARTITION BY f.id ORDER BY " ROWS_FAQ_DIGEST ") AS copy FROM");
  rows_preview_source(&sql, s->preview, PREVIEW_FAQ, "f");
  buf_puts(&sql, ROWS_FORMAT_JOIN " WHERE f.status = 'published' AND f.product_id IS NULL AND f.other_product_id IS NULL) AS once"
                 " WHERE copy = 1 ORDER BY sort, id");
  err = db_query(db, &sql, s->deadline_us, &rows);
  buf_free(&sql);
  struct question *to = err == ERR_OK ? ARENA_ARRAY(s->arena, rows.count + 1, struct question) : NULL;
  if (err == ERR_OK && !to)
    err = ERR_NO_MEMORY;
  while (err == ERR_OK && db_next(&rows)) {
    to[s->out->n] = (struct question){db_uint(&rows, 0), rows_line(s->arena, &rows, 1), rows_cell(s->arena, &rows, 2),
                                             body_format_of(db_text(&rows, 3))};
    s->out->n += to[s->out->n].question.n > 0; /* a question without words is left out */
  }
  s->out->questions = to;
  db_rows_free(&rows);
  return err == ERR_OK && arena_failed(s->arena) ? ERR_NO_MEMORY : err;
}

enum err rows_site_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_site *out)
{
  return rows_preview_site(db, NULL, arena, deadline_us, out);
}

enum err rows_preview_site(struct db *db, const struct rows_preview *preview, struct arena *arena, int64_t deadline_us,
                           struct rows_site *out)
{
  struct site_reading s = {arena, deadline_us, preview, out};
  return db_snapshot(db, deadline_us, site_read, &s);
}

/* ---- an editors' page */

struct page_reading {
  struct arena *arena;
  int64_t deadline_us;
  const struct rows_preview *preview;
  uint64_t id;
  struct rows_page *out;
};

static enum err page_read(struct db *db, void *arg)
{
  struct page_reading *g = arg;
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  *g->out = (struct rows_page){0};
  enum err err = rows_revision(db, "page", g->id, g->deadline_us, &g->out->version.rev);
  if (err != ERR_OK)
    return err;
  buf_puts(&sql, "SELECT g.slug, g.title, g.status, g.updated_at, " ROWS_PAGE_DIGEST ", ");
  rows_sql_body(&sql, "g.body_md", text_most(db));
  buf_puts(&sql, ", " ROWS_FORMAT_CELL " FROM");
  rows_preview_source(&sql, g->preview, PREVIEW_PAGE, "g");
  buf_printf(&sql, ROWS_FORMAT_JOIN " WHERE g.id = %llu ORDER BY 5 LIMIT 1", (unsigned long long)g->id);
  err = db_query(db, &sql, g->deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows)) {
    g->out->slug = arena_copy(g->arena, db_text(&rows, 0));
    g->out->title = rows_name(g->arena, &rows, 1, g->out->slug);
    g->out->status = rows_status(db_text(&rows, 2));
    g->out->updated_us = db_time(&rows, 3);
    g->out->version.hash = hash_mix(rows_hash_start(), db_uint(&rows, 4));
    g->out->body_md = rows_cell(g->arena, &rows, 5);
    g->out->format = body_format_of(db_text(&rows, 6));
    if (!slug_valid_page(g->out->slug))
      err = ERR_NOT_FOUND;
  } else if (err == ERR_OK) {
    err = ERR_NOT_FOUND;
  }
  db_rows_free(&rows);
  return err == ERR_OK && arena_failed(g->arena) ? ERR_NO_MEMORY : err;
}

enum err rows_page_read(struct db *db, uint64_t id, struct arena *arena, int64_t deadline_us, struct rows_page *out)
{
  struct page_reading g = {arena, deadline_us, NULL, id, out};
  return db_snapshot(db, deadline_us, page_read, &g);
}

enum err rows_preview_page(struct db *db, const struct rows_preview *preview, struct arena *arena, int64_t deadline_us,
                           struct rows_page *out)
{
  struct page_reading g = {arena, deadline_us, preview, preview->ids[PREVIEW_PAGE], out};
  return db_snapshot(db, deadline_us, page_read, &g);
}
