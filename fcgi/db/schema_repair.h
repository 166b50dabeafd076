/* `diptych migrate --repair`: mends what a database lacks of the schema.
 *
 * No statement takes data away.  A column that became narrower is widened, unless values at its limit may have been cut:
 * what they lost is known to a backup only, and widening would hide which values these are.  A lost column is added only
 * when its rows can do without a value.  Each part is mended by itself, so a refusal does not keep the others back. */
#ifndef DIPTYCH_DB_SCHEMA_REPAIR_H
#define DIPTYCH_DB_SCHEMA_REPAIR_H

#include <stdio.h>

#include "db/schema.h"

/* The connection of an administrator, in the database of the site. */
struct repair_session {
  void *context;
  MUST_USE bool (*run)(void *context, struct span sql);
  /* Cells of all rows, in the arena, `columns` a row; *rows: their number. */
  MUST_USE bool (*query)(void *context, struct span sql, struct arena *arena, struct span **cells, size_t *rows, unsigned columns);
  const char *(*error)(void *context); /* of the last failure */
};

/* dry: only writes to out what it would do.  false: something is not mended. */
MUST_USE bool schema_repair(const struct schema *s, const struct repair_session *db, bool dry, FILE *out);

/* Writes to `out` what the database lacks, a line each.  true: it lacks something. */
bool schema_lacks(const struct schema *s, const struct repair_session *db, FILE *out);

#endif
