/* Reads one past editorial of a product, and the one that came after it, which its page compares it with. */
#include "model/editorials.h"
#include "rows/rows_cells.h"
#include "rows/rows_cited.h"
#include "rows/rows_editorials.h"
#include "rows/rows_facts.h"

struct past_reading {
  struct rows_reading r;
  uint32_t index;
  struct rows_past *out;
};

enum { H_ID, H_PUBLISHED, H_UPDATED, H_HEADLINE, H_CURRENT, H_HEADING, H_PREDICTION, H_AUTHOR, H_FORMAT, H_STATE,
       H_NOTE, H_EVIDENCE };

static void past_sql(const struct past_reading *t, const struct product *p, struct buf *sql)
{
  int64_t most = db_config(t->r.db)->markdown_bytes;
  buf_puts(sql, "SELECT e.id, e.published_at, e.updated_at, e.headline, ");
  rows_sql_body(sql, "e.current_state_md", most);
  buf_puts(sql, ", ");
  rows_sql_body(sql, "e.heading_md", most);
  buf_puts(sql, ", ");
  rows_sql_body(sql, "e.prediction_md", most);
  buf_puts(sql, ", e.author, " ROWS_FORMAT_CELL ", e.prediction_state, e.prediction_note" ROWS_EVIDENCE
                " FROM site_editorial e" ROWS_FORMAT_JOIN);
  rows_editorials_evidence(&t->r, sql);
  buf_printf(sql, " WHERE e.status = 'published' AND e.product_id = %llu AND e.id IN (%llu, %llu)"
                  " ORDER BY e.published_at DESC, e.id DESC, " ROWS_EDITORIAL_DIGEST,
             (unsigned long long)p->facts.id, (unsigned long long)p->editorial_ids[t->index],
             (unsigned long long)p->editorial_ids[t->index - 1]);
}

static enum err past_take(struct past_reading *t, struct db_rows *rows, struct editorial *e)
{
  if (e->id) /* a copy of the row */
    return ERR_OK;
  *e = (struct editorial){.id = db_uint(rows, H_ID),
                          .headline = rows_line(t->r.arena, rows, H_HEADLINE),
                          .current_md = rows_cell(t->r.arena, rows, H_CURRENT),
                          .heading_md = rows_cell(t->r.arena, rows, H_HEADING),
                          .prediction_md = rows_cell(t->r.arena, rows, H_PREDICTION),
                          .format = body_format_of(db_text(rows, H_FORMAT)),
                          .author = rows_line(t->r.arena, rows, H_AUTHOR),
                          .published_us = db_time(rows, H_PUBLISHED),
                          .updated_us = db_time(rows, H_UPDATED)};
  return rows_editorials_grade(&t->r, rows, H_STATE, H_NOTE, H_EVIDENCE, e);
}

static enum err past_query(struct past_reading *t, const struct product *p)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  past_sql(t, p, &sql);
  enum err err = db_query(t->r.db, &sql, t->r.deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows)) {
    bool past = db_uint(&rows, H_ID) == p->editorial_ids[t->index];
    err = past_take(t, &rows, past ? &t->out->past : &t->out->next);
  }
  db_rows_free(&rows);
  return err;
}

static enum err past_cited(struct past_reading *t)
{
  const struct editorial *both[] = {&t->out->past, &t->out->next};
  struct rows_cited c = {.arena = t->r.arena};
  for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
    rows_cited_add(&c, both[i]->current_md);
    rows_cited_add(&c, both[i]->heading_md);
    rows_cited_add(&c, both[i]->prediction_md);
  }
  enum err err = rows_cited_find(&t->r, &c);
  t->out->cited = t->r.products->cited;
  return err;
}

static enum err past_read(struct db *db, void *arg)
{
  struct past_reading *t = arg;
  *t->out = (struct rows_past){0};
  enum err err = rows_facts_read(db, &t->r);
  if (err != ERR_OK)
    return err;
  const struct product *p = t->r.n ? t->r.products : NULL;
  if (p)
    t->out->version = p->facts.version; /* also of an editorial that does not exist */
  if (!p || t->index == 0 || t->index >= p->facts.n_editorials)
    return ERR_NOT_FOUND;
  if ((err = past_query(t, p)) == ERR_OK)
    err = past_cited(t);
  if (err == ERR_OK && arena_failed(t->r.arena))
    err = ERR_NO_MEMORY;
  return err == ERR_OK && !t->out->past.id ? ERR_NOT_FOUND : err;
}

enum err rows_past_read(struct db *db, uint64_t id, uint32_t index, struct arena *arena, int64_t deadline_us,
                        struct rows_past *out)
{
  struct past_reading t = {{.db = db, .arena = arena, .deadline_us = deadline_us, .listed = true,
                            .set = {.ids = &id, .n = 1}}, index, out};
  return db_snapshot(db, deadline_us, past_read, &t);
}
