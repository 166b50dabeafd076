#include "rows/rows_preview.h"

#include "rows/rows_sql.h"
#include "rows/rows_values.h"

/* The columns that statements read, but for id, status and dates. */
static const struct {
  const char *table, *columns;
  bool updated, published, formatted;
} tables[PREVIEW_ENTITIES] = {
    [PREVIEW_PRODUCT] = {"product",
                         "slug, name, website_url, repository_url, logo_url, license, lifecycle, velocity_override, created_at,"
                         " summary",
                         true, false, false},
    [PREVIEW_EDITORIAL] = {"editorial",
                           "product_id, headline, current_state_md, heading_md, prediction_md, author, created_at,"
                           " prediction_state, prediction_activity_id, prediction_note",
                           true, true, true},
    [PREVIEW_COMPARISON] = {"comparison", "product_id, other_product_id, intro_md, verdict_md", false, false, true},
    [PREVIEW_PAGE] = {"page", "slug, title, body_md", true, false, true},
    [PREVIEW_FAQ] = {"faq", "product_id, other_product_id, question, answer_md, sort", false, false, true},
    [PREVIEW_ALTERNATIVE] = {"alternative", "product_id, other_product_id, reason, sort", false, false, false},
};

const char *rows_preview_table(enum preview_entity e)
{
  return tables[e].table;
}

/* "id IN (3,0)": the rows of the preview in this table. */
static void chosen_put(struct buf *sql, const struct rows_preview *preview, enum preview_entity e)
{
  const uint64_t *ids = e == PREVIEW_PRODUCT ? preview->products : &preview->ids[e];
  size_t n = e == PREVIEW_PRODUCT ? PREVIEW_PRODUCTS : 1;
  rows_sql_in(sql, "id", &(struct rows_set){.ids = ids, .n = n});
}

/* What a date becomes when its row is published at `now`. */
static void due_put(struct buf *sql, const struct rows_preview *preview, enum preview_entity e)
{
  buf_puts(sql, ", CASE WHEN");
  chosen_put(sql, preview, e);
  buf_puts(sql, " AND NOT COALESCE(" ROWS_DAY_EXISTS("published_at") " AND published_at BETWEEN " ROWS_EARLIEST " AND ");
  rows_sql_time(sql, preview->now_us);
  buf_puts(sql, ", 0) THEN CAST(");
  rows_sql_time(sql, preview->now_us);
  buf_puts(sql, " AS DATETIME(6)) ELSE published_at END AS published_at");
}

static void updated_put(struct buf *sql, const struct rows_preview *preview, enum preview_entity e)
{
  buf_puts(sql, ", CASE WHEN");
  chosen_put(sql, preview, e);
  buf_puts(sql, " AND COALESCE(status <> 'published', 1) THEN CAST(");
  rows_sql_time(sql, preview->now_us);
  buf_puts(sql, " AS DATETIME(6)) ELSE updated_at END AS updated_at");
}

void rows_preview_source(struct buf *sql, const struct rows_preview *preview, enum preview_entity e, const char *alias)
{
  if (!preview) {
    buf_printf(sql, " site_%s %s", tables[e].table, alias);
    return;
  }
  buf_printf(sql, " (SELECT id, %s, CASE WHEN", tables[e].columns);
  chosen_put(sql, preview, e);
  buf_puts(sql, " THEN 'published' ELSE status END AS status");
  if (tables[e].updated)
    updated_put(sql, preview, e);
  if (tables[e].published)
    due_put(sql, preview, e);
  buf_printf(sql, "%s FROM site_%s%s) AS %s", tables[e].formatted ? ", body_format" : "", tables[e].table,
             tables[e].formatted ? ROWS_FORMAT_JOIN : "", alias);
}

/* ---- the row of a token */

enum { V_TOKEN, V_ENTITY, V_ID, V_STATUS, V_DUE, V_SAVED, V_PRODUCT, V_OTHER, V_NOW };

static bool entity_find(struct span name, struct rows_preview_row *to)
{
  to->is_both = span_eq(name, SPAN("both"));
  to->entity = PREVIEW_EDITORIAL;
  for (int e = 0; e < PREVIEW_ENTITIES && !to->is_both; e++)
    if (span_eq(name, span_z(tables[e].table))) {
      to->entity = (enum preview_entity)e;
      return true;
    }
  return to->is_both;
}

static void row_take(struct arena *arena, const struct db_rows *rows, struct rows_preview_row *to)
{
  to->token = arena_copy(arena, db_text(rows, V_TOKEN));
  to->id = db_uint(rows, V_ID);
  to->products[0] = to->entity == PREVIEW_PRODUCT ? to->id : db_uint(rows, V_PRODUCT);
  to->products[1] = db_uint(rows, V_OTHER);
  to->status = rows_status(db_text(rows, V_STATUS));
  to->due_us = db_time(rows, V_DUE);
  to->saved_us = db_time(rows, V_SAVED);
  to->now_us = db_time(rows, V_NOW);
}

/* 'g' follows all hex digits. */
enum err rows_preview_find(struct db *db, struct span selector, struct arena *arena, int64_t deadline_us,
                           struct rows_preview_row *out, size_t most, size_t *n)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  *n = 0;
  buf_printf(&sql,
             "SELECT token, entity, entity_id, status, due_at, saved_at, product_id, other_product_id, UTC_TIMESTAMP(6)"
             " FROM site_preview WHERE token >= '%.*s' AND token < '%.*sg' LIMIT %zu",
             SPAN_ARG(selector), SPAN_ARG(selector), most);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && *n < most && db_next(&rows))
    if (entity_find(db_text(&rows, V_ENTITY), &out[*n]))
      row_take(arena, &rows, &out[(*n)++]);
  db_rows_free(&rows);
  return err == ERR_OK && arena_failed(arena) ? ERR_NO_MEMORY : err;
}
