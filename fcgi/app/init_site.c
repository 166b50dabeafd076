#include "app/init_site.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/init_errors.h"
#include "app/service_unit.h"
#include "base/buf.h"
#include "base/file.h"
#include "config/config.h"
#include "db/migrate.h"

#define SECRET_BYTES 24
#define SECRET_TEXT (2 * SECRET_BYTES + 1)
#define NGINX_GROUP "www-data"
#define NGINX_FOLDER "/etc/nginx/diptych"
#define DATABASE "diptych"
#define SOCKET "/run/mysqld/mysqld.sock" /* the client's own */

struct init_files {
  const char *config;
  const char *share;      /* NULL: PKGDATADIR */
  char *accounts, *nginx; /* paths; malloc */
  struct messages *messages;
  char pool[SECRET_TEXT], import[SECRET_TEXT], cache[SECRET_TEXT];
};

/* ---- writing */

static void secret_make(char out[SECRET_TEXT])
{
  unsigned char bytes[SECRET_BYTES];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(out, SECRET_TEXT, bytes, sizeof bytes);
}

static bool is_absent(const char *path, FILE *why)
{
  if (access(path, F_OK) != 0 && errno == ENOENT)
    return true;
  fprintf(why, "init: %s exists, and nothing was written: move it away, or name another file with --config\n", path);
  return false;
}

/* A disk that fills up takes the first part without an error. */
static bool all_write(int fd, struct span text)
{
  ssize_t n = 1;
  for (; text.n && n > 0; text = span_from(text, n > 0 ? (size_t)n : 0))
    n = write(fd, text.p, text.n);
  return n > 0;
}

/* group: the file is that of root and of the group of nginx. */
static bool file_write(const char *path, struct buf *text, mode_t mode, bool group, FILE *why)
{
  struct group *nginx = group && geteuid() == 0 ? getgrnam(NGINX_GROUP) : NULL;
  int fd = text->failed ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0600);
  bool ok = fd >= 0 && all_write(fd, buf_view(text)) && (!nginx || fchown(fd, 0, nginx->gr_gid) == 0) &&
            fchmod(fd, mode) == 0 && fsync(fd) == 0;
  if (!ok)
    fprintf(why, "init: %s could not be written: %s\n", path, text->failed ? "out of memory" : strerror(errno));
  if (fd >= 0)
    close(fd);
  if (fd >= 0 && !ok)
    unlink(path);
  buf_free(text);
  return ok;
}

/* Replaces all occurrences. */
static void replaced_put(struct buf *out, struct span text, struct span from, struct span to)
{
  for (size_t at; (at = span_find_span(text, from)) < text.n; text = span_from(text, at + from.n)) {
    buf_span(out, span_head(text, at));
    buf_span(out, to);
  }
  buf_span(out, text);
}

static void replace(struct buf *text, struct span from, struct span to)
{
  struct buf out = BUF_INIT;
  replaced_put(&out, buf_view(text), from, to);
  out.failed |= text->failed;
  buf_free(text);
  *text = out;
}

/* ---- the configuration */

static void key_put(struct buf *out, const char *key, const char *value)
{
  buf_printf(out, "%-22s = \"", key);
  for (; *value; value++) {
    if (*value == '"' || *value == '\\')
      buf_putc(out, '\\');
    buf_putc(out, *value);
  }
  buf_puts(out, "\"\n");
}

