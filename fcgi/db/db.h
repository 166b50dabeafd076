/* The connection to MySQL or MariaDB: one a process, opened when first needed, never before a fork.
 *
 * Every operation takes a deadline in monotonic microseconds (clock_mono_us) and never outlasts it,
 * whatever the server does: the client library runs in its non-blocking mode and each wait is a
 * poll(2) for what is left.  (Only a TLS handshake that a server leaves unfinished is waited for by the
 * library itself: mysql_timeout, rounded up to whole seconds.)  An operation that ran out of time costs
 * the connection, since its answer may still arrive; nothing is ever read from it again.  There is no
 * automatic reconnect: a session that was lost takes its snapshot with it, so db_snapshot repeats the
 * whole reading instead: once, not counting a connection that had been idle and turned out to be dead.
 *
 * A session speaks utf8mb4, its time zone is UTC, and the server ends a statement by itself soon
 * after we stopped waiting for it.
 *
 * The breaker is shared by all processes: while it is open nobody but the watcher asks.  It opens when
 * the server can't be reached or doesn't answer.  A process that is refused (too many connections,
 * access denied) only stays away itself for a moment: others may have connections that work.
 *
 * Errors, logged here once with what to do, at most one line in ten seconds for each kind:
 *   RETRY        a connection that had worked before was lost (only inside db_snapshot's reader)
 *   UNAVAILABLE  no connection, no answer in time, too many connections, shutting down
 *   INVALID      the server refuses: access denied, a table or column is missing
 *   NO_MEMORY    on this side */
#ifndef DIPTYCH_DB_DB_H
#define DIPTYCH_DB_DB_H

#include <stdint.h>

#include "base/breaker.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "config/config.h"

struct db;

/* A thread that uses connections calls these at its start and its end.  The main thread need not. */
void db_thread_begin(void);
void db_thread_end(void);

/* Opens nothing yet.  config, metrics and breaker must outlive it.  NULL: no memory. */
struct db *db_new(const struct config *config, struct metrics *metrics, struct breaker *breaker);
void db_free(struct db **db);
void db_close(struct db *db); /* the connection only; the next operation opens another */

/* A thread other than the main one calls these before its first and after its last use of this header. */
void db_thread_begin(void);
void db_thread_end(void);

/* For the watcher: asks also while the breaker is open, and may wait longer than mysql_timeout for
 * one answer (ms). */
void db_persist(struct db *db, int64_t answer_ms);

/* Runs `read` inside one consistent, read-only snapshot (two statements of its own).  When the
 * connection turns out to be lost, everything is repeated from the start on a fresh one, within
 * the same deadline: `read` must begin anew each time it is called. */
MUST_USE enum err db_snapshot(struct db *db, int64_t deadline_us, enum err (*read)(struct db *db, void *arg), void *arg);

/* One statement's rows, all of them already here: an error in mid-list was seen before the first is
 * looked at. */
struct db_rows {
  void *result;
  char **cells;
  unsigned long *lengths;
  unsigned columns;
  size_t count; /* of rows */
};

/* Inside a snapshot the snapshot's deadline counts, and deadline_us may only shorten it. */
MUST_USE enum err db_query(struct db *db, const struct buf *sql, int64_t deadline_us, struct db_rows *out);
MUST_USE bool db_next(struct db_rows *rows); /* false: no more */
void db_rewind(struct db_rows *rows); /* before the first row again */
void db_rows_free(struct db_rows *rows);

/* Where the column of this name is; rows->columns: there is none. */
unsigned db_column(const struct db_rows *rows, const char *name);

/* Cells of the current row; a column that isn't there reads as NULL.  Texts live until db_rows_free. */
bool db_null(const struct db_rows *rows, unsigned column);
struct span db_text(const struct db_rows *rows, unsigned column);
uint64_t db_uint(const struct db_rows *rows, unsigned column); /* NULL, negative or not a number: 0 */
int64_t db_int(const struct db_rows *rows, unsigned column);
int64_t db_time(const struct db_rows *rows, unsigned column);  /* NULL or zero date: CLOCK_NEVER */

const struct config *db_config(const struct db *db);

/* Number and sentence of the last failure, for `diptych check`; 0 and "" when there was none. */
unsigned db_failure(const struct db *db, const char **sentence);

#endif
