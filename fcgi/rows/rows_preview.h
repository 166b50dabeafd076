/* Rows that are read as if they were published now, for a preview (fcgi/preview).
 *
 * A preview reads with the same statements as pages do.  Where such a statement names a view of a table with drafts, it
 * reads a derived table instead, in which the rows of the preview are published and due.  An editorial without a date, or
 * with a date to come, gets the database's time at the opening of the preview; a row that is not published yet gets that
 * time as its updated_at, as the triggers will set it. */
#ifndef DIPTYCH_ROWS_ROWS_PREVIEW_H
#define DIPTYCH_ROWS_ROWS_PREVIEW_H

#include "base/arena.h"
#include "db/db.h"
#include "rows/rows.h"

enum preview_entity { PREVIEW_PRODUCT, PREVIEW_EDITORIAL, PREVIEW_COMPARISON, PREVIEW_PAGE, PREVIEW_FAQ, PREVIEW_ALTERNATIVE,
                      PREVIEW_ENTITIES };
const char *rows_preview_table(enum preview_entity e); /* "product" */

#define PREVIEW_PRODUCTS 2

struct rows_preview {
  uint64_t products[PREVIEW_PRODUCTS]; /* 0: none */
  uint64_t ids[PREVIEW_ENTITIES];      /* one row of each table; 0: none.  That of PRODUCT is among `products` */
  int64_t now_us;
};

/* A row of site_preview. */
struct rows_preview_row {
  struct span token; /* the whole one */
  enum preview_entity entity;
  bool is_both; /* a CMS has a product and its editorial in one row, with one id; entity is PREVIEW_EDITORIAL */
  uint64_t id, products[PREVIEW_PRODUCTS]; /* on whose pages the row stands; 0: none */
  enum product_status status;
  int64_t due_us;   /* of an editorial; CLOCK_NEVER: it has no date */
  int64_t saved_us; /* CLOCK_NEVER: unknown */
  int64_t now_us;   /* the database's clock */
};

/* The rows whose tokens begin with `selector`, which has hex digits only.  *n is at most `most`. */
MUST_USE enum err rows_preview_find(struct db *db, struct span selector, struct arena *arena, int64_t deadline_us,
                                    struct rows_preview_row *out, size_t most, size_t *n);

/* As rows_products, with the counts of the months before past_us, too. */
struct rows_preview_list {
  const struct rows_preview *preview;
  const uint64_t *ids;
  size_t n;
  int64_t past_us;
};
MUST_USE enum err rows_preview_products(struct db *db, const struct rows_preview_list *list, struct arena *arena,
                                        int64_t deadline_us, struct product *out);
/* As rows_page_read and rows_site_read. */
MUST_USE enum err rows_preview_page(struct db *db, const struct rows_preview *preview, struct arena *arena, int64_t deadline_us,
                                    struct rows_page *out);
MUST_USE enum err rows_preview_site(struct db *db, const struct rows_preview *preview, struct arena *arena, int64_t deadline_us,
                                    struct rows_site *out);

/* What a FROM or JOIN names: " site_product p", or for a preview the derived table with that alias. */
void rows_preview_source(struct buf *sql, const struct rows_preview *preview, enum preview_entity e, const char *alias);

#endif