static bool config_write(const struct init_files *f, const struct init_answers *a, FILE *why)
{
  struct buf out = BUF_INIT;
  char host[256];
  int port;
  bool cached = strcmp(a->cache, "none") != 0, ok = init_database_host(a->database, host, &port);
  buf_puts(&out, "# Written by `diptych init`.  `diptych sample` prints every key; `man diptych` explains them.\n");
  key_put(&out, "site_name", a->name);
  key_put(&out, "base_url", a->address);
  key_put(&out, "lang", a->language);
  key_put(&out, *host ? "mysql_host" : "mysql_socket", *host ? host : a->database);
  if (port)
    buf_printf(&out, "%-22s = %d\n", "mysql_port", port);
  if (f->share)
    buf_printf(&out, "%-22s = \"%s/sql\"\n%-22s = \"%s/templates\"\n%-22s = \"%s/locale\"\n", "sql_dir", f->share, "template_dir",
               f->share, "locale_dir", f->share);
  key_put(&out, "mysql_database", DATABASE);
  key_put(&out, "mysql_password", f->pool);
  key_put(&out, "mysql_import_password", f->import);
  if (cached) {
    key_put(&out, "memcached", a->cache);
    key_put(&out, "cache_secret", f->cache);
  }
  return ok && file_write(f->config, &out, 0640, true, why);
}

/* ---- accounts and nginx */

/* A file that diptych has installed. */
static bool shared_read(const struct init_files *f, const char *name, struct buf *text, FILE *why)
{
  struct buf path = BUF_INIT;
  buf_printf(&path, "%s/%s", f->share ? f->share : PKGDATADIR, name);
  bool ok = !path.failed && file_read(text, buf_z(&path));
  if (!ok)
    fprintf(why, "init: %s: %s: is diptych installed?\n", buf_z(&path), strerror(errno));
  buf_free(&path);
  return ok;
}

/* The accounts are those of this machine, or of any when the database is on another one. */
static bool accounts_write(const struct init_files *f, const struct init_answers *a, FILE *why)
{
  struct buf text = BUF_INIT;
  char host[256];
  int port;
  bool ok = init_database_host(a->database, host, &port) && shared_read(f, "sql/accounts.sql", &text, why);
  buf_printf(&text, "\nALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY '%s' ACCOUNT UNLOCK;\n", f->pool);
  buf_printf(&text, "ALTER USER 'diptych_import'@'localhost' IDENTIFIED BY '%s' ACCOUNT UNLOCK;\n", f->import);
  if (*host && strcmp(host, "localhost") != 0 && strcmp(host, "127.0.0.1") != 0)
    replace(&text, SPAN("'localhost'"), SPAN("'%'"));
  if (ok)
    return file_write(f->accounts, &text, 0600, false, why);
  buf_free(&text);
  return false;
}

static struct span host_of(const struct init_answers *a)
{
  return span_from(span_z(a->address), span_find_span(span_z(a->address), SPAN("://")) + 3);
}

static struct span path_of(const struct init_answers *a)
{
  return span_from(host_of(a), span_find(host_of(a), '/'));
}

/* Puts nginx's error pages in the language of the site into the text, below a path in the place of the installed ones, else before
 * them. */
static bool errors_put(const struct init_files *f, const struct init_answers *a, struct buf *text, FILE *why)
{
  struct span lang = span_z(a->language);
  struct buf codes = BUF_INIT, pages = BUF_INIT, before = BUF_INIT;
  struct init_errors e = {BUF_INIT, BUF_INIT};
  if (span_eq(span_head(lang, span_find(lang, '-')), SPAN("en")))
    return true;
  bool ok = shared_read(f, "nginx/error-codes.conf", &codes, why) && shared_read(f, "nginx/errors.conf", &pages, why) &&
            init_errors_translate(&e, f->messages, lang, buf_view(&codes), buf_view(&pages));
  if (ok && path_of(a).n) {
    replace(text, SPAN("include diptych/error-codes.conf;"), buf_view(&e.codes));
    replace(text, SPAN("include diptych/errors.conf;\n"), buf_view(&e.pages));
  } else if (ok) {
    buf_span(&before, buf_view(&e.codes));
    buf_span(&before, buf_view(&e.pages));
    buf_puts(&before, "    include diptych/server.conf;\n");
    replace(text, SPAN("    include diptych/server.conf;\n"), buf_view(&before));
  }
  text->failed |= before.failed;
  init_errors_free(&e);
  buf_free(&codes);
  buf_free(&pages);
  buf_free(&before);
  return ok;
}

