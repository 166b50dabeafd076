/* How many connections the server admits: max_connections for everybody, and for one account its own
 * MAX_USER_CONNECTIONS or else the server's max_user_connections.  Any account may ask for these.
 *
 * The watcher asks every few seconds, and all processes read the answer in the shared breaker of the database. */
#ifndef DIPTYCH_DB_DB_LIMITS_H
#define DIPTYCH_DB_DB_LIMITS_H

#include "db/db.h"

struct db_limits {
  int64_t server, account; /* 0: no limit, or unknown */
  bool account_own;        /* the limit is the account's, not the server's for every account */
};

MUST_USE enum err db_limits_ask(struct db *db, int64_t deadline_us, struct db_limits *out);

void db_limits_share(struct breaker *b, const struct db_limits *l);
struct db_limits db_limits_shared(const struct breaker *b);

/* The most connections of the account; 0: no limit, or unknown. */
int64_t db_limits_most(const struct db_limits *l);

/* A pool needs one connection for each worker and one for the watcher.  False: there are fewer; the reason is written to
 * why, without a newline. */
MUST_USE bool db_limits_admit(const struct db_limits *l, int workers, struct buf *why);

#endif
