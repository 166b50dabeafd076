/* Sectors, themes, editors' pages and the site's questions as the catalog holds them: without texts,
 * each with its version.  These tables are small beside the products': they are read whole. */
#ifndef DIPTYCH_ROWS_ROWS_TERMS_H
#define DIPTYCH_ROWS_ROWS_TERMS_H

#include "model/term.h"
#include "rows/rows.h"

struct rows_terms {
  struct term *sectors, *themes; /* ranking and median are empty; by id */
  struct page_head *pages;            /* by id */
  size_t n_sectors, n_themes, n_pages;
  struct version site;
};

/* All of them in one snapshot of six statements.  Rows whose slugs break the rules are left out. */
MUST_USE enum err rows_terms_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_terms *out);

/* Inside a snapshot, for other readings. */
MUST_USE enum err rows_revision(struct db *db, const char *entity, uint64_t id, int64_t deadline_us, uint64_t *rev);
MUST_USE enum err rows_site_version(struct db *db, int64_t deadline_us, struct version *out);

#endif
