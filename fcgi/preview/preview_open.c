#include "preview/preview_open.h"

#include <stdlib.h>

#include "base/log.h"
#include "preview/preview_parts.h"

#define SAME_SELECTOR 8 /* tokens that begin alike are an accident; more of them are not looked at */

struct preview_opened {
  struct preview_source base;
  struct preview_parts parts;
};

/* ---- the row of the token */

/* Compares all rows, also after a match. */
static enum err row_find(const struct preview_parts *parts, const struct preview_request *rq, struct rows_preview_row *out)
{
  struct rows_preview_row rows[SAME_SELECTOR];
  size_t n, found = SAME_SELECTOR;
  stage_set(rq->stage, STAGE_DATABASE);
  enum err err = rows_preview_find(parts->db, span_head(rq->token, PREVIEW_SELECTOR), rq->arena, rq->deadline_us, rows,
                                   SAME_SELECTOR, &n);
  for (size_t i = 0; err == ERR_OK && i < n; i++)
    if (preview_token_same(rows[i].token, rq->token))
      found = i;
  if (err == ERR_OK && found == SAME_SELECTOR)
    return ERR_NOT_FOUND;
  if (err == ERR_OK)
    *out = rows[found];
  return err;
}

static void refusal_log(struct db *db)
{
  static struct log_limit limit = {.most = 1};
  const char *message;
  unsigned number = db_failure(db, &message);
  log_limited(&limit, 60, LOG_LEVEL_ERROR,
              "previews cannot be read: error %u, %s: run `diptych migrate`, then sql/accounts.sql and your adapter again", number,
              message);
}

static enum err token_find(const struct preview_parts *parts, const struct preview_request *rq, struct rows_preview_row *row,
                           int *retry_s)
{
  if (!preview_token_valid(rq->token) || !parts->config->preview_age)
    return ERR_NOT_FOUND;
  if ((*retry_s = preview_token_wait(parts->limits, rq->token, clock_mono_us())) > 0)
    return ERR_LIMIT;
  enum err err = row_find(parts, rq, row);
  if (err == ERR_OK)
    preview_token_right(parts->limits, rq->token);
  else if (err == ERR_NOT_FOUND)
    preview_token_wrong(parts->limits, rq->token, clock_mono_us());
  else if (err == ERR_INVALID)
    refusal_log(parts->db);
  return err == ERR_OK || err == ERR_NOT_FOUND ? err : ERR_UNAVAILABLE;
}

/* ---- is it public, and does the link still hold? */

static bool is_due(const struct rows_preview_row *row)
{
  return row->entity != PREVIEW_EDITORIAL || (row->due_us != CLOCK_NEVER && row->due_us <= row->now_us);
}

static bool is_scheduled(const struct rows_preview_row *row)
{
  return row->status == PRODUCT_PUBLISHED && row->due_us != CLOCK_NEVER && !is_due(row);
}

static int64_t expiry(const struct config *c, const struct rows_preview_row *row)
{
  if (is_scheduled(row))
    return CLOCK_FOREVER;
  return row->saved_us == CLOCK_NEVER ? CLOCK_NEVER : row->saved_us + c->preview_age * CLOCK_SECOND;
}

static void products_note(const struct catalog *shared, const struct rows_preview_row *row, struct arena *arena,
                          struct preview *out)
{
  struct catalog_pin pin;
  bool pinned = catalog_pin_current(shared, &pin);
  for (size_t i = 0; i < PREVIEW_PRODUCTS; i++) {
    struct facts f;
    if (!row->products[i])
      continue;
    struct preview_product *p = &out->products[out->n_products++];
    *p = (struct preview_product){.id = row->products[i], .status = PRODUCT_DRAFT};
    if (pinned && catalog_facts(&pin, catalog_find_id(&pin, p->id), &f)) {
      p->slug = arena_copy(arena, f.slug);
      p->name = arena_copy(arena, f.name);
      p->status = f.status;
    }
  }
}

static bool page_public(const struct catalog *shared, uint64_t id, struct arena *arena, struct span *slug)
{
  struct catalog_pin pin;
  struct page_head head;
  uint32_t n = catalog_pin_current(shared, &pin) ? catalog_pages(&pin) : 0;
  for (uint32_t i = 0; i < n; i++)
    if (catalog_page_at(&pin, i, &head) && head.id == id) {
      *slug = arena_copy(arena, head.slug);
      return head.status == PRODUCT_PUBLISHED;
    }
  return false;
}

/* The row is published, and the public page can be asked for. */
static bool is_public(const struct preview_parts *parts, const struct rows_preview_row *row, struct arena *arena,
                      struct preview *out)
{
  if (row->status != PRODUCT_PUBLISHED || !is_due(row))
    return false;
  for (size_t i = 0; i < out->n_products; i++)
    if (out->products[i].status != PRODUCT_PUBLISHED)
      return false;
  return row->entity != PREVIEW_PAGE || page_public(parts->catalog, row->id, arena, &out->page_slug);
}

/* ---- the rows as if they were published */

