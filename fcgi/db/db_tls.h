/* TLS to the database: encrypted always, and only with the server that mysql_host names.
 *
 * The server's certificate must name mysql_host and must be signed by mysql_tls_ca, or by an authority of the system
 * when that is empty.  Any failure of this is error 2026.
 *
 * libmariadb 3.4 makes two exceptions, which this file takes back.  Without named authorities it accepts any certificate
 * from a server on a loopback address, and from any other server that knows the account's password; so the authorities
 * are always named.  It does not compare the name on 127.0.0.1 and ::1; so this file compares it itself, which works
 * when libmariadb is built with OpenSSL, as Debian's is. */
#ifndef DIPTYCH_DB_DB_TLS_H
#define DIPTYCH_DB_DB_TLS_H

#include <mysql.h>

#include "config/config.h"

void db_tls_prepare(MYSQL *m, const struct config *c);

#endif
