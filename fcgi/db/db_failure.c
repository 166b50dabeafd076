#include <errmsg.h>
#include <stdio.h>
#include <string.h>

#include "db/db_fault.h"
#include "db/db_live.h"
#include "db/db_tables.h"

#define LOG_EVERY_S 10
#define BREAKER_WAIT_US (500 * INT64_C(1000)) /* a shorter wait does not open the breaker: the deadline was near */
#define SERVER_WAIT_US (200 * INT64_C(1000))  /* of several servers, one that is silent for longer is left alone */

void db_close(struct db *db)
{
  if (db->mysql)
    mysql_close(db->mysql);
  db->mysql = NULL;
}

enum err db_failure_note(struct db *db, unsigned number, enum err err, const char *message, const char *advice)
{
  struct log_limit *limit = err == ERR_RETRY ? &db->lost : err == ERR_INVALID ? &db->invalid : &db->unavailable;
  enum log_level level = err == ERR_RETRY ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
  METRICS_ADD(db->metrics, db_errors, 1);
  db->failure = number;
  snprintf(db->message, sizeof db->message, "%s: %s", message, advice);
  if (db->quiet)
    return err;
  log_limit_news(limit, number, message);
  log_limited(limit, LOG_EVERY_S, level, "database %s at %s: error %u, %s: %s", db->config->mysql_database,
              db_servers_at(&db->servers)->name, number, message, advice);
  return err;
}

enum err db_connection_failed(struct db *db)
{
  unsigned number = mysql_errno(db->mysql);
  const struct db_fault *fault = db_fault_find(number, mysql_sqlstate(db->mysql));
  return db_failure_note(db, number, fault->err, mysql_error(db->mysql), fault->advice);
}

enum err db_statement_failed(struct db *db, struct span sql)
{
  unsigned number = mysql_errno(db->mysql);
  const struct db_fault *fault = db_fault_find(number, mysql_sqlstate(db->mysql));
  char message[320], tables[120];
  db_tables(sql, tables, sizeof tables);
  snprintf(message, sizeof message, "%s%s%s%.180s", *tables ? "reading " : "", tables, *tables ? ": " : "",
           mysql_error(db->mysql));
  bool another = db_fault_elsewhere(number) && db_servers_failed(&db->servers);
  return db_failure_note(db, number, another ? ERR_RETRY : fault->err, message, fault->advice);
}

enum err db_name_unknown(struct db *db, const char *why)
{
  char message[384];
  const struct db_fault *fault = db_fault_find(CR_UNKNOWN_HOST, "");
  snprintf(message, sizeof message, "unknown server host \"%.250s\" (%.100s)", db_servers_at(&db->servers)->host, why);
  return db_failure_note(db, CR_UNKNOWN_HOST, fault->err, message, fault->advice);
}

/* The waits of all statements of a snapshot count together: a server that answers each of them slowly is as bad as one that does
 * not answer. */
static enum err timed_out(struct db *db, const char *message, const char *advice)
{
  int64_t breaker_wait_us = db->answer_us < BREAKER_WAIT_US ? db->answer_us : BREAKER_WAIT_US;
  int64_t server_wait_us = db->answer_us < SERVER_WAIT_US ? db->answer_us : SERVER_WAIT_US;
  bool another = db->waited_us >= server_wait_us - 1000 && db_servers_failed(&db->servers);
  if (!another && db->waited_us >= breaker_wait_us - 1000)
    breaker_failed(db->breaker, DB_BREAKER_HOLD_US);
  db_close(db);
  return db_failure_note(db, 0, another ? ERR_RETRY : ERR_UNAVAILABLE, message, advice);
}

enum err db_timed_out(struct db *db)
{
  char message[80];
  snprintf(message, sizeof message, "no answer within %lld ms", (long long)(db->waited_us / 1000));
  return timed_out(db, message, "is the server overloaded or stopped?");
}

enum err db_name_timed_out(struct db *db)
{
  char message[320];
  snprintf(message, sizeof message, "%s was not looked up within %lld ms", db_servers_at(&db->servers)->host,
           (long long)(db->waited_us / 1000));
  return timed_out(db, message, "do the name servers of this machine answer?");
}
