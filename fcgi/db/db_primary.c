/* What the users of a connection ask about several servers; the choice itself is in db_servers.c. */
#include "db/db.h"
#include "db/db_servers.h"

bool db_older(struct db *db)
{
  return db_servers_older(db_servers_of(db));
}

const char *db_server_name(struct db *db)
{
  return db_servers_at(db_servers_of(db))->name;
}

bool db_several(struct db *db)
{
  return db_servers_of(db)->n > 1;
}

unsigned db_servers_count(struct db *db)
{
  return db_servers_of(db)->n;
}

void db_only(struct db *db, unsigned place)
{
  if (db_servers_of(db)->at != place)
    db_close(db);
  db_servers_of(db)->fixed = place + 1;
  db_servers_of(db)->at = place;
}

enum err db_primary(struct db *db, int64_t deadline_us, bool *primary)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  buf_puts(&sql, "SELECT @@GLOBAL.read_only");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  *primary = err == ERR_OK && db_next(&rows) && db_uint(&rows, 0) == 0 && db_servers_at_primary(db_servers_of(db));
  if (err == ERR_OK && !*primary) {
    db_servers_search(db_servers_of(db));
    db_close(db);
  }
  db_rows_free(&rows);
  return err;
}

void db_explore(struct db *db, struct db *beside, int64_t deadline_us)
{
  unsigned place = db_place(beside);
  if (!db_servers_unknown(db_servers_of(db), &place))
    return;
  db_only(beside, place);
  bool up = db_connect(beside, deadline_us) == ERR_OK;
  db_servers_learn(db_servers_of(db), db_servers_of(beside), place, up);
  db_close(beside);
}

void db_cluster(struct db *db, bool on)
{
  db_servers_cluster(db_servers_of(db), on);
}

unsigned db_place(struct db *db)
{
  return db_servers_of(db)->at;
}

void db_move(struct db *db, unsigned place, bool left)
{
  db_servers_move(db_servers_of(db), place, left);
  db_close(db);
}

void db_beside(struct db *db, struct db *other)
{
  db_servers_of(db)->fixed = db_servers_of(other)->at + 1;
}
