/* The table of error numbers, of the server and of the client library: what each means for the caller, and what an
 * operator can do about it. */
#ifndef DIPTYCH_DB_DB_FAULT_H
#define DIPTYCH_DB_DB_FAULT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

/* X(number, err, what to do).  ERR_RETRY: the connection or the statement was lost, but the server runs. */
#define DB_FAULT_LIST(X)                                                                                               \
  X(1016, UNAVAILABLE, "raise open_files_limit of the server, or check its disk and files")                            \
  X(1017, UNAVAILABLE, "a file of the server is missing: see its log")                                                 \
  X(1020, RETRY, "a row changed during the reading")                                                                   \
  X(1021, UNAVAILABLE, "the server's disk is full: make room")                                                         \
  X(1023, UNAVAILABLE, "the server cannot use its disk: see its log")                                                  \
  X(1024, UNAVAILABLE, "the server cannot use its disk: see its log")                                                  \
  X(1028, UNAVAILABLE, "the server stopped sorting: see its log, and check tmpdir and its disk")                       \
  X(1030, UNAVAILABLE, "the storage engine failed: see the server's log")                                              \
  X(1032, UNAVAILABLE, "a table may be damaged: run CHECK TABLE, and see the server's log")                            \
  X(1033, INVALID, "the file of a table or view is damaged: restore it, or run `diptych migrate` for views")           \
  X(1034, UNAVAILABLE, "an index is damaged: run REPAIR TABLE")                                                        \
  X(1035, UNAVAILABLE, "a table is of an old version: run mariadb-upgrade")                                            \
  X(1037, UNAVAILABLE, "the server is out of memory: give it more, or let it use less")                                \
  X(1038, UNAVAILABLE, "raise sort_buffer_size of the server")                                                         \
  X(1040, UNAVAILABLE, "raise max_connections, or run fewer workers")                                                  \
  X(1041, UNAVAILABLE, "the server is out of memory or file descriptors: raise its limits")                            \
  X(1042, UNAVAILABLE, "the server cannot look up this host: set skip_name_resolve there, or correct its DNS")         \
  X(1043, UNAVAILABLE, "the login broke off: is this port a MySQL or MariaDB server, and is it not overloaded?")       \
  X(1044, INVALID, "check mysql_database, and run sql/accounts.sql for the account's rights")                          \
  X(1045, INVALID, "check mysql_user and mysql_password in the configuration")                                         \
  X(1046, INVALID, "set mysql_database")                                                                               \
  X(1047, UNAVAILABLE, "the Galera node joins its cluster, or has no majority of it: start the other nodes; if they are"\
                       " lost for good, SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1' on one node")             \
  X(1049, INVALID, "check mysql_database, or create it and run `diptych migrate`")                                     \
  X(1053, RETRY, "the server is shutting down")                                                                        \
  X(1054, INVALID, "a site_* view lacks a column: run `diptych migrate`, or add it to your own view")                  \
  X(1064, INVALID, "the server does not understand the statement: diptych needs MariaDB 10.11 or MySQL 8.0 at least")  \
  X(1079, RETRY, "the server has shut down")                                                                           \
  X(1080, RETRY, "the server closed the connection")                                                                   \
  X(1104, INVALID, "raise max_join_size of the server")                                                                \
  X(1105, UNAVAILABLE, "see the log of the server or of the proxy before it")                                          \
  X(1114, UNAVAILABLE, "a temporary table is full: raise tmp_table_size and max_heap_table_size, or make room on the disk") \
  X(1115, INVALID, "the server lacks utf8mb4: use MariaDB 10.11 or MySQL 8.0 at least")                                \
  X(1129, UNAVAILABLE, "too many broken logins from this host: run `mariadb-admin flush-hosts`, or raise max_connect_errors") \
  X(1130, INVALID, "the account must not connect from this host: check the host part of its name")                     \
  X(1131, INVALID, "mysql_user is an anonymous account: set a name")                                                   \
  X(1135, UNAVAILABLE, "the server can start no thread: raise its limit of tasks, or give it memory")                  \
  X(1142, INVALID, "run sql/accounts.sql: the account lacks the right to read this")                                   \
  X(1143, INVALID, "run sql/accounts.sql: the account lacks the right to read this")                                   \
  X(1146, INVALID, "run `diptych migrate`: a table or view is missing")                                                \
  X(1152, RETRY, "the server closed the connection: its log says why")                                                 \
  X(1153, UNAVAILABLE, "raise max_allowed_packet of the server")                                                       \
  X(1156, RETRY, "the connection was disturbed: check the network")                                                    \
  X(1157, RETRY, "the connection was disturbed: check the network")                                                    \
  X(1158, RETRY, "the connection was disturbed: check the network")                                                    \
  X(1159, RETRY, "the connection was too slow: check the network and net_read_timeout of the server")                  \
  X(1160, RETRY, "the connection was disturbed: check the network")                                                    \
  X(1161, RETRY, "the connection was too slow: check the network and net_write_timeout of the server")                 \
  X(1180, RETRY, "the server could not commit: see its log")                                                           \
  X(1184, RETRY, "the server closed the connection: its log says why")                                                 \
  X(1194, UNAVAILABLE, "a table is damaged: run REPAIR TABLE")                                                         \
  X(1195, UNAVAILABLE, "a table is damaged: restore it")                                                               \
  X(1203, UNAVAILABLE, "raise max_user_connections of the account, or run fewer workers")                              \
  X(1205, RETRY, "a lock was not released in time")                                                                    \
  X(1206, UNAVAILABLE, "raise innodb_buffer_pool_size of the server")                                                  \
  X(1213, RETRY, "the server ended the transaction to resolve a deadlock")                                             \
  X(1226, UNAVAILABLE, "raise the account's resource limits, or run fewer workers")                                    \
  X(1227, INVALID, "mysql_replica needs GRANT SLAVE MONITOR (MySQL: REPLICATION CLIENT) ON *.* for mysql_user")        \
  X(1242, INVALID, "a subquery of your own view finds several rows: correct the view")                                 \
  X(1251, INVALID, "the account's authentication plugin is too new for the client library: change the account's plugin") \
  X(1253, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1267, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1270, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1271, INVALID, "two collations are mixed: convert the tables, or name a collation in the view")                    \
  X(1273, INVALID, "a view names a collation that this server lacks: correct the view")                                \
  X(1275, INVALID, "the account has a password of an old form: set it again")                                          \
  X(1286, INVALID, "the storage engine of a table is not loaded: load its plugin")                                     \
  X(1290, INVALID, "an option of the server forbids the statement: the message names the option")                      \
  X(1305, INVALID, "a view calls a function that is missing: run `diptych migrate`, or correct your own view")         \
  X(1317, RETRY, "the statement was killed")                                                                           \
  X(1356, INVALID, "a view refers to a missing table or column: run `diptych migrate`, or correct your own view")      \
  X(1370, INVALID, "run sql/accounts.sql: the account lacks the right to call a function of a view")                   \
  X(1412, RETRY, "a table was altered during the transaction")                                                         \
  X(1429, UNAVAILABLE, "a table of another server cannot be reached: check that server")                               \
  X(1430, UNAVAILABLE, "a table of another server cannot be read: check that server")                                  \
  X(1436, UNAVAILABLE, "raise thread_stack of the server")                                                             \
  X(1449, INVALID, "the account that made a view is gone: run `diptych migrate`, or make your own view again")         \
  X(1477, INVALID, "a table names a server that is not defined: correct the table")                                    \
  X(1524, INVALID, "the server has not loaded the account's authentication plugin")                                    \
  X(1615, RETRY, "a table was altered during the transaction")                                                         \
  X(1637, UNAVAILABLE, "the server has too many open transactions: see its log")                                       \
  X(1690, INVALID, "a number in your own view is out of range: correct the view")                                      \
  X(1698, INVALID, "check mysql_user and the account's authentication plugin")                                         \
  X(1707, UNAVAILABLE, "a table must be rebuilt: run mariadb-upgrade")                                                 \
  X(1712, UNAVAILABLE, "an index is damaged: drop it and make it again")                                               \
  X(1792, INVALID, "a view writes: correct your own view")                                                             \
  X(1812, INVALID, "the tablespace of a table is missing: restore it")                                                 \
  X(1814, INVALID, "the tablespace of a table is discarded: import or restore it")                                     \
  X(1815, UNAVAILABLE, "the server met an internal error: see its log")                                                \
  X(1820, INVALID, "the password of mysql_user has expired: set it again, or let it never expire")                     \
  X(1835, RETRY, "the connection was disturbed: check the network")                                                    \
  X(1836, UNAVAILABLE, "the server is in read-only mode: wait, or use another server")                                 \
  X(1862, INVALID, "the password of mysql_user has expired: set it again, or let it never expire")                     \
  X(1873, INVALID, "check mysql_user and mysql_password in the configuration")                                         \
  X(1877, UNAVAILABLE, "a table is damaged: restore it")                                                               \
  X(1878, UNAVAILABLE, "the server cannot write temporary files: check tmpdir and its disk")                           \
  X(1927, RETRY, "the connection was killed")                                                                          \
  X(1932, INVALID, "a table is missing in the storage engine: restore it")                                             \
  X(1969, UNAVAILABLE, "the statement took too long: check the load of the server")                                    \
  X(2001, UNAVAILABLE, "this process can open no socket: raise its limit of file descriptors")                         \
  X(2002, UNAVAILABLE, "is the server running? check mysql_socket, or mysql_host and mysql_port")                      \
  X(2003, UNAVAILABLE, "is the server running? check mysql_host and mysql_port")                                       \
  X(2004, UNAVAILABLE, "this process can open no socket: raise its limit of file descriptors")                         \
  X(2005, UNAVAILABLE, "the host name in mysql_host does not resolve")                                                 \
  X(2006, RETRY, "the server closed the connection")                                                                   \
  X(2007, INVALID, "this port is no MySQL or MariaDB server, or a very old one: check mysql_host and mysql_port")      \
  X(2008, NO_MEMORY, "the client ran out of memory")                                                                   \
  X(2012, UNAVAILABLE, "the login broke off: is this port a MySQL or MariaDB server, and is it not overloaded?")       \
  X(2013, RETRY, "the connection was lost")                                                                            \
  X(2019, INVALID, "the client library lacks utf8mb4: install its character sets")                                     \
  X(2020, UNAVAILABLE, "a row is larger than the client's limit: shorten the text")                                    \
  X(2026, INVALID, "the server must speak TLS, with a certificate for mysql_host that mysql_tls_ca has signed")        \
  X(2027, RETRY, "the connection was disturbed: check the network")                                                    \
  X(2049, INVALID, "the account has a password of an old form: set it again")                                          \
  X(2055, RETRY, "the connection was lost")                                                                            \
  X(2058, RETRY, "the connection was in use")                                                                          \
  X(2059, INVALID, "the client library does not know the account's authentication plugin")                             \
  X(2061, INVALID, "the account's authentication plugin refused the login: check the account, and whether it needs TLS") \
  X(3024, UNAVAILABLE, "the statement took too long: check the load of the server")                                    \
  X(3032, UNAVAILABLE, "the server is in offline mode: wait, or use another server")                                   \
  X(3118, INVALID, "the account is locked: sql/accounts.sql tells how to unlock it")                                   \
  X(3159, INVALID, "the server takes TLS connections only: set mysql_tls = true")                                      \
  X(3168, UNAVAILABLE, "the server has an internal problem: see its log")                                              \
  X(3169, RETRY, "the connection was killed")                                                                          \
  X(3572, RETRY, "a lock was not available")                                                                           \
  X(3955, INVALID, "too many wrong passwords: ALTER USER ... ACCOUNT UNLOCK, and check mysql_password")                \
  X(4031, RETRY, "the server closed the idle connection")                                                              \
  X(4150, INVALID, "too many wrong passwords: FLUSH PRIVILEGES, and check mysql_password")                             \
  X(4151, INVALID, "the account is locked: sql/accounts.sql tells how to unlock it")                                   \
  X(4185, INVALID, "the compression provider of a table is not loaded: load its plugin")                               \
  X(5012, INVALID, "the client library cannot load the account's authentication plugin: install it")                   \
  X(5013, RETRY, "the connection was lost")                                                                            \
  X(5014, RETRY, "the connection was lost")

