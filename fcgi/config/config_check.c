#include "config/config_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "config/config_languages.h"
#include "config/config_text.h"
#include "text/body_format.h"
#include "text/utf8.h"

#define SECRET_LEAST 16
#define SECRET_FILE_MOST 4096
#define BASE_URL_MOST 300 /* a host name has at most 253 bytes */
#define LANG_MOST 35      /* RFC 5646 section 4.4.1 */
#define SERVERS_MOST 64   /* CACHE_SERVERS_MAX */
#define DATABASES_MOST 8  /* BREAKER_SERVERS */
#define SERVER_MOST 255   /* bytes of one; see CACHE_HEALTH_NAME */

/* host:port; `port_usual`: the port may be missing. */
static bool is_address(struct span s, bool port_usual)
{
  size_t colon = s.n;
  while (colon && s.p[colon - 1] != ':')
    colon--;
  if (!colon)
    return port_usual && s.n;
  int64_t port = 0;
  for (size_t i = colon; i < s.n && port < 65536; i++)
    port = s.p[i] >= '0' && s.p[i] <= '9' ? port * 10 + (s.p[i] - '0') : 65536;
  return colon > 1 && port > 0 && port < 65536;
}

static bool is_socket_path(struct span s)
{
  return s.n && s.n < sizeof ((struct sockaddr_un *)NULL)->sun_path;
}

/* Also "[IPv6]:port" and "[IPv6]". */
static bool is_server(struct span s)
{
  size_t bracket = s.p[0] == '[' ? span_find(s, ']') : 0;
  struct span port = bracket ? span_from(s, bracket + 1) : s;
  if (s.p[0] == '/')
    return is_socket_path(s);
  if (bracket) /* the port behind it is checked like one of a name */
    return bracket > 1 && bracket < s.n && (!port.n || (port.p[0] == ':' && is_address(span_from(s, bracket), false)));
  struct span after = span_from(s, span_find(s, ':') + 1);
  return span_find(after, ':') == after.n && is_address(s, true);
}

static bool are_servers_up_to(struct span list, size_t most)
{
  bool empty = !list.n;
  size_t n = 0;
  while (list.p) {
    struct span server = span_trim(span_split(&list, ','));
    if (server.n > SERVER_MOST || (server.n && !is_server(server)))
      return false;
    n += server.n > 0;
  }
  return empty || (n > 0 && n <= most);
}

static bool are_servers(struct span list)
{
  return are_servers_up_to(list, SERVERS_MOST);
}

static bool are_databases(struct span list)
{
  return are_servers_up_to(list, DATABASES_MOST);
}

static bool is_listen(struct span s)
{
  struct in_addr number;
  char host[INET_ADDRSTRLEN];
  if (span_find(s, '/') < s.n)
    return is_socket_path(s);
  size_t colon = span_find(s, ':');
  snprintf(host, sizeof host, "%.*s", SPAN_ARG(span_head(s, colon)));
  return colon < sizeof host && inet_pton(AF_INET, host, &number) == 1 && is_address(s, false);
}

/* The same, and [IPv6]:port. */
static bool is_metrics_listen(struct span s)
{
  struct in6_addr number;
  char host[INET6_ADDRSTRLEN];
  if (!s.n || s.p[0] != '[')
    return !s.n || is_listen(s);
  size_t bracket = span_find(s, ']');
  if (bracket == s.n || bracket > sizeof host)
    return false;
  snprintf(host, sizeof host, "%.*s", (int)bracket - 1, s.p + 1);
  struct span port = span_from(s, bracket + 1);
  return inet_pton(AF_INET6, host, &number) == 1 && port.n && port.p[0] == ':' && is_address(span_from(s, bracket), false);
}

/* The value is shown in pages: text on one line. */
static bool is_shown(struct span s)
{
  return span_find(s, '\t') == s.n && span_find(s, '\n') == s.n && utf8_is_clean(s);
}

static bool is_name(struct span s)
{
  return is_shown(s) && span_trim(s).n;
}

