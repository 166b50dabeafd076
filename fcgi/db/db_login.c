#include "db/db_login.h"

#include "db/db_tls.h"

void db_login_prepare(MYSQL *m, const struct config *c)
{
  unsigned off = 0, tcp = MYSQL_PROTOCOL_TCP;
  mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &off); /* a hostile server could request our files */
  if (!*c->mysql_socket)
    mysql_options(m, MYSQL_OPT_PROTOCOL, &tcp);
  if (c->mysql_tls)
    db_tls_prepare(m, c);
}
