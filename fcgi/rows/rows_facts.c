#include "rows/rows_facts.h"

#include "base/hash.h"
#include "model/texts.h"
#include "rows/rows_activity.h"
#include "rows/rows_activity_list.h"
#include "rows/rows_cells.h"
#include "rows/rows_cited.h"
#include "rows/rows_format.h"
#include "rows/rows_values.h"
#include "text/slug.h"

/* ---- the clocks */

static void snapshot_set(struct rows_reading *r, int64_t db_now_us)
{
  int64_t frozen = db_config(r->db)->as_of_us;
  r->snapshot.db_now_us = db_now_us;
  r->snapshot.site_now_us = frozen == CLOCK_NEVER ? db_now_us : frozen;
  r->snapshot.window_us = clock_hour_floor(r->snapshot.site_now_us);
}

static enum err clock_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SELECT UTC_TIMESTAMP(6)");
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows))
    snapshot_set(r, db_time(&rows, 0));
  db_rows_free(&rows);
  return err;
}

/* ---- the products' own rows */

enum { P_ID, P_SLUG, P_NAME, P_STATUS, P_LIFECYCLE, P_OVERRIDE, P_UPDATED, P_DIGEST, P_NOW, P_LICENSE, P_SUMMARY,
       P_WEBSITE, P_REPOSITORY, P_LOGO };

static void products_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, "SELECT p.id, p.slug, p.name, p.status, p.lifecycle, p.velocity_override, p.updated_at, "
                ROWS_PRODUCT_DIGEST ", UTC_TIMESTAMP(6)");
  if (r->texts || r->cards || r->search)
    buf_puts(sql, ", p.license, p.summary");
  if (r->texts)
    buf_puts(sql, ", p.website_url, p.repository_url, p.logo_url");
  buf_puts(sql, " FROM");
  rows_preview_source(sql, r->preview, PREVIEW_PRODUCT, "p");
  buf_puts(sql, " WHERE");
  rows_sql_in(sql, "p.id", &r->set);
  buf_puts(sql, " ORDER BY p.id");
  if (!r->set.ids)
    buf_printf(sql, " LIMIT %zu", r->most);
}

static void product_take(struct rows_reading *r, struct db_rows *rows, struct product *p)
{
  struct facts *f = &p->facts;
  *p = (struct product){0};
  f->id = db_uint(rows, P_ID);
  f->slug = arena_copy(r->arena, db_text(rows, P_SLUG));
  f->name = rows_name(r->arena, rows, P_NAME, f->slug);
  f->status = rows_status(db_text(rows, P_STATUS));
  f->lifecycle = rows_lifecycle(db_text(rows, P_LIFECYCLE));
  f->override_tenths = rows_override(db_text(rows, P_OVERRIDE));
  f->changed_us = db_time(rows, P_UPDATED);
  f->window_us = r->snapshot.window_us;
  f->editorial_us = f->activity_us = f->spark_us = f->release_us = f->edited_us = CLOCK_NEVER;
  f->next_due_us = CLOCK_FOREVER;
  if (r->texts || r->cards || r->search) {
    p->license = rows_line(r->arena, rows, P_LICENSE);
    p->summary = rows_line(r->arena, rows, P_SUMMARY);
  }
  if (r->texts) {
    p->website_url = rows_address(r->arena, rows, P_WEBSITE);
    p->repository_url = rows_address(r->arena, rows, P_REPOSITORY);
    p->logo_url = rows_address(r->arena, rows, P_LOGO);
  }
}

static enum err products_take(struct rows_reading *r, struct db_rows *rows)
{
  r->products = ARENA_ARRAY(r->arena, rows->count + 1, struct product);
  r->hashes = ARENA_ARRAY(r->arena, rows->count + 1, uint64_t);
  if (!r->products || !r->hashes)
    return ERR_NO_MEMORY;
  bool copies = false;
  while (db_next(rows)) {
    struct product *p = &r->products[r->n];
    if (r->n == 0)
      snapshot_set(r, db_time(rows, P_NOW));
    uint64_t digest = hash_mix(rows_hash_start(), db_uint(rows, P_DIGEST));
    bool copy = r->n && p[-1].facts.id == db_uint(rows, P_ID);
    copies = copies || copy;
    if (copy && digest >= r->hashes[r->n - 1])
      continue;
    r->n -= copy; /* of several copies of a row, the one with the least digest counts */
    product_take(r, rows, &r->products[r->n]);
    r->hashes[r->n++] = digest;
  }
  if (!r->set.ids) {
    r->ended = rows->count < r->most;
    if (!r->ended && copies && r->n > 1)
      r->n--; /* the LIMIT may have cut off some of its copies */
    r->set.last = r->ended || !r->n ? r->until : r->products[r->n - 1].facts.id;
  }
  return r->n ? ERR_OK : clock_read(r);
}