static bool is_contact(struct span s)
{
  return !s.n || (is_shown(s) && (span_starts(s, SPAN("mailto:")) || span_starts(s, SPAN("https://"))));
}

static bool is_time(struct span s)
{
  int64_t us;
  return !s.n || clock_parse(s, &us);
}

/* Segments of lower-case letters, digits and -._~, as in "/tools/compare": paths are lower case (http/target.h).  None begins
 * with a dot. */
static bool is_base_path(struct span s)
{
  for (size_t i = 0; i < s.n; i++) {
    bool begins = s.p[i] == '/';
    if (!begins && !strchr("abcdefghijklmnopqrstuvwxyz0123456789-._~", s.p[i]))
      return false;
    if (begins && (i + 1 == s.n || s.p[i + 1] == '/' || s.p[i + 1] == '.'))
      return false;
  }
  return true;
}

/* The length is limited because the value appears several times in headers, for which nginx has 16 KB. */
static bool is_base_url(struct span s)
{
  size_t scheme = span_starts(s, SPAN("http://")) ? 7 : span_starts(s, SPAN("https://")) ? 8 : s.n;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7F || strchr("\"<>\\^`{|}?#", s.p[i]))
      return false;
  struct span host = span_from(s, scheme), path = span_from(host, span_find(host, '/'));
  return path.n < host.n && s.n <= BASE_URL_MOST && is_base_path(path);
}

/* A tag URI (RFC 4151) names a host without port. */
static bool is_feed_host(struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", s.p[i]) || !s.p[i])
      return false;
  return s.n <= BASE_URL_MOST;
}

