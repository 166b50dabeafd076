/* The table of error numbers, of the server and of the client library: what each means for the caller, and what an
 * operator can do about it. */
#ifndef DIPTYCH_DB_DB_FAULT_H
#define DIPTYCH_DB_DB_FAULT_H

#include <stdbool.h>

#include "base/err.h"

/* X(number, err, what to do).  ERR_RETRY: the connection or the statement was lost, but the server runs. */
#define DB_FAULT_LIST(X)                                                                                               \
  X(1040, UNAVAILABLE, "raise max_connections, or run fewer workers")                                                  \
  X(1044, INVALID, "check mysql_database, and run sql/accounts.sql for the account's rights")                          \
  X(1045, INVALID, "check mysql_user and mysql_password in the configuration")                                         \
  X(1049, INVALID, "check mysql_database, or create it and run `diptych migrate`")                                     \
  X(1053, RETRY, "the server is shutting down")                                                                        \
  X(1054, INVALID, "a site_* view lacks a column: run `diptych migrate`, or add it to your own view")                  \
  X(1130, INVALID, "the account must not connect from this host: check the host part of its name")                     \
  X(1142, INVALID, "run sql/accounts.sql: the account lacks the right to read this")                                   \
  X(1143, INVALID, "run sql/accounts.sql: the account lacks the right to read this")                                   \
  X(1146, INVALID, "run `diptych migrate`: a table or view is missing")                                                \
  X(1203, UNAVAILABLE, "raise max_user_connections of the account")                                                    \
  X(1205, RETRY, "a lock was not released in time")                                                                    \
  X(1213, RETRY, "the server ended the transaction to resolve a deadlock")                                             \
  X(1226, UNAVAILABLE, "raise the account's resource limits")                                                          \
  X(1227, INVALID, "mysql_replica needs GRANT SLAVE MONITOR (MySQL: REPLICATION CLIENT) ON *.* for mysql_user")        \
  X(1267, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1271, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1317, RETRY, "the statement was killed")                                                                           \
  X(1356, INVALID, "a view refers to a missing table or column: run `diptych migrate`, or correct your own view")      \
  X(1412, RETRY, "a table was altered during the transaction")                                                         \
  X(1524, INVALID, "the server has not loaded the account's authentication plugin")                                    \
  X(1615, RETRY, "a table was altered during the transaction")                                                         \
  X(1698, INVALID, "check mysql_user and the account's authentication plugin")                                         \
  X(1927, RETRY, "the connection was killed")                                                                          \
  X(1969, UNAVAILABLE, "the statement took too long: check the load of the server")                                    \
  X(2002, UNAVAILABLE, "is the server running? check mysql_socket, or mysql_host and mysql_port")                      \
  X(2003, UNAVAILABLE, "is the server running? check mysql_host and mysql_port")                                       \
  X(2005, UNAVAILABLE, "the host name in mysql_host does not resolve")                                                 \
  X(2006, RETRY, "the server closed the connection")                                                                   \
  X(2008, NO_MEMORY, "the client ran out of memory")                                                                   \
  X(2013, RETRY, "the connection was lost")                                                                            \
  X(2026, INVALID, "the server must speak TLS, with a certificate for mysql_host that mysql_tls_ca has signed")        \
  X(2055, RETRY, "the connection was lost")                                                                            \
  X(2059, INVALID, "the client library does not know the account's authentication plugin")                             \
  X(3024, UNAVAILABLE, "the statement took too long: check the load of the server")                                    \
  X(3118, INVALID, "the account is locked: sql/accounts.sql tells how to unlock it")                                   \
  X(4031, RETRY, "the server closed the idle connection")                                                              \
  X(4151, INVALID, "the account is locked: sql/accounts.sql tells how to unlock it")

struct db_fault {
  unsigned number;
  enum err err;
  const char *advice;
};

/* Never NULL; an unknown number is INVALID. */
const struct db_fault *db_fault_find(unsigned number);

/* True: no process can reach the server. */
static inline bool db_fault_unreachable(unsigned number)
{
  return number == 2002 || number == 2003 || number == 2005;
}

#endif
