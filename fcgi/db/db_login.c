#include "db/db_login.h"

static const char *null_if_empty(const char *text)
{
  return *text ? text : NULL;
}

static void tls_set(MYSQL *m, const struct config *c)
{
#ifdef MARIADB_PACKAGE_VERSION
  my_bool on = 1;
  mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &on);
  mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
#else
  unsigned mode = SSL_MODE_VERIFY_IDENTITY;
  mysql_options(m, MYSQL_OPT_SSL_MODE, &mode);
#endif
  mysql_options(m, MYSQL_OPT_SSL_CA, null_if_empty(c->mysql_tls_ca));
  mysql_options(m, MYSQL_OPT_SSL_CERT, null_if_empty(c->mysql_tls_cert));
  mysql_options(m, MYSQL_OPT_SSL_KEY, null_if_empty(c->mysql_tls_key));
}

void db_login_prepare(MYSQL *m, const struct config *c)
{
  unsigned off = 0, tcp = MYSQL_PROTOCOL_TCP;
  mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &off); /* a hostile server could request our files */
  if (!*c->mysql_socket)
    mysql_options(m, MYSQL_OPT_PROTOCOL, &tcp);
  if (c->mysql_tls)
    tls_set(m, c);
}
