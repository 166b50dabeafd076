/* The name of a database server.  The client library looks it up without a time limit, and a worker would wait with all of its
 * connections.  So it is looked up in the background first, and the library follows only when the name servers answer. */
#ifndef DIPTYCH_DB_DB_NAME_H
#define DIPTYCH_DB_DB_NAME_H

#include <stdint.h>

#include "base/err.h"
#include "base/waiter.h"
#include "db/db_servers.h"

/* LATE: the lookup runs on; the next call goes on waiting for it. */
enum db_name { DB_NAME_KNOWN, DB_NAME_LATE, DB_NAME_UNKNOWN };

/* waiter: what this process does meanwhile; NULL: nothing.  until_us: monotonic. */
MUST_USE enum db_name db_name_look_up(struct db_server *server, struct waiter *waiter, int64_t until_us);
const char *db_name_error(const struct db_server *server); /* when UNKNOWN */

#endif
