/* Calls of the client library, each bounded by a deadline in monotonic microseconds.
 *
 * With libmariadb the calls run in its non-blocking mode: the library reports what it waits for, and we poll(2) for
 * the time left.  When the deadline passes, the socket is shut down and the call is told that its wait timed out, so
 * that it unwinds and frees its memory.  After that only mysql_close may be called on the connection.
 *
 * mysqlclient has no such mode for all calls.  There the bound is the library's own timeouts, in whole seconds. */
#ifndef DIPTYCH_DB_DB_WAIT_H
#define DIPTYCH_DB_DB_WAIT_H

#include <mysql.h>
#include <stdint.h>

#include "base/err.h"
#include "base/waiter.h"
#include "config/config.h"
#include "db/db_servers.h"

/* waiter: what this process does meanwhile (not with mysqlclient); NULL: nothing.
 * False: the deadline passed.  True: the call returned by itself; *ok tells whether it succeeded. */
MUST_USE bool db_wait_connect(MYSQL *m, struct waiter *waiter, const struct config *c, const struct db_server *server,
                              int64_t deadline_us, bool *ok);
MUST_USE bool db_wait_query(MYSQL *m, struct waiter *waiter, const char *sql, size_t n, int64_t deadline_us, bool *ok);
/* writable: the server is not read_only.  ready: it is not a Galera node that refuses statements. */
MUST_USE bool db_wait_role(MYSQL *m, int64_t deadline_us, bool *writable, bool *ready);
/* *ok with *result NULL: the statement returns no rows. */
MUST_USE bool db_wait_store(MYSQL *m, struct waiter *waiter, int64_t deadline_us, MYSQL_RES **result, bool *ok);
/* Goes to the next statement of several that were sent together.  !*ok: it failed, or there is none. */
MUST_USE bool db_wait_next(MYSQL *m, struct waiter *waiter, int64_t deadline_us, bool *ok);

/* False: a Galera node that refuses statements.  Waits as long as the connection does: for `diptych migrate`. */
MUST_USE bool db_node_takes(MYSQL *m);

#endif
