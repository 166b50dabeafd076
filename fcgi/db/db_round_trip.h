/* The text of one round trip: several statements, and with them those that begin and end their snapshot.
 *
 * The server runs the statements in order and stops at the first one that fails.  No word of a request stands in the SQL of
 * this program (rows/rows_preview.c takes hex digits only), so a text cannot bring a statement with it. */
#ifndef DIPTYCH_DB_DB_ROUND_TRIP_H
#define DIPTYCH_DB_DB_ROUND_TRIP_H

#include "base/buf.h"

#define DB_SNAPSHOT_END "COMMIT"

struct db_round_trip {
  struct buf text;              /* the caller frees it */
  const struct buf *statements; /* without a semicolon */
  size_t n;
  bool begins, ends; /* the snapshot */
};

void db_round_trip_write(struct db_round_trip *t);
/* The i-th statement, for messages.  The one that begins the snapshot counts. */
struct span db_round_trip_statement(const struct db_round_trip *t, size_t i);

static inline size_t db_round_trip_statements(const struct db_round_trip *t)
{
  return t->n + t->begins + t->ends;
}

#endif
