/* How a connection handle is made ready before it connects: what the pool and `diptych migrate` share.
 *
 * With mysql_tls a connection is encrypted, and the server's certificate must have been signed by
 * mysql_tls_ca (else by an authority that the system knows) and be made out to mysql_host; anything else
 * is error 2026.  Without a UNIX socket it is TCP, also when the host is called localhost. */
#ifndef DIPTYCH_DB_DB_LOGIN_H
#define DIPTYCH_DB_DB_LOGIN_H

#include <mysql.h>

#include "config/config.h"

void db_login_prepare(MYSQL *m, const struct config *c);

#endif