/* For the server block of the site that has the root of the host. */
static bool nginx_path_write(const struct init_files *f, const struct init_answers *a, FILE *why)
{
  struct buf text = BUF_INIT;
  bool ok = shared_read(f, "nginx/path.conf", &text, why);
  replace(&text, SPAN("/tools"), path_of(a));
  if (ok && errors_put(f, a, &text, why)) {
    return file_write(f->nginx, &text, 0644, false, why);
  }
  buf_free(&text);
  return false;
}

/* `listen 80;` or `listen 443 ssl;` with the port of the address, and for a host that is an IPv6 address with that family. */
static void listen_replace(struct buf *text, struct span from, struct span host, struct span port)
{
  struct buf word = BUF_INIT;
  struct span rest = span_from(from, strlen("listen "));
  buf_printf(&word, "listen %s%.*s%.*s", host.n && host.p[0] == '[' ? "[::]:" : "", SPAN_ARG(port),
             SPAN_ARG(port.n ? span_from(rest, strspn(rest.p, "0123456789")) : rest));
  replace(text, from, buf_view(&word));
  text->failed |= word.failed;
  buf_free(&word);
}

static bool nginx_write(const struct init_files *f, const struct init_answers *a, FILE *why)
{
  struct buf text = BUF_INIT, target = BUF_INIT;
  struct span host = host_of(a), port;
  bool secure = strncmp(a->address, "https:", 6) == 0;
  size_t number = span_starts(host, SPAN("[")) ? span_find(host, ']') : 0; /* where an IPv6 address ends */
  size_t colon = number + span_find(span_from(host, number), ':');
  if (path_of(a).n)
    return nginx_path_write(f, a, why);
  if (!shared_read(f, "nginx/diptych.conf", &text, why) || !errors_put(f, a, &text, why)) {
    buf_free(&text);
    return false;
  }
  port = span_from(host, colon + 1);
  host = span_head(host, colon);
  for (int i = 0; secure && i < 2; i++)
    replace(&text, i ? SPAN("#https\n") : SPAN("#https "), i ? SPAN("\n") : SPAN(""));
  if (secure && port.n) {
    buf_printf(&target, "https://$host:%.*s$request_uri", SPAN_ARG(port));
    replace(&text, SPAN("https://$host$request_uri"), buf_view(&target));
  }
  listen_replace(&text, SPAN("listen 80;"), host, secure ? SPAN("") : port);
  listen_replace(&text, SPAN("listen 443 ssl;"), host, port);
  replace(&text, SPAN("example.org"), host);
  text.failed |= target.failed;
  buf_free(&target);
  return file_write(f->nginx, &text, 0644, false, why);
}

/* ---- the command */

static bool language_read(struct init_files *f, const struct init_answers *a, FILE *why)
{
  struct buf dir = BUF_INIT;
  buf_printf(&dir, "%s/locale", f->share ? f->share : PKGDATADIR);
  f->messages = dir.failed ? NULL : messages_read(buf_z(&dir), a->language, why);
  buf_free(&dir);
  return f->messages != NULL;
}

static char *beside(const char *config, const char *name)
{
  const char *slash = strrchr(config, '/');
  struct buf path = BUF_INIT;
  buf_printf(&path, "%.*s%s", slash ? (int)(slash - config + 1) : 0, config, name);
  char *out = path.failed ? NULL : strdup(buf_z(&path));
  buf_free(&path);
  return out;
}

/* All three or none: a file that stayed alone would keep the next attempt from writing. */
static bool files_write(const struct init_files *f, const struct init_answers *a, FILE *why)
{
  if (!is_absent(f->config, why) || !is_absent(f->accounts, why) || !is_absent(f->nginx, why) || !accounts_write(f, a, why))
    return false;
  bool nginx = nginx_write(f, a, why);
  if (nginx && config_write(f, a, why))
    return true;
  if (nginx)
    unlink(f->nginx);
  unlink(f->accounts);
  return false;
}

