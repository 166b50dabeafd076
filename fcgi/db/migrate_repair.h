/* What the database lacks of the schema, beside what migrate's files change (schema_repair.h). */
#ifndef DIPTYCH_DB_MIGRATE_REPAIR_H
#define DIPTYCH_DB_MIGRATE_REPAIR_H

#include "db/migrate_session.h"

/* Mends what the schema lacks, and lets the server purge that this session is on.  dry: only says what it would do.
 * false: something is not mended, and `out` or `why` says what. */
MUST_USE bool migrate_repair(struct migration *mg, bool dry);

/* Writes to `out` what the schema lacks and how it is mended, or nothing.  true: it lacks something. */
bool migrate_lacks(struct migration *mg);

#endif
