/* The attributes of the site with their sectors, read whole by one statement.  Part of rows_terms_read. */
#ifndef DIPTYCH_ROWS_ROWS_ATTRIBUTES_H
#define DIPTYCH_ROWS_ROWS_ATTRIBUTES_H

#include "model/attribute.h"
#include "rows/rows.h"

/* Called inside a snapshot.  Sorted by id; attributes whose slugs break the rules are left out, and all beyond the
 * first ATTRIBUTES_MAX.  edited_us is not set. */
MUST_USE enum err rows_attributes_read(struct db *db, struct arena *arena, int64_t deadline_us, struct attribute **out,
                                       size_t *n);

#endif