/* Has the form of a language tag (RFC 5646 section 2.1). */
static bool is_lang(struct span s)
{
  size_t part = 0;
  for (size_t i = 0; i < s.n; i++) {
    bool letter = (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z', digit = s.p[i] >= '0' && s.p[i] <= '9';
    if (s.p[i] == '-' ? part == 0 : !letter && (!digit || part == i))
      return false;
    part = s.p[i] == '-' ? 0 : part + 1;
  }
  return part && s.n <= LANG_MOST;
}

static bool are_languages(struct span s)
{
  struct config_language seen[CONFIG_LANGUAGES_MAX], one;
  size_t n = 0;
  while (config_language_next(&s, &one)) {
    for (size_t i = 0; i < n; i++)
      if (span_eq(seen[i].tag, one.tag))
        return false;
    if (n == CONFIG_LANGUAGES_MAX || !is_lang(one.tag) || !is_base_url(one.url))
      return false;
    seen[n++] = one;
  }
  return true;
}

static bool is_body_format(struct span s)
{
  return body_format_of(s) != BODY_DEFAULT;
}

static bool is_level(struct span s)
{
  return span_eq(s, SPAN("error")) || span_eq(s, SPAN("warn")) || span_eq(s, SPAN("info")) || span_eq(s, SPAN("debug"));
}

bool config_share(struct span s, uint32_t *millionths)
{
  struct span decimals = s, whole = span_split(&decimals, '.');
  uint32_t v = 0;
  bool one = span_eq(whole, SPAN("1"));
  if ((!one && !span_eq(whole, SPAN("0"))) || decimals.n > 6 || (whole.n < s.n && !decimals.n))
    return false;
  for (size_t i = 0; i < 6; i++) {
    char c = i < decimals.n ? decimals.p[i] : '0';
    if (c < '0' || c > '9' || (one && c != '0'))
      return false;
    v = v * 10 + (uint32_t)(c - '0');
  }
  *millionths = one ? 1000000 : v;
  return true;
}

static bool is_share(struct span s)
{
  return !s.n || config_share(s, &(uint32_t){0});
}

static bool is_request_log(struct span s)
{
  return span_eq(s, SPAN("off")) || span_eq(s, SPAN("stderr")) || (s.n > 1 && s.p[0] == '/');
}

static bool is_request_log_format(struct span s)
{
  return span_eq(s, SPAN("keyvalue")) || span_eq(s, SPAN("json"));
}

const char *config_word_fault(const char *key, const char *value)
{
  static const struct {
    const char *key;
    bool (*right)(struct span value);
    const char *cure;
  } rules[] = {
      {"site_name", is_name, "write a name, as text on one line"},
      {"base_url", is_base_url,
       "write scheme and host, and perhaps a path in lower case, without a slash at the end, like https://example.org/tools"},
      {"feed_host", is_feed_host, "write the host alone, in lower case, like old.example.org"},
      {"contact", is_contact, "write a mailto: or https: address"},
      {"as_of", is_time, "write a UTC time like 2026-08-22T12:00:00Z, or leave it empty"},
      {"lang", is_lang, "write a language tag like en or pt-BR"},
      {"languages", are_languages,
       "write a language tag and the address of its site, like de https://de.example.org, separated by commas, at most 32, each"
       " once"},
      {"listen", is_listen, "write the path of a UNIX socket with a / in it, at most 107 bytes, or an address like 127.0.0.1:9000"},
      {"control", is_socket_path, "write the path of a UNIX socket, at most 107 bytes"},
      {"metrics_listen", is_metrics_listen,
       "write an address like 127.0.0.1:9001 or [::1]:9001, or the path of a UNIX socket with a / in it, at most 107 bytes"},
      {"mysql_hosts", are_databases, "write /path/to/socket, host, host:port or [IPv6]:port, separated by commas, at most 8"},
      {"memcached", are_servers, "write /path/to/socket, host:port or [IPv6]:port, separated by commas, at most 64"},
      {"request_log", is_request_log, "write off, stderr, or the path of a file that begins with /"},
      {"request_log_format", is_request_log_format, "write keyvalue or json"},
      {"request_log_sample", is_share, "write a share from 0 to 1 with at most six decimals, as in 0.01"},
      {"body_format", is_body_format, "write markdown, html or wordpress"},
      {"log_level", is_level, "write error, warn, info or debug"},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (strcmp(rules[i].key, key) == 0)
      return rules[i].right(span_z(value)) ? NULL : rules[i].cure;
  return NULL;
}

struct check {
  struct config *config;
  config_line_find *line;
  const void *lines;
  FILE *why;
  unsigned faults;
};

/* keys: of the fault, separated by blanks. */
static void fault_report(struct check *k, const char *keys, const char *format, ...) __attribute__((format(printf, 3, 4)));

static size_t line_of(const struct check *k, const char *keys)
{
  for (struct span rest = span_z(keys); rest.p;) {
    char key[32];
    struct span word = span_split(&rest, ' ');
    snprintf(key, sizeof key, "%.*s", SPAN_ARG(word));
    size_t line = k->line(k->lines, key);
    if (line)
      return line;
  }
  return 0;
}

static void fault_report(struct check *k, const char *keys, const char *format, ...)
{
  va_list args;
  size_t line = line_of(k, keys);
  k->faults++;
  fprintf(k->why, "%s:", k->config->path);
  if (line)
    fprintf(k->why, "%zu:", line);
  fputc(' ', k->why);
  va_start(args, format);
  vfprintf(k->why, format, args);
  va_end(args);
  fputc('\n', k->why);
}

/* The secret is the file's first line.  It replaces *value.  False: a fault was reported. */
static bool secret_read(struct check *k, const char *key, const char *path, char **value)
{
  struct buf text = {.max = SECRET_FILE_MOST};
  if (!*path)
    return true;
  bool read = file_read(&text, path);
  struct span rest = config_text_begin(buf_view(&text)), line = span_split(&rest, '\n');
  line = span_head(line, span_find(line, '\r'));
  char *secret = read ? strndup(line.n ? line.p : "", line.n) : NULL;
  if (secret) {
    free(*value);
    *value = secret;
  } else
    fault_report(k, key, "%s %s: %s: name a file that this account may read", key, path, strerror(errno));
  buf_free(&text);
  return secret != NULL;
}

/* Checked at start, because the client library would report it at every connection only. */
static void tls_check(struct check *k)
{
  const struct config *c = k->config;
  const struct {
    const char *name, *path;
  } files[] = {{"mysql_tls_ca", c->mysql_tls_ca}, {"mysql_tls_cert", c->mysql_tls_cert}, {"mysql_tls_key", c->mysql_tls_key}};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    if (!*files[i].path)
      continue;
    if (!c->mysql_tls || access(files[i].path, R_OK) != 0)
      fault_report(k, files[i].name, "%s = \"%s\": %s", files[i].name, files[i].path,
                   c->mysql_tls ? strerror(errno) : "also set mysql_tls = true, or nothing is encrypted");
  }
  if (c->mysql_tls && !*c->mysql_tls_ca && access(config_tls_authorities(c), R_OK) != 0)
    fault_report(k, "mysql_tls mysql_tls_ca",
                 "mysql_tls without mysql_tls_ca needs %s: %s: install the package ca-certificates, or set mysql_tls_ca",
                 config_tls_authorities(c), strerror(errno));
  if (!*c->mysql_tls_cert != !*c->mysql_tls_key)
    fault_report(k, "mysql_tls_cert mysql_tls_key", "mysql_tls_cert and mysql_tls_key need each other: set both or neither");
}

static void languages_check(struct check *k)
{
  struct span rest = span_z(k->config->languages);
  struct config_language one;
  while (config_language_next(&rest, &one))
    if (span_eq(one.tag, span_z(k->config->lang)) && !span_eq(one.url, span_z(k->config->base_url)))
      fault_report(k, "languages lang base_url",
                   "languages: %.*s is the language of this site, and its address is base_url = \"%s\"", SPAN_ARG(one.tag),
                   k->config->base_url);
}

unsigned config_relations_check(struct config *c, config_line_find *line, const void *lines, FILE *why)
{
  struct check k = {.config = c, .line = line, .lines = lines, .why = why};
  bool pool = c->secrets == CONFIG_SECRETS_POOL, secret = false;
  if (pool) {
    (void)secret_read(&k, "mysql_password_file", c->mysql_password_file, &c->mysql_password);
    secret = secret_read(&k, "cache_secret_file", c->cache_secret_file, &c->cache_secret);
  } else
    (void)secret_read(&k, "mysql_import_password_file", c->mysql_import_password_file, &c->mysql_import_password);
  if (c->workers == CONFIG_WORKERS_AUTO) {
    if (c->workers_min > c->workers_max)
      fault_report(&k, "workers_max workers_min", "workers_min = %lld must not be greater than workers_max = %lld",
                   (long long)c->workers_min, (long long)c->workers_max);
  } else if (c->workers_min > c->workers_max || c->workers < c->workers_min || c->workers > c->workers_max)
    fault_report(&k, "workers workers_max workers_min",
                 "workers = %lld must lie between workers_min = %lld and workers_max = %lld", (long long)c->workers,
                 (long long)c->workers_min, (long long)c->workers_max);
  if (strcmp(c->listen, c->control) == 0)
    fault_report(&k, "listen control",
                 "listen and control are both \"%s\": nginx and the commands of diptych need a socket each", c->listen);
  if (*c->mysql_hosts && c->mysql_replica)
    fault_report(&k, "mysql_replica mysql_hosts", "mysql_hosts finds primary and replicas by itself: remove mysql_replica");
  if (*c->metrics_listen && (strcmp(c->metrics_listen, c->listen) == 0 || strcmp(c->metrics_listen, c->control) == 0))
    fault_report(&k, "metrics_listen", "metrics_listen is \"%s\", as %s is: they need a socket each", c->metrics_listen,
                 strcmp(c->metrics_listen, c->listen) == 0 ? "listen" : "control");
  if (secret && *c->memcached && strlen(c->cache_secret) < SECRET_LEAST)
    fault_report(&k, "cache_secret_file cache_secret memcached",
                 "cache_secret must have at least %d characters when memcached is set: write a random text, the same on "
                 "every machine of the site", SECRET_LEAST);
  tls_check(&k);
  languages_check(&k);
  return k.faults;
}
