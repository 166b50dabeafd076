/* What the server's and the client library's error numbers mean for us, and what an operator can do
 * about each: the one table of them. */
#ifndef DIPTYCH_DB_DB_FAULT_H
#define DIPTYCH_DB_DB_FAULT_H

#include <stdbool.h>

#include "base/err.h"

/* X(number, err, what to do).  ERR_RETRY: the connection or its statement was lost, not the server. */
#define DB_FAULT_LIST(X)                                                                                               \
  X(1040, UNAVAILABLE, "raise max_connections, or run fewer workers")                                                  \
  X(1044, INVALID, "check mysql_database, and run sql/accounts.sql for the account's rights")                          \
  X(1045, INVALID, "check mysql_user and mysql_password in the configuration")                                         \
  X(1049, INVALID, "check mysql_database, or create it and run `diptych migrate`")                                     \
  X(1053, RETRY, "the server is shutting down")                                                                        \
  X(1054, INVALID, "a site_* view lacks a column: run `diptych migrate`, or add it to your own view")                  \
  X(1130, INVALID, "the account may not connect from this host: check its host part")                                  \
  X(1142, INVALID, "run sql/accounts.sql: the account may not read this")                                              \
  X(1143, INVALID, "run sql/accounts.sql: the account may not read this")                                              \
  X(1146, INVALID, "run `diptych migrate`: a table or view is missing")                                                \
  X(1203, UNAVAILABLE, "raise max_user_connections of the account")                                                    \
  X(1205, RETRY, "a lock was not released in time")                                                                    \
  X(1213, RETRY, "the server broke a deadlock")                                                                        \
  X(1226, UNAVAILABLE, "raise the account's resource limits")                                                          \
  X(1227, INVALID, "mysql_replica needs GRANT SLAVE MONITOR (MySQL: REPLICATION CLIENT) ON *.* for mysql_user")            \
  X(1267, INVALID, "texts of two collations meet: convert the tables, or name a collation in the view")                \
  X(1271, INVALID, "texts of two collations meet: convert the tables, or name a collation in the view")                \
  X(1317, RETRY, "somebody ended the statement")                                                                       \
  X(1356, INVALID, "a view names something that is gone: run `diptych migrate`, or mend your own view")                \
  X(1412, RETRY, "a table was altered meanwhile")                                                                      \
  X(1524, INVALID, "the account's way to log in is not loaded in the server")                                          \
  X(1615, RETRY, "a table was altered meanwhile")                                                                      \
  X(1698, INVALID, "check mysql_user and how the account logs in")                                                     \
  X(1927, RETRY, "somebody ended the connection")                                                                      \
  X(1969, UNAVAILABLE, "the statement took too long: look at the server's load")                                       \
  X(2002, UNAVAILABLE, "is the server running, and mysql_socket right, or mysql_host and mysql_port?")                 \
  X(2003, UNAVAILABLE, "is the server running, and are mysql_host and mysql_port right?")                              \
  X(2005, UNAVAILABLE, "the name in mysql_host is not known")                                                          \
  X(2006, RETRY, "the server closed the connection")                                                                   \
  X(2008, NO_MEMORY, "out of memory here")                                                                             \
  X(2013, RETRY, "the connection was lost")                                                                            \
  X(2026, INVALID, "the server must speak TLS, with a certificate for mysql_host that mysql_tls_ca has signed")          \
  X(2055, RETRY, "the connection was lost")                                                                            \
  X(2059, INVALID, "the account's way to log in is not known to the client library")                                   \
  X(3024, UNAVAILABLE, "the statement took too long: look at the server's load")                                       \
  X(3118, INVALID, "the account is locked: see sql/accounts.sql on how to open it")                                    \
  X(4031, RETRY, "the server closed the idle connection")                                                              \
  X(4151, INVALID, "the account is locked: see sql/accounts.sql on how to open it")

struct db_fault {
  unsigned number;
  enum err err;
  const char *advice;
};

/* Never NULL; an unknown number is INVALID. */
const struct db_fault *db_fault_find(unsigned number);

/* Does it mean that nobody reaches the server? */
static inline bool db_fault_unreachable(unsigned number)
{
  return number == 2002 || number == 2003 || number == 2005;
}

#endif
