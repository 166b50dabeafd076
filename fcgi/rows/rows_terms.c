#include "rows/rows_terms.h"

#include "base/hash.h"
#include "rows/rows_attributes.h"
#include "rows/rows_cells.h"
#include "rows/rows_format.h"
#include "rows/rows_sql.h"
#include "rows/rows_values.h"
#include "text/slug.h"

enum err rows_revision(struct db *db, const char *entity, uint64_t id, int64_t deadline_us, uint64_t *rev)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "SELECT rev FROM revision WHERE entity = '%s' AND entity_id = %llu", entity,
             (unsigned long long)id);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  *rev = err == ERR_OK && db_next(&rows) ? db_uint(&rows, 0) : 0;
  db_rows_free(&rows);
  return err;
}

enum err rows_site_version(struct db *db, int64_t deadline_us, struct version *out)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  enum err err = rows_revision(db, "site", 0, deadline_us, &out->rev);
  if (err != ERR_OK)
    return err;
  buf_puts(&sql, "SELECT COUNT(*), BIT_XOR(digest) FROM (SELECT MIN(" ROWS_FAQ_DIGEST ") AS digest FROM site_faq f" ROWS_FORMAT_JOIN
                 " WHERE f.status = 'published' AND f.product_id IS NULL AND f.other_product_id IS NULL GROUP BY f.id)"
                 " AS once");
  err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows))
    out->hash = hash_mix(hash_mix(rows_hash_start(), db_uint(&rows, 0)), db_uint(&rows, 1));
  db_rows_free(&rows);
  return err;
}

struct terms_reading {
  struct arena *arena;
  int64_t deadline_us;
  struct rows_terms *out;
};

static enum err query(struct db *db, struct terms_reading *t, const char *statement, struct db_rows *rows)
{
  struct buf sql = BUF_INIT;
  buf_puts(&sql, statement);
  enum err err = db_query(db, &sql, t->deadline_us, rows);
  buf_free(&sql);
  return err;
}

/* Of several copies of a row, the one with the least hash counts, so that the choice does not depend on their order. */
static void keep_least(struct term *kept, const struct term *copy)
{
  if (copy->version.hash < kept->version.hash)
    *kept = *copy;
}

static enum err terms_query(struct db *db, struct terms_reading *t, const char *sql, struct term **to, size_t *n)
{
  struct db_rows rows;
  enum err err = query(db, t, sql, &rows);
  *n = 0;
  *to = err == ERR_OK ? ARENA_ARRAY(t->arena, rows.count + 1, struct term) : NULL;
  if (err == ERR_OK && !*to)
    err = ERR_NO_MEMORY;
  while (err == ERR_OK && db_next(&rows)) {
    struct term term = {.id = db_uint(&rows, 0),
                                .slug = arena_copy(t->arena, db_text(&rows, 1)),
                                .sort = db_int(&rows, 3),
                                .version.hash = hash_mix(rows_hash_start(), db_uint(&rows, 4))};
    term.name = rows_name(t->arena, &rows, 2, term.slug);
    if (!slug_valid(term.slug))
      continue;
    if (*n && (*to)[*n - 1].id == term.id)
      keep_least(&(*to)[*n - 1], &term);
    else
      (*to)[(*n)++] = term;
  }
  db_rows_free(&rows);
  return err;
}

static enum err pages_query(struct db *db, struct terms_reading *t)
{
  struct db_rows rows;
  struct rows_terms *out = t->out;
  enum err err = query(db, t, "SELECT g.id, g.slug, g.title, g.status, g.updated_at, " ROWS_PAGE_DIGEST
                              " FROM site_page g" ROWS_FORMAT_JOIN " ORDER BY g.id", &rows);
  out->pages = err == ERR_OK ? ARENA_ARRAY(t->arena, rows.count + 1, struct page_head) : NULL;
  if (err == ERR_OK && !out->pages)
    err = ERR_NO_MEMORY;
  while (err == ERR_OK && db_next(&rows)) {
    struct page_head page = {.id = db_uint(&rows, 0),
                                .slug = arena_copy(t->arena, db_text(&rows, 1)),
                                .status = rows_status(db_text(&rows, 3)),
                                .changed_us = db_time(&rows, 4),
                                .version.hash = hash_mix(rows_hash_start(), db_uint(&rows, 5))};
    page.title = rows_name(t->arena, &rows, 2, page.slug);
    struct page_head *last = out->n_pages ? &out->pages[out->n_pages - 1] : NULL;
    if (!slug_valid_page(page.slug))
      continue;
    if (!last || last->id != page.id)
      out->pages[out->n_pages++] = page;
    else if (page.version.hash < last->version.hash) /* as in keep_least */
      *last = page;
  }
  db_rows_free(&rows);
  return err;
}

static struct term *term_find(struct term *terms, size_t n, uint64_t id)
{
  for (size_t low = 0, high = n; low < high;) {
    size_t middle = low + (high - low) / 2;
    if (terms[middle].id == id)
      return &terms[middle];
    if (terms[middle].id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

static void page_rev(struct rows_terms *out, uint64_t id, uint64_t rev)
{
  for (size_t i = 0; i < out->n_pages; i++)
    if (out->pages[i].id == id)
      out->pages[i].version.rev = rev;
}

/* Revisions are read last and stored in the terms and pages that exist. */
static enum err revisions_query(struct db *db, struct terms_reading *t)
{
  struct db_rows rows;
  struct rows_terms *out = t->out;
  enum err err = query(db, t, "SELECT entity, entity_id, rev FROM revision WHERE entity IN ('sector', 'theme', 'page')",
                       &rows);
  while (err == ERR_OK && db_next(&rows)) {
    struct span entity = db_text(&rows, 0);
    uint64_t id = db_uint(&rows, 1), rev = db_uint(&rows, 2);
    struct term *term = span_eq(entity, SPAN("sector"))  ? term_find(out->sectors, out->n_sectors, id)
                                : span_eq(entity, SPAN("theme")) ? term_find(out->themes, out->n_themes, id)
                                                                 : NULL;
    if (term)
      term->version.rev = rev;
    else if (span_eq(entity, SPAN("page")))
      page_rev(out, id, rev);
  }
  db_rows_free(&rows);
  return err;
}

static enum err terms_read(struct db *db, void *arg)
{
  struct terms_reading *t = arg;
  struct rows_terms *out = t->out;
  enum err err;
  *out = (struct rows_terms){0};
  if ((err = terms_query(db, t, "SELECT s.id, s.slug, s.name, s.sort, " ROWS_SECTOR_DIGEST
                                " FROM site_sector s ORDER BY s.id", &out->sectors, &out->n_sectors)) == ERR_OK &&
      (err = terms_query(db, t, "SELECT t.id, t.slug, t.name, 0, " ROWS_THEME_DIGEST
                                " FROM site_theme t ORDER BY t.id", &out->themes, &out->n_themes)) == ERR_OK &&
      (err = pages_query(db, t)) == ERR_OK &&
      (err = rows_attributes_read(db, t->arena, t->deadline_us, &out->attributes, &out->n_attributes)) == ERR_OK &&
      (err = revisions_query(db, t)) == ERR_OK)
    err = rows_site_version(db, t->deadline_us, &out->site);
  return err == ERR_OK && arena_failed(t->arena) ? ERR_NO_MEMORY : err;
}

enum err rows_terms_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_terms *out)
{
  struct terms_reading t = {arena, deadline_us, out};
  return db_snapshot(db, deadline_us, terms_read, &t);
}
