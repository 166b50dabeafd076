/* The administrator's connection of `diptych migrate`, and how its statements run: locks are waited for briefly and often, and
 * triggers are replaced without a moment in which a table lacks one (migrate.h). */
#ifndef DIPTYCH_DB_MIGRATE_SESSION_H
#define DIPTYCH_DB_MIGRATE_SESSION_H

#include <mysql.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"
#include "db/sql_script.h"

#define MIGRATE_VERSION_MAX 999

/* One run of `diptych migrate`. */
struct migration {
  const struct config *config;
  FILE *out, *why;        /* progress; failures with what to do about them */
  MYSQL *mysql;           /* NULL: closed */
  bool replaces_triggers; /* the server has CREATE OR REPLACE TRIGGER: it is MariaDB */
  bool locked;            /* tables whose triggers are replaced */
  bool recorded[MIGRATE_VERSION_MAX + 1]; /* the file of this number has been applied */
  unsigned newest; /* the largest recorded version */
};

/* Opens a session on the server that takes writes.  false: `why` says so. */
MUST_USE bool migrate_session_open(struct migration *mg);
void migrate_session_close(struct migration *mg);

/* Runs one statement and discards its rows.  false: mysql_error tells why. */
MUST_USE bool migrate_sql(struct migration *mg, struct span sql);

/* The same for a statement of a script: it waits for locks, and replaces triggers and routines as the server can.
 * script: what follows the statement; one lock serves all triggers that follow. */
MUST_USE bool migrate_statement(struct migration *mg, struct span statement, const struct sql_script *script);

/* After the last statement of a script. */
MUST_USE bool migrate_unlock(struct migration *mg);

/* Reads the first cell of the only row as a number.  NULL or no row: -1.  false: mysql_error tells why. */
MUST_USE bool migrate_number(struct migration *mg, const char *sql, long long *out);

/* Writes to `why` what the server refused while `doing`.  Returns false. */
bool migrate_failure(struct migration *mg, const char *doing);

/* What to do about the last failure, when it is not migrate's own; NULL: nothing is known. */
const char *migrate_advice(MYSQL *m);

#endif
