#include "app/check_secrets.h"

#include <sys/stat.h>

static void secret_check(const char *path, const char *what, FILE *out)
{
  struct stat st;
  if (*path && stat(path, &st) == 0 && st.st_mode & S_IROTH)
    fprintf(out, "secrets    %s %s, and every account of this machine may read it: chmod o-r %s\n", path, what, path);
}

/* The values of *_file keys have replaced those of the other keys. */
static bool in_configuration(const struct config *c)
{
  return (*c->mysql_password && !*c->mysql_password_file) || (*c->cache_secret && !*c->cache_secret_file) ||
         *c->mysql_admin_password || (*c->mysql_import_password && !*c->mysql_import_password_file);
}

void check_secrets(const struct config *c, FILE *out)
{
  secret_check(in_configuration(c) ? c->path : "", "has a password or a secret", out);
  secret_check(c->mysql_password_file, "is mysql_password_file", out);
  secret_check(c->mysql_import_password_file, "is mysql_import_password_file", out);
  secret_check(c->cache_secret_file, "is cache_secret_file", out);
  secret_check(c->mysql_tls_key, "is mysql_tls_key", out);
}
