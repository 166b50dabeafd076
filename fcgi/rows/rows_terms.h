/* Reads sectors, themes, attributes and editors' pages without their texts, and the version of the site's questions.  These tables
 * are small, so they are read whole. */
#ifndef DIPTYCH_ROWS_ROWS_TERMS_H
#define DIPTYCH_ROWS_ROWS_TERMS_H

#include "model/attribute.h"
#include "model/term.h"
#include "rows/rows.h"

struct rows_terms {
  struct term *sectors, *themes; /* sorted by id; edited_us is not set */
  struct page_head *pages;       /* sorted by id */
  struct attribute *attributes;  /* sorted by id; edited_us is not set */
  size_t n_sectors, n_themes, n_pages, n_attributes;
  struct version site; /* of the questions of the site itself */
};

/* One snapshot of nine statements.  Rows whose slugs break the rules are left out. */
MUST_USE enum err rows_terms_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_terms *out);

/* Parts for other readings, called inside a snapshot.  An entity without log entries has *rev 0. */
MUST_USE enum err rows_revision(struct db *db, const char *entity, uint64_t id, int64_t deadline_us, uint64_t *rev);
MUST_USE enum err rows_site_version(struct db *db, int64_t deadline_us, struct version *out);

#endif