static void rows_choose(const struct rows_preview_row *row, struct preview_rows *rows)
{
  rows->chosen.now_us = row->now_us;
  rows->chosen.ids[row->entity] = row->id;
  for (size_t i = 0; i < PREVIEW_PRODUCTS; i++)
    if (row->products[i]) {
      rows->chosen.products[rows->n] = row->products[i];
      rows->ids[rows->n++] = row->products[i];
    }
}

static enum err products_read(const struct preview_parts *parts, const struct preview_request *rq, struct preview_rows *rows)
{
  struct catalog_pin pin;
  if (!catalog_pin_current(parts->catalog, &pin))
    return ERR_UNAVAILABLE;
  rows->products = ARENA_ARRAY(rq->arena, rows->n, struct product);
  struct rows_preview_list list = {&rows->chosen, rows->ids, rows->n, pin.window_us};
  enum err err = rows->products ? rows_preview_products(parts->db, &list, rq->arena, rq->deadline_us, rows->products)
                                : ERR_NO_MEMORY;
  for (size_t i = 0; err == ERR_OK && i < rows->n; i++)
    if (!rows->products[i].facts.id) /* the row is gone, or no page can have its slug */
      err = ERR_NOT_FOUND;
  return err;
}

static enum err rows_read(const struct preview_parts *parts, const struct preview_request *rq, const struct rows_preview_row *row,
                          struct preview_rows *rows)
{
  rows_choose(row, rows);
  rows->has_page = row->entity == PREVIEW_PAGE;
  rows->has_site = row->entity == PREVIEW_FAQ && !rows->n;
  enum err err = rows->n ? products_read(parts, rq, rows) : ERR_OK;
  if (err == ERR_OK && rows->has_page)
    err = rows_preview_page(parts->db, &rows->chosen, rq->arena, rq->deadline_us, &rows->page);
  if (err == ERR_OK && rows->has_site)
    err = rows_preview_site(parts->db, &rows->chosen, rq->arena, rq->deadline_us, &rows->site);
  return err == ERR_OK || err == ERR_NOT_FOUND ? err : ERR_UNAVAILABLE;
}

static void rows_note(const struct rows_preview_row *row, const struct preview_rows *rows, struct preview *out)
{
  for (size_t i = 0; i < rows->n; i++) {
    out->products[i].slug = rows->products[i].facts.slug;
    out->products[i].name = rows->products[i].facts.name;
  }
  if (rows->has_page)
    out->page_slug = rows->page.slug;
  if (row->entity == PREVIEW_EDITORIAL)
    out->is_past = rows->products[0].facts.n_editorials == 0 || rows->products[0].editorial_ids[0] != row->id;
}

static enum err rows_show(const struct preview_parts *parts, const struct preview_request *rq, const struct rows_preview_row *row,
                          struct preview *out)
{
  struct preview_rows *rows = ARENA_NEW(rq->arena, struct preview_rows);
  enum err err = rows ? rows_read(parts, rq, row, rows) : ERR_UNAVAILABLE;
  if (err != ERR_OK)
    return err;
  rows_note(row, rows, out);
  out->store = preview_store_open(parts, rows, rq->arena);
  err = out->store ? preview_catalog_open(parts->catalog, rows, rq->arena, &out->catalog) : ERR_NO_MEMORY;
  if (err == ERR_OK)
    preview_lint(parts, rq, rows, out);
  return err == ERR_OK ? err : ERR_UNAVAILABLE;
}

/* ---- the interface */

static enum err source_open(struct preview_source *base, const struct preview_request *rq, struct preview *out, int *retry_s)
{
  const struct preview_parts *parts = &((struct preview_opened *)base)->parts;
  struct rows_preview_row row;
  *out = (struct preview){0};
  enum err err = token_find(parts, rq, &row, retry_s);
  if (err != ERR_OK)
    return err;
  out->entity = span_z(rows_preview_table(row.is_both ? PREVIEW_PRODUCT : row.entity));
  out->is_both = row.is_both;
  out->id = row.id;
  out->status = row.status;
  out->due_us = row.due_us;
  out->now_us = row.now_us;
  out->expires_us = expiry(parts->config, &row);
  products_note(parts->catalog, &row, rq->arena, out);
  out->is_public = is_public(parts, &row, rq->arena, out);
  if (out->is_public)
    return ERR_OK;
  if (out->expires_us <= row.now_us)
    return ERR_NOT_FOUND;
  return row.status == PRODUCT_ARCHIVED ? ERR_INVALID : rows_show(parts, rq, &row, out);
}

static void source_close(struct preview_source *base, struct preview *p)
{
  (void)base;
  catalog_destroy(&p->catalog);
}

struct preview_source *preview_open(const struct preview_parts *parts)
{
  struct preview_opened *s = malloc(sizeof *s);
  if (!s)
    return NULL;
  *s = (struct preview_opened){{source_open, source_close}, *parts};
  return &s->base;
}

void preview_close(struct preview_source **s)
{
  free(*s);
  *s = NULL;
}
