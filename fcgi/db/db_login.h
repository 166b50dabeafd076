/* The options of a connection handle, set before it connects.  The pool and `diptych migrate` share them.
 *
 * With mysql_tls the connection is encrypted and its server verified: see db_tls.h.  Without a UNIX socket the
 * connection is TCP, even when the host is called localhost. */
#ifndef DIPTYCH_DB_DB_LOGIN_H
#define DIPTYCH_DB_DB_LOGIN_H

#include <mysql.h>
#include <stdint.h>

#include "config/config.h"

void db_login_prepare(MYSQL *m, const struct config *c, bool local);

/* Whole seconds, one more than our own wait, so that our deadline comes first. */
unsigned db_login_seconds(int64_t answer_us);

/* A handle that is not connected, for answers that take at most so many seconds.  NULL: no memory. */
MUST_USE MYSQL *db_login_new(const struct config *c, bool local, unsigned seconds);

#endif
