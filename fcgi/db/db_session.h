/* The session variables that the pool and `diptych migrate` set after login.
 *
 * The server's defaults and its init_connect can change what a statement means: how many rows it may read or return
 * (max_join_size, sql_select_limit), how times and texts compare, whether COMMIT opens the next transaction
 * (completion_type), which plan a view gets (optimizer_switch).  One SET gives every such variable the value that
 * diptych's statements expect.
 *
 * Servers differ.  A variable that a server lacks or that the account must not set is skipped, unless readings would
 * be wrong without it: then the login fails with the server's error. */
#ifndef DIPTYCH_DB_DB_SESSION_H
#define DIPTYCH_DB_DB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db_session {
  bool mariadb;
  unsigned long version; /* 101106 is 10.11.6 */
  unsigned seconds;      /* the server ends a statement after this time; 0: never */
  uint64_t refused;      /* settings that this server refuses: one bit for each row of the table */
};

/* Runs one statement.  Returns 0 or the server's error number. */
typedef unsigned db_session_run(void *arg, struct span sql);

/* Costs one statement when the server accepts every variable.  Otherwise the variables are tried one by one, and
 * s->refused keeps the result for the next connection.  False: it failed; the connection's last error tells why. */
MUST_USE bool db_session_open(struct db_session *s, db_session_run *run, void *arg);

#endif
