#include "rows/rows_facts.h"

#include "base/hash.h"
#include "model/texts.h"
#include "rows/rows_activity.h"
#include "rows/rows_cells.h"
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
  if (r->texts || r->search)
    buf_puts(sql, ", p.license, p.summary");
  if (r->texts)
    buf_puts(sql, ", p.website_url, p.repository_url, p.logo_url");
  buf_puts(sql, " FROM site_product p WHERE");
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
  f->editorial_us = f->published_us = f->activity_us = f->spark_us = f->release_us = f->edited_us = CLOCK_NEVER;
  f->next_due_us = CLOCK_FOREVER;
  if (r->texts || r->search) {
    p->license = rows_line(r->arena, rows, P_LICENSE);
    p->summary = rows_line(r->arena, rows, P_SUMMARY);
  }
  if (r->texts) {
    p->website_url = rows_cell(r->arena, rows, P_WEBSITE);
    p->repository_url = rows_cell(r->arena, rows, P_REPOSITORY);
    p->logo_url = rows_cell(r->arena, rows, P_LOGO);
  }
}

static enum err products_take(struct rows_reading *r, struct db_rows *rows)
{
  r->products = ARENA_ARRAY(r->arena, rows->count + 1, struct product);
  r->hashes = ARENA_ARRAY(r->arena, rows->count + 1, uint64_t);
  r->digests = ARENA_ARRAY(r->arena, rows->count + 1, uint64_t);
  if (!r->products || !r->hashes || !r->digests)
    return ERR_NO_MEMORY;
  bool copies = false;
  while (db_next(rows)) {
    struct product *p = &r->products[r->n];
    if (r->n == 0)
      snapshot_set(r, db_time(rows, P_NOW));
    uint64_t digest = hash_mix(ROWS_HASH_START, db_uint(rows, P_DIGEST));
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

/* ---- the due editorial, and when the next one falls due */

enum { E_PRODUCT, E_ID, E_PUBLISHED, E_UPDATED, E_DIGEST, E_HEADLINE, E_CURRENT, E_HEADING, E_PREDICTION, E_AUTHOR };

static void editorials_sql(const struct rows_reading *r, struct buf *sql)
{
  unsigned long long cap = (unsigned long long)db_config(r->db)->markdown_bytes + 1;
  buf_puts(sql, "SELECT e.product_id, e.id, e.published_at, e.updated_at, " ROWS_EDITORIAL_DIGEST);
  if (r->texts)
    buf_printf(sql, ", e.headline, LEFT(e.current_state_md, %llu), LEFT(e.heading_md, %llu),"
                    " LEFT(e.prediction_md, %llu), e.author", cap, cap, cap);
  buf_puts(sql, " FROM (SELECT id, product_id, published_at, ROW_NUMBER() OVER"
                " (PARTITION BY product_id ORDER BY published_at DESC, id DESC)"
                " AS nth FROM site_editorial WHERE status = 'published' AND published_at <= ");
  rows_sql_time(sql, r->snapshot.db_now_us);
  buf_puts(sql, " AND");
  rows_sql_in(sql, "product_id", &r->set);
  buf_puts(sql, ") AS newest JOIN site_editorial e ON e.id = newest.id AND e.product_id = newest.product_id"
                " AND e.published_at = newest.published_at AND e.status = 'published' WHERE newest.nth = 1"
                " UNION ALL SELECT product_id, 0, MIN(published_at), NULL, 0");
  if (r->texts)
    buf_puts(sql, ", NULL, NULL, NULL, NULL, NULL");
  buf_puts(sql, " FROM site_editorial WHERE status = 'published' AND published_at > ");
  rows_sql_time(sql, r->snapshot.db_now_us);
  buf_puts(sql, " AND");
  rows_sql_in(sql, "product_id", &r->set);
  buf_puts(sql, " GROUP BY product_id");
}

/* Of several copies of an editorial, the one with the least digest counts. */
static enum err editorial_take(struct rows_reading *r, struct db_rows *rows, struct product *p)
{
  struct facts *f = &p->facts;
  uint64_t *digest = &r->digests[p - r->products];
  if (p->editorial && *digest <= db_uint(rows, E_DIGEST))
    return ERR_OK;
  struct editorial *e = ARENA_NEW(r->arena, struct editorial);
  if (!e)
    return ERR_NO_MEMORY;
  *digest = db_uint(rows, E_DIGEST);
  *e = (struct editorial){.id = db_uint(rows, E_ID),
                          .headline = rows_line(r->arena, rows, E_HEADLINE),
                          .current_md = rows_cell(r->arena, rows, E_CURRENT),
                          .heading_md = rows_cell(r->arena, rows, E_HEADING),
                          .prediction_md = rows_cell(r->arena, rows, E_PREDICTION),
                          .author = rows_cell(r->arena, rows, E_AUTHOR),
                          .published_us = db_time(rows, E_PUBLISHED),
                          .updated_us = db_time(rows, E_UPDATED)};
  p->editorial = e;
  f->has_editorial = true;
  f->published_us = e->published_us;
  f->editorial_us = e->published_us > e->updated_us ? e->published_us : e->updated_us;
  return ERR_OK;
}

static enum err editorials_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  editorials_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows)) {
    struct product *p = rows_reading_find(r, db_uint(&rows, E_PRODUCT));
    if (p && db_uint(&rows, E_ID) == 0)
      rows_reading_due(&p->facts, db_time(&rows, E_PUBLISHED));
    else if (p)
      err = editorial_take(r, &rows, p);
  }
  db_rows_free(&rows);
  for (size_t i = 0; err == ERR_OK && i < r->n; i++)
    if (r->products[i].editorial) {
      rows_reading_mix(r, &r->products[i], r->products[i].editorial->id);
      rows_reading_mix(r, &r->products[i], r->digests[i]);
    }
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

enum err rows_facts_read(struct db *db, void *arg)
{
  struct rows_reading *r = arg;
  r->n = 0;
  r->ended = false;
  if (!r->set.ids)
    r->set.last = r->until;
  enum err err = products_read(r);
  if (err != ERR_OK || r->n == 0)
    return err;
  if ((err = rows_links_read(r)) == ERR_OK && (err = editorials_read(r)) == ERR_OK &&
      (err = rows_activities_read(r)) == ERR_OK && (err = rows_questions_read(r)) == ERR_OK)
    versions_set(r);
  return err == ERR_OK && arena_failed(r->arena) ? ERR_NO_MEMORY : err;
}
