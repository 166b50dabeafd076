#include "db/db_tls.h"

#include <errmsg.h>
#include <stdio.h>
#include <string.h>

static const char *null_if_empty(const char *text)
{
  return *text ? text : NULL;
}

#if defined MARIADB_PACKAGE_VERSION_ID && MARIADB_PACKAGE_VERSION_ID >= 30400

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* The beginning of MARIADB_TLS in ma_tls.h, which includes a header that Debian does not install. */
struct tls_of_library {
  void *data;
  void *pvio;
  SSL *ssl;
};

static bool host_named(X509 *certificate, const char *host)
{
  return host && (X509_check_host(certificate, host, 0, 0, NULL) == 1 || X509_check_ip_asc(certificate, host, 0) == 1);
}

static int refuse(MYSQL *m, const char *why)
{
  m->net.last_errno = CR_SSL_CONNECTION_ERROR;
  snprintf(m->net.sqlstate, sizeof m->net.sqlstate, "HY000");
  snprintf(m->net.last_error, sizeof m->net.last_error, "TLS/SSL error: %s", why);
  return 1;
}

/* Runs after the handshake and before the login.  During the handshake, the library has recorded what OpenSSL found
 * wrong with the chain of certificates.  Not 0: the connection is refused. */
static int server_verify(struct tls_of_library *tls, unsigned flags)
{
  SSL *ssl = tls->ssl;
  MYSQL *m = SSL_get_app_data(ssl);
  X509 *certificate = SSL_get0_peer_certificate(ssl);
  (void)flags; /* without MARIADB_TLS_VERIFY_HOST on a loopback address */
  if (!certificate)
    return refuse(m, "the server has no certificate");
  if (m->net.tls_verify_status || SSL_get_verify_result(ssl) != X509_V_OK)
    return m->net.last_errno ? 1 : refuse(m, X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
  if (!host_named(certificate, m->host))
    return refuse(m, "the certificate does not name the host");
  return 0;
}

static void verification_set(MYSQL *m)
{
  const char *library = NULL;
  if (mariadb_get_infov(m, MARIADB_TLS_LIBRARY, &library) == 0 && library && strncmp(library, "OpenSSL", 7) == 0)
    mysql_optionsv(m, MARIADB_OPT_TLS_VERIFICATION_CALLBACK, server_verify);
}

#else

static void verification_set(MYSQL *m)
{
  (void)m;
}

#endif

void db_tls_prepare(MYSQL *m, const struct config *c)
{
#ifdef MARIADB_PACKAGE_VERSION
  my_bool on = 1;
  mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &on);
  mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
#else
  unsigned mode = SSL_MODE_VERIFY_IDENTITY;
  mysql_options(m, MYSQL_OPT_SSL_MODE, &mode);
#endif
  mysql_options(m, MYSQL_OPT_SSL_CA, config_tls_authorities(c));
  mysql_options(m, MYSQL_OPT_SSL_CERT, null_if_empty(c->mysql_tls_cert));
  mysql_options(m, MYSQL_OPT_SSL_KEY, null_if_empty(c->mysql_tls_key));
  verification_set(m);
}
