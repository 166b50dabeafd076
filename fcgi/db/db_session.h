/* What a session is set to after its login, by the pool and by `diptych migrate`.
 *
 * A server's defaults, and an init_connect, may decide what a statement means: how many rows it may read
 * or give (max_join_size, sql_select_limit), what a time or a comparison is, whether a COMMIT opens the
 * next transaction (completion_type), which plan a view gets (optimizer_switch).  One SET gives every such
 * variable the value that our statements are written for.
 *
 * Servers differ.  A variable that a server lacks, or that the account may not set, is left out, except
 * those without which a reading would be wrong: then the login fails with the server's words. */
#ifndef DIPTYCH_DB_DB_SESSION_H
#define DIPTYCH_DB_DB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db_session {
  bool mariadb;
  unsigned long version; /* 101106 is 10.11.6 */
  unsigned seconds;      /* the server ends a statement after so long; 0: never */
  uint64_t refused;      /* settings that this server does not take, a bit for each row of the table */
};

/* Runs one statement.  0: done; else the server's error number. */
typedef unsigned db_session_run(void *arg, struct span sql);

/* One statement when the server takes every variable.  What it does not take is found one by one, once,
 * and kept in s->refused for the next connection.  False: it failed, and the last error says why. */
MUST_USE bool db_session_open(struct db_session *s, db_session_run *run, void *arg);

#endif