static bool migrate(const char *path, FILE *out, FILE *why)
{
  struct config *c = config_read(path, why);
  bool ok = c && migrate_run(c, &(struct migrate_task){0}, out, why);
  config_free(&c);
  return ok;
}

/* The client on the server of the database, whose administrator is root. */
static void client_write(const struct init_answers *a, FILE *out)
{
  char host[256];
  int port;
  fputs("mariadb", out);
  if (!init_database_host(a->database, host, &port))
    return;
  if (*host)
    fprintf(out, " -h %s", host);
  if (port)
    fprintf(out, " -P %d", port);
  if (*host)
    fputs(" -u root -p", out);
  else if (strcmp(a->database, SOCKET) != 0)
    fprintf(out, " --socket=%s", a->database);
}

/* `make install` leaves the unit and the files for nginx in its own folder; a package puts them where they are read. */
static void unit_write(const char *share, FILE *out)
{
  char unit[4096];
  snprintf(unit, sizeof unit, "%s/systemd/diptych.service", share);
  if (!service_unit_installed() && access(unit, F_OK) == 0)
    fprintf(out,
            "install -D -m 644 %s/systemd/sysusers.conf /etc/sysusers.d/diptych.conf && systemd-sysusers && cp %s"
            " /etc/systemd/system/ && systemctl daemon-reload && ",
            share, unit);
}

static void next_write(const struct init_files *f, const struct init_answers *a, bool migrated, FILE *out)
{
  const char *share = f->share ? f->share : PKGDATADIR;
  fprintf(out, "Written: %s, %s, %s\n\nThree commands are left:\n\n  ", f->config, f->accounts, f->nginx);
  if (!migrated) {
    client_write(a, out);
    fprintf(out, " -e 'CREATE DATABASE IF NOT EXISTS " DATABASE " CHARACTER SET utf8mb4' && diptych migrate --config %s && ",
            f->config);
  }
  client_write(a, out);
  fprintf(out, " " DATABASE " <%s\n  ", f->accounts);
  unit_write(share, out);
  fputs("systemctl enable --now diptych\n  ", out);
  if (access(NGINX_FOLDER, F_OK) != 0)
    fprintf(out, "cp -r %s/nginx " NGINX_FOLDER " && ", share);
  if (path_of(a).n)
    fprintf(out,
            "cp %s /etc/nginx/diptych-path.conf && cp %s/nginx/upstream.conf /etc/nginx/conf.d/diptych.conf && systemctl reload"
            " nginx\n\nbefore the last one, add to the server block of your site in nginx:\n"
            "\n    set $diptych_static %s/static;\n    include diptych-path.conf;\n",
            f->nginx, share, share);
  else
    fprintf(out, "cp %s /etc/nginx/conf.d/diptych-site.conf && systemctl reload nginx\n", f->nginx);
}

int init_site(struct init_task *t, const char *config, FILE *in, FILE *out, FILE *why)
{
  struct init_files f = {.config = config, .share = t->share};
  f.accounts = beside(config, "accounts.sql");
  f.nginx = beside(config, "nginx-site.conf");
  bool ok = f.accounts && f.nginx && sodium_init() >= 0;
  if (!ok)
    fputs("init: out of memory\n", why);
  ok = ok && init_answers_complete(&t->answers, in, out, why) && language_read(&f, &t->answers, why);
  if (ok) {
    secret_make(f.pool);
    secret_make(f.import);
    secret_make(f.cache);
    ok = files_write(&f, &t->answers, why);
  }
  if (ok) { /* the files stay when there are no tables yet: `diptych migrate` is a command that is left then */
    ok = !t->migrate || migrate(config, out, why);
    next_write(&f, &t->answers, t->migrate && ok, out);
  }
  free(f.accounts);
  free(f.nginx);
  messages_free(&f.messages);
  init_answers_free(&t->answers);
  return ok ? 0 : 1;
}
