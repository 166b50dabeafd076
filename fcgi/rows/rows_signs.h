/* Signs that a dump is being restored into the database, or that one was restored in part.
 *
 * A dump drops each table, creates it, fills it and only then creates its triggers.  In place of each view it first
 * creates a placeholder (SELECT 1 AS id, 1 AS slug ... or NULL AS id ...), and replaces it at its very end.
 * The signs are therefore: a table of the schema that has a site_* view and no trigger at all; a placeholder view;
 * a site_state or schema_version without its rows; a view site_schema or a table schema_version that is gone.
 *
 * Rows that were read between two readings without signs may still come from a table that was half full, when its triggers
 * were created before the second one.  Then `made` of the two differs.
 *
 * Tables and triggers are seen through the view site_schema (sql/008_schema.sql), on MySQL through site_visible_schema
 * (sql/013_visible_schema.sql).  Without it, only the other signs are found. */
#ifndef DIPTYCH_ROWS_ROWS_SIGNS_H
#define DIPTYCH_ROWS_ROWS_SIGNS_H

#include "db/db.h"

#define ROWS_SIGNS_MOST 32
#define ROWS_SIGN_BYTES 96

struct rows_signs {
  size_t n;                                     /* further signs are left out */
  char v[ROWS_SIGNS_MOST][ROWS_SIGN_BYTES];     /* as operators read them */
  char incarnation[64];                         /* of site_state; empty: it has no row */
  bool schema_seen, visible_seen, version_seen; /* site_schema ... schema_version existed in an earlier reading */
  uint64_t made;                                /* of the times at which the triggers were created; 0: not known */
};

/* Reads the signs anew with up to three statements, which cost the server about 20 ms.  *s keeps schema_seen and version_seen. */
MUST_USE enum err rows_signs_read(struct db *db, int64_t deadline_us, struct rows_signs *s);

/* A number of what the signs follow from: of how often the server has begun a statement that changes a schema or an account, of
 * the row of site_state, and of the connection.  It stays the same while no such statement begins; one that
 * had begun before may still end.  0: the server does not tell.  Two statements, under 1 ms. */
MUST_USE enum err rows_signs_source(struct db *db, int64_t deadline_us, uint64_t *source);

MUST_USE bool rows_signs_have(const struct rows_signs *s, const char *sign);

#endif