/* For all other numbers.  X(first characters of the SQLSTATE, err, what to do).  The first row that fits counts. */
#define DB_FAULT_STATES(X)                                                                                             \
  X("08", UNAVAILABLE, "the connection failed: check the network, and the log of the server or of the proxy before it")  \
  X("28", INVALID, "check mysql_user and mysql_password, and what the server asks of the account")                     \
  X("3D", INVALID, "check mysql_database")                                                                             \
  X("40", RETRY, "the server ended the transaction")                                                                   \
  X("70100", RETRY, "the statement was killed")                                                                        \
  X("HY001", UNAVAILABLE, "the server is out of memory: give it more, or let it use less")                             \
  X("42S02", INVALID, "run `diptych migrate`: a table or view is missing")                                             \
  X("42S22", INVALID, "a site_* view lacks a column: run `diptych migrate`, or add it to your own view")               \
  X("42", INVALID, "correct your own view, or run sql/accounts.sql for the account's rights")                          \
  X("21", INVALID, "correct your own view: its columns or rows do not fit")                                            \
  X("22", INVALID, "correct your own view: a value does not fit")                                                      \
  X("0A", INVALID, "the server lacks something that a view needs: correct your own view, or use a newer server")       \
  X("", INVALID, "see the server's log, and look up the number in its manual")

struct db_fault {
  unsigned number; /* 0: of a class of SQLSTATEs */
  enum err err;
  const char *advice;
};

/* Never NULL.  state: the SQLSTATE, which decides for a number that is not listed; "": unknown. */
const struct db_fault *db_fault_find(unsigned number, const char *state);

/* Writes a failure of another account than the pool's: advice that names mysql_user and mysql_password names
 * mysql_<account>_user and mysql_<account>_password. */
void db_fault_write(const char *message, const char *account, FILE *out);

/* True: the server has no connection left for this account or for anybody. */
static inline bool db_fault_full(unsigned number)
{
  return number == 1040 || number == 1203 || number == 1226;
}

#define DB_FAULT_NODE_UNREADY 1047

/* True: this server can answer nobody now, and another one of the database may. */
static inline bool db_fault_elsewhere(unsigned number)
{
  return number == DB_FAULT_NODE_UNREADY || number == 3032;
}

/* True: no process can reach the server. */
static inline bool db_fault_unreachable(unsigned number)
{
  return number == 2002 || number == 2003 || number == 2005;
}

#endif
