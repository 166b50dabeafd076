#include "db/db_roles.h"

#include <stdio.h>

static const char variables[] =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_id', 'read_only', 'version', 'hostname', 'port', 'datadir',"
    " 'wsrep_on', 'auto_increment_increment', 'wsrep_auto_increment_control')";
static const char statuses[] =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_state_uuid',"
    " 'Slaves_running')";

/* ---- asking */

static void text_take(char *out, size_t n, struct span value)
{
  snprintf(out, n, "%.*s", SPAN_ARG(value));
}

static void self_add(struct db_role *p, struct span value)
{
  size_t n = strlen(p->self);
  snprintf(p->self + n, sizeof p->self - n, "%.*s ", SPAN_ARG(value));
}

static void word_take(struct db_role *p, const char *name, struct span value)
{
  bool off = span_eq(value, SPAN("OFF")) || span_eq(value, SPAN("0"));
  if (strcmp(name, "server_id") == 0)
    text_take(p->id, sizeof p->id, value);
  else if (strcmp(name, "read_only") == 0)
    p->read_only = !off;
  else if (strcmp(name, "version") == 0)
    p->mariadb = span_find_span(value, SPAN("MariaDB")) < value.n;
  else if (strcmp(name, "hostname") == 0 || strcmp(name, "port") == 0 || strcmp(name, "datadir") == 0)
    self_add(p, value);
  else if (strcmp(name, "wsrep_on") == 0)
    p->node = !off;
  else if (strcmp(name, "auto_increment_increment") == 0)
    p->numbers_alone = span_eq(value, SPAN("1"));
  else if (strcmp(name, "wsrep_local_state_comment") == 0)
    text_take(p->state, sizeof p->state, value);
  else if (strcmp(name, "wsrep_cluster_state_uuid") == 0)
    text_take(p->cluster, sizeof p->cluster, value);
  else if (strcmp(name, "Slaves_running") == 0)
    p->replicates = !off;
}

static bool words_read(struct db *db, const char *statement, int64_t deadline_us, struct db_role *p)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  buf_puts(&sql, statement);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  while (err == ERR_OK && db_next(&rows))
    word_take(p, rows.cells[0] ? rows.cells[0] : "", db_text(&rows, 1));
  db_rows_free(&rows);
  return err == ERR_OK;
}

void db_role_ask(struct db *db, int64_t deadline_us, struct db_role *out)
{
  *out = (struct db_role){0};
  snprintf(out->name, sizeof out->name, "%s", db_server_name(db));
  out->up = words_read(db, variables, deadline_us, out) && words_read(db, statuses, deadline_us, out);
}

/* ---- judging */

const char *db_role_words(const struct db_role *p, char out[80])
{
  if (p->node)
    snprintf(out, 80, "Galera node, %s", p->state);
  else
    snprintf(out, 80, "%s", p->read_only ? "read_only" : "takes writes");
  return out;
}

static void faults_of_one(const struct db_role *p, struct buf *out)
{
  if (!p->up)
    return;
  if (p->node && p->read_only)
    buf_printf(out, "%s is a Galera node with read_only = 1, and is never read: set it to 0\n", p->name);
  else if (!p->node && p->read_only && p->mariadb && !p->replicates)
    buf_printf(out, "%s is read_only and no replication runs on it, so its rows stay old: run START REPLICA there, and see SHOW"
                    " REPLICA STATUS, or take it out of mysql_hosts\n",
               p->name);
}

static void faults_of_two(const struct db_role *a, const struct db_role *b, struct buf *out)
{
  if (!a->up || !b->up)
    return;
  if (strcmp(a->self, b->self) == 0)
    buf_printf(out, "%s and %s are one server: name it once in mysql_hosts\n", a->name, b->name);
  else if (a->node != b->node)
    buf_printf(out, "%s is no node of the Galera cluster of %s: take it out of mysql_hosts, or let it join\n",
               a->node ? b->name : a->name, a->node ? a->name : b->name);
  else if (a->node && strcmp(a->cluster, b->cluster) != 0)
    buf_printf(out, "%s and %s are nodes of two clusters, which know nothing of each other's edits: empty the data folder of the"
                    " one that is wrong, and start it with wsrep_cluster_address naming the other\n",
               a->name, b->name);
  else if (!a->node && strcmp(a->id, b->id) == 0)
    buf_printf(out, "%s and %s both have server_id = %s, so a replica skips changes of the other or loses its connection again and"
                    " again: give each server a number of its own, and restart it\n",
               a->name, b->name, a->id);
  if (!a->node && !b->node && !a->read_only && !b->read_only)
    buf_printf(out, "%s and %s both take writes, and edits on the one that is not followed are not shown: set read_only = 1 on the"
                    " replica, at run time and in its configuration file\n",
               a->name, b->name);
}

void db_roles_faults(const struct db_role *v, unsigned n, struct buf *out)
{
  bool any_writes = false, any_up = false;
  unsigned alone = 0;
  for (unsigned i = 0; i < n; i++) {
    any_writes |= v[i].up && !v[i].read_only;
    any_up |= v[i].up;
    alone += v[i].up && v[i].node && v[i].numbers_alone;
    faults_of_one(&v[i], out);
    for (unsigned k = 0; k < i; k++)
      faults_of_two(&v[k], &v[i], out);
  }
  if (any_up && !any_writes)
    buf_puts(out, "no server takes writes, so nothing new is confirmed: set read_only = 0 on the one that is to be the primary\n");
  if (alone > 1)
    buf_puts(out, "auto_increment_increment is 1 on several Galera nodes, so two edits at once on two nodes get the same number in"
                  " the change log, and one of them fails with error 1213: set wsrep_auto_increment_control = ON, or let editors"
                  " write on one node\n");
}
