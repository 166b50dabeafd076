/* The servers of one database: mysql_socket or mysql_host alone, or the list mysql_hosts.
 *
 * The primary is the server that takes writes (read_only = 0).  The watcher looks for it and follows it.  Workers read from a
 * server that is read_only, because versions tell them when its rows are older than the catalog; then they ask the primary.  A
 * server that takes writes and is not the primary is not read: it may be the old primary, which nobody replicates any more.
 *
 * The nodes of a Galera cluster all take writes.  The first one in the list that is in step counts as the primary, and all
 * processes read it; watch/watch_galera.c moves them.
 *
 * A server that cannot be reached or does not answer is left alone for DB_SERVER_HOLD_US, and the statement goes to the next
 * one.  All processes share what they find, in the breaker of the database.  A process whose list differs from the one that
 * is shared, as during a reload, keeps a state of its own. */
#ifndef DIPTYCH_DB_DB_SERVERS_H
#define DIPTYCH_DB_DB_SERVERS_H

#include "base/breaker.h"
#include "base/clock.h"
#include "config/config.h"

#define DB_SERVER_HOLD_US (5 * CLOCK_SECOND)

struct name_lookup;

struct db_server {
  char name[264]; /* for logs */
  char host[256]; /* or the path of the socket */
  unsigned port;  /* 0: a socket */
  bool is_name;   /* the host must be looked up: db_name.h */
  struct name_lookup *lookup;
};

struct db_servers {
  struct db_server v[BREAKER_SERVERS];
  unsigned n;
  uint64_t list; /* hash */
  struct breaker *breaker;
  struct breaker_servers own;
  unsigned at;              /* the chosen one */
  unsigned fixed;           /* this one only: its place + 1; 0: any */
  bool chosen;              /* `at` has been chosen before */
  bool writer;              /* it wants the primary */
  int64_t primary_until_us; /* monotonic: so does a reader until then */
};

void db_servers_open(struct db_servers *s, const struct config *c, struct breaker *breaker);
void db_servers_close(struct db_servers *s);
struct db_server *db_servers_at(struct db_servers *s);

/* There is more than one to choose from. */
MUST_USE bool db_servers_choice(const struct db_servers *s);

/* For the watcher.  unknown: the place of the next server after *place that nobody has asked since it failed; false: none.
 * learn: another connection found out about it.  cluster: the servers are nodes of a Galera cluster. */
MUST_USE bool db_servers_unknown(struct db_servers *s, unsigned *place);
void db_servers_learn(struct db_servers *s, struct db_servers *from, unsigned place, bool up);
void db_servers_cluster(struct db_servers *s, bool on);

/* All processes read the server at this place from now on.  left: leave the one at `at` alone for a while. */
void db_servers_move(struct db_servers *s, unsigned place, bool left);

/* Sets `at` to the server to connect to. */
void db_servers_choose(struct db_servers *s);

/* The server at `at` answered, and takes writes or not.  false: connect to another one. */
MUST_USE bool db_servers_found(struct db_servers *s, bool writable);

/* The server at `at` cannot be reached or does not answer.  true: there is another one to try. */
MUST_USE bool db_servers_failed(struct db_servers *s);

/* False: the connection to the server at `at` should be closed, for a better one. */
MUST_USE bool db_servers_usable(struct db_servers *s);

/* The rows were older than what is known.  true: the primary is another server, and is asked for a while. */
MUST_USE bool db_servers_older(struct db_servers *s);

/* For the watcher: the server at `at` takes writes no more, or none does: look for the primary again. */
void db_servers_search(struct db_servers *s);
MUST_USE bool db_servers_at_primary(struct db_servers *s);

struct db;
struct db_servers *db_servers_of(struct db *db);

#endif
