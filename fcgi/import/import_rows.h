/* The statements of the import.
 *
 * Each is one statement that commits by itself, so nothing is locked while a source is asked, and a run that is ended halfway
 * leaves whole releases.  sql/011_import.sql says how one INSERT makes an activity; accounts.sql has the rights. */
#ifndef DIPTYCH_IMPORT_IMPORT_ROWS_H
#define DIPTYCH_IMPORT_IMPORT_ROWS_H

#include "db/db.h"
#include "import/import_choose.h"

struct import_source {
  uint64_t id, product_id;
  enum import_kind kind;
  struct span kind_name, url;
  struct span etag, last_modified, error, retry_at; /* may be empty; retry_at as the server writes it */
  struct import_product_names product;
  unsigned failures;
  bool waits; /* retry_at has not come */
};

struct import_sources {
  struct import_source *v;
  size_t n;
  bool product_known; /* there is a product with the slug that was asked for */
};

/* The published sources of products that are not archived, those that were not asked for longest first.  slug empty: of all
 * products. */
MUST_USE enum err import_rows_sources(struct db *db, struct arena *a, struct span slug, struct import_sources *out);

/* Waits until no other run has the lock of this database; *got false: it still has. */
MUST_USE enum err import_rows_lock(struct db *db, bool *got);

/* Removes what is remembered of products that are gone. */
MUST_USE enum err import_rows_forget(struct db *db, struct arena *a);

/* Keys of all releases and activities of the product.  *first: nothing was ever remembered of this source. */
MUST_USE enum err import_rows_known(struct db *db, struct arena *a, const struct import_source *s, struct import_keys *out,
                                    bool *first);

/* *added false: another run was first. */
MUST_USE enum err import_rows_add(struct db *db, const struct import_source *s, const struct import_release *r, bool draft,
                                  bool *added);

/* The last failure: a statement had to give way to another connection that holds its rows for long. */
MUST_USE bool import_rows_locked(struct db *db);

/* The last failure concerns this one row, not the connection, the account or the schema. */
MUST_USE bool import_rows_refused(struct db *db);

struct import_note {
  struct span etag, last_modified, error; /* empty: NULL */
  int64_t retry_s; /* with an error: seconds until the next try */
  bool unchanged;  /* etag and last_modified stay */
};
MUST_USE enum err import_rows_note(struct db *db, const struct import_source *s, const struct import_note *n);

#endif
