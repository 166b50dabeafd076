#include "db/db_login.h"

#include "db/db.h"
#include "db/db_tls.h"

void db_login_prepare(MYSQL *m, const struct config *c, bool local)
{
  unsigned off = 0, tcp = MYSQL_PROTOCOL_TCP;
  mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &off); /* a hostile server could request our files */
  if (!local)
    mysql_options(m, MYSQL_OPT_PROTOCOL, &tcp);
  if (c->mysql_tls)
    db_tls_prepare(m, c);
}

unsigned db_login_seconds(int64_t answer_us)
{
  return (unsigned)((answer_us + 999999) / 1000000) + 1;
}

MYSQL *db_login_new(const struct config *c, bool local, unsigned seconds)
{
  unsigned handshake = seconds - 1;
  MYSQL *m = mysql_init(NULL);
  if (!m)
    return NULL;
#ifdef MARIADB_PACKAGE_VERSION
  mysql_options(m, MYSQL_OPT_NONBLOCK, 0);
#endif
  mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &handshake);
  mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &seconds);
  mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
  db_login_prepare(m, c, local);
  return m;
}

void db_thread_begin(void)
{
  mysql_thread_init();
}

void db_thread_end(void)
{
  mysql_thread_end();
}
