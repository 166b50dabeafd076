/* The client library's calls, each bounded by a deadline in monotonic microseconds.
 *
 * With libmariadb they run in its non-blocking mode: the library says what it waits for, we poll(2)
 * for what is left of the deadline.  When that is over the socket is shut down and the call is told
 * that its wait timed out, so that it unwinds and frees what it holds; the connection is then good
 * for nothing but mysql_close.  mysqlclient has no such mode in its C interface for all calls: there
 * the library's own timeouts of whole seconds are the bound. */
#ifndef DIPTYCH_DB_DB_WAIT_H
#define DIPTYCH_DB_DB_WAIT_H

#include <mysql.h>
#include <stdint.h>

#include "config/config.h"

/* false: out of time.  true: the call came back by itself; *ok says how. */
bool db_wait_connect(MYSQL *m, const struct config *c, int64_t deadline_us, bool *ok);
bool db_wait_query(MYSQL *m, const char *sql, size_t n, int64_t deadline_us, bool *ok);
/* *result NULL and *ok: the statement has no rows. */
bool db_wait_store(MYSQL *m, int64_t deadline_us, MYSQL_RES **result, bool *ok);

#endif
