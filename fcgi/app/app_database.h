/* What the processes of the pool ask of a database before they depend on it.
 *
 * A new configuration is refused, with the server's words, when its database refuses the login or a statement of the pages,
 * or cannot be reached, while the database of the configuration in force still works.  When neither works, the new
 * configuration is accepted: it may be the cure, and a pool serves without a database. */
#ifndef DIPTYCH_APP_APP_DATABASE_H
#define DIPTYCH_APP_APP_DATABASE_H

#include "base/arena.h"
#include "db/db.h"
#include "pool/app.h"

/* Runs the statements of the pages for the first products. */
MUST_USE enum err app_database_try(struct db *db, struct arena *arena, int64_t deadline_us);

/* As app.admit.  up: the watcher reaches the database in force. */
MUST_USE int app_database_admit(const struct app_admission *a, bool up, FILE *why);

#endif
