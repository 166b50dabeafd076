#include "db/db_limits.h"

enum { SERVER, OF_SERVER, ACCOUNT };

/* The session's variable is the account's limit when it has one, and the server's max_user_connections otherwise. */
enum err db_limits_ask(struct db *db, int64_t deadline_us, struct db_limits *out)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  *out = (struct db_limits){0};
  buf_puts(&sql, "SELECT @@GLOBAL.max_connections, @@GLOBAL.max_user_connections, @@SESSION.max_user_connections");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err != ERR_OK)
    return err;
  if (db_next(&rows))
    *out = (struct db_limits){.server = (int64_t)db_uint(&rows, SERVER),
                              .account = (int64_t)db_uint(&rows, ACCOUNT),
                              .account_own = db_uint(&rows, ACCOUNT) != db_uint(&rows, OF_SERVER)};
  db_rows_free(&rows);
  return ERR_OK;
}

void db_limits_share(struct breaker *b, const struct db_limits *l)
{
  atomic_store(&b->connections_server, l->server);
  atomic_store(&b->connections_account, l->account_own ? -l->account : l->account);
}

struct db_limits db_limits_shared(const struct breaker *b)
{
  int64_t account = atomic_load(&b->connections_account);
  return (struct db_limits){.server = atomic_load(&b->connections_server),
                            .account = account < 0 ? -account : account,
                            .account_own = account < 0};
}

static bool account_binds(const struct db_limits *l)
{
  return l->account && (!l->server || l->account < l->server);
}

int64_t db_limits_most(const struct db_limits *l)
{
  return account_binds(l) ? l->account : l->server;
}

bool db_limits_admit(const struct db_limits *l, int workers, struct buf *why)
{
  int64_t most = db_limits_most(l), least = 2;
  const char *name = !account_binds(l)  ? "max_connections of the database"
                     : l->account_own ? "MAX_USER_CONNECTIONS of the database account"
                                      : "max_user_connections of the database";
  if (!most || workers + 1 <= most)
    return true;
  buf_printf(why, "%d worker%s and the watcher need %d connections, and %s is %lld: ", workers, workers == 1 ? "" : "s",
             workers + 1, name, (long long)most);
  if (most >= least)
    buf_printf(why, "run at most %lld worker%s, or raise it", (long long)most - 1, most == least ? "" : "s");
  else
    buf_puts(why, "raise it");
  return false;
}
