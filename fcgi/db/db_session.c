#include "db/db_session.h"

#define EVERYTHING "18446744073709551615"
#define SECONDS "%u" /* replaced by db_session.seconds */

enum server { ANY, MARIADB, MYSQL_ONLY };

/* The order matters: max_join_size changes sql_big_selects. */
static const struct setting {
  const char *name, *value;
  enum server server;
  unsigned long since; /* version of that server */
  bool needed;
} settings[] = {
    /* the collation is the server's own default: literals in the views of a CMS were made under it, and two collations
     * of literals do not mix (MariaDB 11.8) */
    {"NAMES", "utf8mb4", ANY, 0, true},
    {"autocommit =", "1", ANY, 0, true},
    {"time_zone =", "'+00:00'", ANY, 0, true},
    {"sql_mode =", "''", ANY, 0, true},
    /* without REPEATABLE READ, WITH CONSISTENT SNAPSHOT has no effect and gives no error */
    {"tx_isolation =", "'REPEATABLE-READ'", MARIADB, 0, true},
    {"transaction_isolation =", "'REPEATABLE-READ'", MYSQL_ONLY, 0, true},
    {"tx_read_only =", "0", MARIADB, 0, false},
    {"transaction_read_only =", "0", MYSQL_ONLY, 0, false},
    {"max_statement_time =", SECONDS, MARIADB, 0, true},
    {"max_execution_time =", SECONDS "000", MYSQL_ONLY, 0, true},
    {"completion_type =", "0", ANY, 0, false},
    {"max_join_size =", EVERYTHING, ANY, 0, false},
    {"sql_big_selects =", "1", ANY, 0, false},
    {"sql_select_limit =", EVERYTHING, ANY, 0, false},
    {"sql_safe_updates =", "0", ANY, 0, false},
    {"sql_auto_is_null =", "0", ANY, 0, false},
    {"group_concat_max_len =", "1048576", ANY, 0, false},
    {"div_precision_increment =", "4", ANY, 0, false},
    {"max_sort_length =", "1024", ANY, 0, false},
    {"lc_time_names =", "'en_US'", ANY, 0, false},
    {"default_week_format =", "0", ANY, 0, false},
    {"optimizer_switch =", "'default'", ANY, 0, false},
    {"in_predicate_conversion_threshold =", "1000", MARIADB, 100318, false},
    {"foreign_key_checks =", "1", ANY, 0, false},
    {"unique_checks =", "1", ANY, 0, false},
    {"check_constraint_checks =", "1", MARIADB, 100201, false},
    {"sql_if_exists =", "0", MARIADB, 100500, false},
    {"alter_algorithm =", "'DEFAULT'", MARIADB, 100307, false},
    {"default_storage_engine =", "InnoDB", ANY, 0, false},
    {"default_tmp_storage_engine =", "InnoDB", ANY, 0, false},
    {"old_mode =", "''", MARIADB, 0, false},
    {"new_mode =", "''", MARIADB, 110400, false},
    {"default_regex_flags =", "''", MARIADB, 0, false},
    {"system_versioning_asof =", "DEFAULT", MARIADB, 100304, false},
    {"lock_wait_timeout =", "60", ANY, 0, false},
    {"wait_timeout =", "28800", ANY, 0, false},
    {"net_read_timeout =", "30", ANY, 0, false},
    {"net_write_timeout =", "60", ANY, 0, false},
    {"idle_transaction_timeout =", "0", MARIADB, 100300, false},
    {"idle_readonly_transaction_timeout =", "0", MARIADB, 100300, false},
    /* a node that is not in its cluster must refuse to read, and one that is behind must not wait with every answer */
    {"wsrep_dirty_reads =", "0", MARIADB, 100100, false},
    {"wsrep_sync_wait =", "0", MARIADB, 100100, false},
};

#define SETTINGS (sizeof settings / sizeof *settings)
_Static_assert(SETTINGS <= 64, "db_session.refused has a bit for each");

static bool applies(const struct db_session *s, size_t i)
{
  const struct setting *setting = &settings[i];
  bool known = setting->server == ANY || (setting->server == MARIADB) == s->mariadb;
  return known && s->version >= setting->since && !(s->refused >> i & 1);
}

static void setting_write(const struct db_session *s, size_t i, struct buf *sql)
{
  struct span value = span_z(settings[i].value);
  buf_printf(sql, "%s%s ", sql->n ? ", " : "SET ", settings[i].name);
  if (span_starts(value, SPAN(SECONDS)))
    buf_printf(sql, "%u%s", s->seconds, s->seconds ? settings[i].value + 2 : "");
  else
    buf_span(sql, value);
}

MUST_USE static unsigned run_statement(db_session_run *run, void *arg, struct buf *sql, bool *complete)
{
  unsigned number = 0;
  *complete = !sql->failed;
  if (*complete && sql->n)
    number = run(arg, buf_view(sql));
  buf_free(sql);
  return number;
}

MUST_USE static unsigned set_all(const struct db_session *s, db_session_run *run, void *arg, bool *complete)
{
  struct buf sql = BUF_INIT;
  for (size_t i = 0; i < SETTINGS; i++)
    if (applies(s, i))
      setting_write(s, i, &sql);
  return run_statement(run, arg, &sql, complete);
}

/* Unknown variable, missing right, global only, wrong value or type, read only, unknown collation, forbidden by an
 * option of the server. */
static bool is_refusal(unsigned number)
{
  return number == 1193 || number == 1227 || number == 1229 || number == 1231 || number == 1232 || number == 1238 ||
         number == 1273 || number == 1290;
}

/* Finds the variables that this server refuses. */
MUST_USE static bool try_each(struct db_session *s, db_session_run *run, void *arg)
{
  for (size_t i = 0; i < SETTINGS; i++) {
    struct buf sql = BUF_INIT;
    bool complete;
    if (!applies(s, i))
      continue;
    setting_write(s, i, &sql);
    unsigned number = run_statement(run, arg, &sql, &complete);
    if (number && (settings[i].needed || !is_refusal(number)))
      return false;
    if (number)
      s->refused |= UINT64_C(1) << i;
    if (!complete)
      return false;
  }
  return true;
}

bool db_session_open(struct db_session *s, db_session_run *run, void *arg)
{
  bool complete;
  unsigned number = set_all(s, run, arg, &complete);
  if (number && is_refusal(number) && try_each(s, run, arg))
    number = set_all(s, run, arg, &complete);
  return complete && number == 0;
}