static enum err products_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  products_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK)
    err = products_take(r, &rows);
  db_rows_free(&rows);
  return err;
}

/* ---- what the search reads besides the names */

static struct span texts_of(struct rows_reading *r, const struct product *p)
{
  struct buf texts = BUF_INIT;
  texts_summary_put(&texts, p->summary);
  texts_fact_put(&texts, TEXTS_LICENSE, p->license);
  for (size_t i = 0; i < p->n_values; i++) {
    const struct recorded_value *v = &p->values[i];
    struct span note = ARENA_JOIN(r->arena, v->value, SPAN(" ("), v->note, SPAN(")"));
    texts_fact_put(&texts, v->attribute_id, v->note.n ? note : v->value);
  }
  return arena_take(r->arena, &texts);
}

/* ---- all parts */

static int64_t later_of(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

/* Sets versions and removes products whose slugs break the rules. */
static void versions_set(struct rows_reading *r)
{
  size_t kept = 0;
  for (size_t i = 0; i < r->n; i++) {
    struct facts *f = &r->products[i].facts;
    f->version.hash = r->hashes[i];
    f->version.due_us = f->next_due_us;
    if (r->search)
      f->texts = texts_of(r, &r->products[i]);
    f->changed_us = later_of(f->changed_us, later_of(f->editorial_us, f->activity_us));
    if (slug_valid(f->slug))
      r->products[kept++] = r->products[i];
  }
  r->n = kept;
}

/* The order in which the parts are mixed into the hashes. */
enum { PART_LINKS, PART_EDITORIALS, PART_ACTIVITIES, PART_QUESTIONS, PARTS };

static void parts_write(const struct rows_reading *r, struct buf sqls[PARTS])
{
  rows_links_sql(r, &sqls[PART_LINKS]);
  rows_editorials_sql(r, &sqls[PART_EDITORIALS]);
  if (r->listed)
    rows_activity_list_sql(r, &sqls[PART_ACTIVITIES]);
  else
    rows_activities_sql(r, &sqls[PART_ACTIVITIES]);
  rows_questions_sql(r, &sqls[PART_QUESTIONS]);
}

static enum err parts_take(struct rows_reading *r, struct db_rows rows[PARTS])
{
  enum err err = rows_links_take(r, &rows[PART_LINKS]);
  if (err == ERR_OK)
    err = rows_editorials_take(r, &rows[PART_EDITORIALS]);
  if (err == ERR_OK)
    err = r->listed ? rows_activity_list_take(r, &rows[PART_ACTIVITIES]) : rows_activities_take(r, &rows[PART_ACTIVITIES]);
  if (err == ERR_OK)
    err = rows_questions_take(r, &rows[PART_QUESTIONS]);
  if (err == ERR_OK && r->texts)
    err = rows_cited_read(r);
  r->list = NULL; /* its rows end here */
  return err;
}

static enum err parts_read(struct rows_reading *r)
{
  struct buf sqls[PARTS] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
  struct db_rows rows[PARTS];
  parts_write(r, sqls);
  enum err err = db_query_batch(r->db, &(struct db_batch){sqls, PARTS, r->last}, r->deadline_us, rows);
  if (err == ERR_OK)
    err = parts_take(r, rows);
  for (size_t i = 0; i < PARTS; i++) {
    buf_free(&sqls[i]);
    db_rows_free(&rows[i]);
  }
  return err;
}

enum err rows_facts_read(struct db *db, void *arg)
{
  struct rows_reading *r = arg;
  r->n = 0;
  r->ended = r->repeats = false;
  (void)db; /* r->db */
  if (!r->set.ids)
    r->set.last = r->until;
  enum err err = products_read(r);
  if (err != ERR_OK || r->n == 0)
    return err;
  if ((err = parts_read(r)) == ERR_OK)
    versions_set(r);
  return err == ERR_OK && arena_failed(r->arena) ? ERR_NO_MEMORY : err;
}
