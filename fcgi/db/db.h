/* The connection to MySQL or MariaDB.  Each process has one.  It is opened on first use, never before a fork.
 *
 * Every operation takes a deadline in monotonic microseconds (clock_mono_us) and returns by then, whatever the
 * server does: the client library runs in its non-blocking mode, and each wait is a poll(2) for the time left.  One
 * exception: when a server leaves a TLS handshake unfinished, the library itself waits for mysql_timeout, rounded up
 * to whole seconds.
 *
 * An operation that times out closes the connection, because the answer may still arrive.  The library's automatic
 * reconnect is off, because a new session has lost its snapshot.  Instead db_snapshot repeats the whole reading once.
 * A repetition after an idle connection turned out to be dead is not counted.
 *
 * A session speaks utf8mb4 in the UTC time zone.  The server ends a statement itself soon after our wait for it ends.
 *
 * All processes share the breaker.  While it is open, only the watcher asks the database.  It opens when the server
 * cannot be reached or does not answer.  When the server refuses one process (too many connections, access denied),
 * that process alone stops asking for a moment, because other processes may have working connections.
 *
 * The watcher comes first: without it no edit is seen.  While the server has no connection left for the watcher, workers
 * open none, and one of them closes its own.
 *
 * Errors are logged here with what to do, at most one line in ten seconds for each kind:
 *   RETRY        a connection that had worked was lost (only inside db_snapshot's reader)
 *   UNAVAILABLE  no connection, no answer in time, too many connections, server shutting down
 *   INVALID      the server refuses: access denied, or a table or column is missing
 *   NO_MEMORY    this process ran out of memory */
#ifndef DIPTYCH_DB_DB_H
#define DIPTYCH_DB_DB_H

#include <stdint.h>

#include "base/breaker.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "base/waiter.h"
#include "config/config.h"

struct db;

/* A thread that uses connections calls these at its start and its end.  The main thread need not. */
void db_thread_begin(void);
void db_thread_end(void);

/* Does not connect.  config, metrics and breaker must outlive it.  NULL: no memory. */
MUST_USE struct db *db_new(const struct config *config, struct metrics *metrics, struct breaker *breaker);
void db_free(struct db **db);
void db_close(struct db *db); /* closes the connection only; the next operation opens another */

/* Failures are not logged: the caller reports them with db_failure. */
void db_quiet(struct db *db);

/* Opens a connection if there is none, to learn whether the server accepts the login. */
MUST_USE enum err db_connect(struct db *db, int64_t deadline_us);

/* Call it when no request waits: closes the connection when the watcher needs it more. */
void db_idle(struct db *db);

/* What this process does while it waits for the server (base/waiter.h); NULL: nothing. */
void db_waiter(struct db *db, struct waiter *waiter);

/* For the watcher: also asks while the breaker is open, and waits up to answer_ms for one answer when that is longer
 * than mysql_timeout. */
void db_persist(struct db *db, int64_t answer_ms);

/* With mysql_hosts (db/db_servers.h).  db_older: rows were older than what is known; true: the next reading asks the primary,
 * which is another server.  db_primary: is the connection one to the primary?  If not, the next operation looks for it.
 * db_beside: connects to the same server as `other`.  db_only: connects to the server at this place in the list.  db_move: all
 * processes read that server from now on; left: leave the present one alone for a while. */
MUST_USE bool db_older(struct db *db);
MUST_USE enum err db_primary(struct db *db, int64_t deadline_us, bool *primary);
void db_beside(struct db *db, struct db *other);
void db_only(struct db *db, unsigned place);
void db_move(struct db *db, unsigned place, bool left);
/* Asks a server whose role is unknown, over the connection `beside`, which serves for this only. */
void db_explore(struct db *db, struct db *beside, int64_t deadline_us);
void db_cluster(struct db *db, bool on); /* all servers of the list are nodes of a Galera cluster */
unsigned db_place(struct db *db); /* in the list, of its server */
MUST_USE bool db_several(struct db *db);
MUST_USE unsigned db_servers_count(struct db *db);
const char *db_server_name(struct db *db);

/* Runs `read` inside one consistent, read-only snapshot, which costs two more statements: the first one goes with the
 * first query, the last one costs a round trip unless it goes with db_query_batch.  When the connection is lost, `read` is
 * called again on a new one, within the same deadline: each call must start from the beginning. */
MUST_USE enum err db_snapshot(struct db *db, int64_t deadline_us, enum err (*read)(struct db *db, void *arg), void *arg);

/* All rows of one statement.  They are in memory, so no error can occur while they are read. */
struct db_rows {
  void *result;
  char **cells;
  unsigned long *lengths;
  unsigned columns;
  size_t count; /* of rows */
};

/* Inside a snapshot, deadline_us can only shorten the snapshot's deadline. */
MUST_USE enum err db_query(struct db *db, const struct buf *sql, int64_t deadline_us, struct db_rows *out);
/* Several statements of a snapshot in one round trip; out[i] has the rows of statements[i].  After an error no `out` has
 * rows. */
struct db_batch {
  const struct buf *statements;
  size_t n;  /* at most DB_BATCH_MOST */
  bool last; /* no other statement follows in this snapshot: it ends here */
};
#define DB_BATCH_MOST 8
MUST_USE enum err db_query_batch(struct db *db, const struct db_batch *batch, int64_t deadline_us, struct db_rows *out);

MUST_USE bool db_next(struct db_rows *rows); /* false: no more rows */
void *db_row(const struct db_rows *rows);    /* the row that db_next gives next */
void db_row_again(struct db_rows *rows, void *row); /* makes db_next give that row */
void db_rewind(struct db_rows *rows); /* back to before the first row */
void db_rows_free(struct db_rows *rows);

/* The index of the column; rows->columns: no column has this name. */
unsigned db_column(const struct db_rows *rows, const char *name);

/* Cells of the current row.  A column that does not exist reads as NULL.  Texts live until db_rows_free. */
bool db_null(const struct db_rows *rows, unsigned column);
struct span db_text(const struct db_rows *rows, unsigned column);
uint64_t db_uint(const struct db_rows *rows, unsigned column); /* NULL, negative or not a number: 0 */
int64_t db_int(const struct db_rows *rows, unsigned column);
int64_t db_time(const struct db_rows *rows, unsigned column);  /* NULL or zero date: CLOCK_NEVER */

const struct config *db_config(const struct db *db);

/* Error number and message of the last failure.  No failure yet: 0 and "".  Number 0 with a message: a timeout. */
unsigned db_failure(const struct db *db, const char **message);

#endif
