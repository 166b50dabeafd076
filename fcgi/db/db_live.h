/* The state of a connection and the functions that db.c (statements), db_open.c (connecting) and db_failure.c (failures, closing)
 * share. */
#ifndef DIPTYCH_DB_DB_LIVE_H
#define DIPTYCH_DB_DB_LIVE_H

#include <mysql.h>

#include "base/log.h"
#include "base/waiter.h"
#include "db/db.h"
#include "db/db_servers.h"
#include "db/db_session.h"

#define DB_BREAKER_HOLD_US (1000 * INT64_C(1000)) /* how long the breaker stays open */

struct db {
  const struct config *config;
  struct metrics *metrics;
  struct breaker *breaker;
  struct waiter *waiter;
  struct db_servers servers;
  MYSQL *mysql;         /* NULL: closed */
  int64_t answer_us;    /* the longest wait for one answer */
  int64_t deadline_us;  /* of the snapshot; valid while in_snapshot */
  int64_t waited_us;    /* for all answers of the running statement or snapshot */
  int64_t refused_until_us;
  bool persistent, in_snapshot, quiet;
  bool again; /* the statement or snapshot is run a second time */
  bool unbegun, ended; /* of the snapshot: its first or last statement is not sent yet, or was sent */
  struct db_session session;
  unsigned failure;
  char message[384];
  struct log_limit unavailable, invalid, lost;
};

/* ---- failures: each is counted, logged and kept for db_failure */

MUST_USE enum err db_failure_note(struct db *db, unsigned number, enum err err, const char *message, const char *advice);
MUST_USE enum err db_connection_failed(struct db *db);
MUST_USE enum err db_name_unknown(struct db *db, const char *why);
/* The message names the tables and views that the statement reads. */
MUST_USE enum err db_statement_failed(struct db *db, struct span sql);
/* Closes the connection: no answer came in time, of the server, or of the name server about the server's name. */
MUST_USE enum err db_timed_out(struct db *db);
MUST_USE enum err db_name_timed_out(struct db *db);

/* ---- connecting */

/* Of several servers, the first one does not get all of the time: another one is asked when it gives no answer. */
MUST_USE int64_t db_answer_deadline(const struct db *db, int64_t now_us, int64_t deadline_us);
/* Tries each server of the list twice at most: the first round may only find out which one is the primary. */
MUST_USE enum err db_open_now(struct db *db, int64_t deadline_us);

#endif
