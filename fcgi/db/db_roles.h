/* What the servers of mysql_hosts say about themselves, and what stands against one another: for `diptych check`.
 *
 * A fault here lets the pool run and loses edits, shows none of them, or fails at the next failover. */
#ifndef DIPTYCH_DB_DB_ROLES_H
#define DIPTYCH_DB_DB_ROLES_H

#include "base/buf.h"
#include "db/db.h"
#include "db/db_servers.h"

struct db_role {
  char name[264];
  bool up;                     /* it answers; otherwise only the name is known */
  char id[24];                 /* server_id */
  char self[320];              /* host, port and data folder: the same for two names of one server */
  bool read_only, mariadb, replicates;
  bool node;                   /* of a Galera cluster */
  char state[40], cluster[64]; /* of the node: Synced, Donor/Desynced...; the identity of its cluster */
  bool numbers_alone;          /* it gives out numbers that another node may give out too */
};

/* Asks the server of `db`. */
void db_role_ask(struct db *db, int64_t deadline_us, struct db_role *out);

/* One line for each fault and what to do about it.  Nothing of servers that do not answer. */
void db_roles_faults(const struct db_role *v, unsigned n, struct buf *out);

/* "takes writes", "read_only", "Galera node, Synced". */
const char *db_role_words(const struct db_role *p, char out[80]);

#endif
