#include "db/db_purge.h"

#include <stdio.h>

enum err db_purge_ask(struct db *db, int64_t deadline_us, uint64_t *age_s)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  *age_s = 0;
  buf_puts(&sql, "SELECT TIMESTAMPDIFF(SECOND, changed_at, UTC_TIMESTAMP(6)) FROM change_log"
                 " WHERE seq = (SELECT MIN(seq) FROM change_log) AND seq < (SELECT MAX(seq) FROM change_log)");
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err != ERR_OK)
    return err;
  *age_s = db_next(&rows) ? db_uint(&rows, 0) : 0;
  db_rows_free(&rows);
  return ERR_OK;
}

const char *db_purge_trouble(uint64_t age_s, char *out, size_t n)
{
  *out = 0;
  if (age_s > DB_PURGE_OVERDUE_S)
    snprintf(out, n,
             "nobody purges the change log, whose oldest entry is %llu days old: run `diptych migrate --repair` on the server that"
             " shall purge, and set event_scheduler = ON there, or run `diptych migrate --purge` from cron",
             (unsigned long long)(age_s / 86400));
  return out;
}
