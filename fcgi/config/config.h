/* The configuration.  One table of keys (CONFIG_KEYS) defines the struct, the defaults, the ranges and the sample; a
 * lint proves that man/diptych.8 and diptych.conf.sample contain each key.  config_text.h reads the file,
 * config_check.h checks the values.
 *
 * config_read writes each fault to `why` as "file:line: sentence" and returns NULL.  Faults between keys follow when no
 * line has a fault; such a fault of keys that are not set is written as "file: sentence".  A key that is set twice is no
 * fault; a line on `why` tells that the later value counts.  A key's description states its unit.
 *
 * A configuration does not change after it was read; reload reads a new one. */
#ifndef DIPTYCH_CONFIG_CONFIG_H
#define DIPTYCH_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/span.h"

/* WORD(key, default, description)   INT(key, default, least, most, description)   FLAG(key, default, description) */
#define CONFIG_KEYS(WORD, INT, FLAG)                                                                                   \
  WORD(site_name, "Diptych", "the site's name, shown in header, titles and feeds")                                     \
  WORD(base_url, "http://127.0.0.1:8080", "scheme, host and path of the site, without a slash at the end; links begin with it") \
  WORD(feed_host, "", "host in the ids of feed entries, kept when the site moves to another host; empty: that of base_url") \
  WORD(contact, "", "mailto: or https: address where readers report errors, linked in the footer")                     \
  WORD(as_of, "", "freezes the site's clock: 2026-08-22T12:00:00Z; empty: the real clock")                             \
  WORD(lang, "en", "language of the pages: en, or the tag of a catalogue in locale_dir, like de")                      \
  WORD(languages, "", "this site in other languages: de https://de.example.org, fr https://example.org/fr; empty: none") \
  WORD(locale_dir, PKGDATADIR "/locale", "folder of the catalogues: LANG/LC_MESSAGES/diptych.mo")                      \
  WORD(template_dir, PKGDATADIR "/templates", "folder of the Mustache templates")                                      \
  WORD(theme_dir, "", "folders of your theme, comma-separated, searched before template_dir file by file; empty: none")  \
  WORD(sql_dir, PKGDATADIR "/sql", "folder of the migrations")                                                         \
  WORD(state_dir, "/var/lib/diptych", "folder of the catalog's file copy; empty: no copy is kept")                     \
  WORD(static_version_file, "", "file that maps asset names to content-hashed ones; empty: template_dir/assets.map")   \
  WORD(listen, "/run/diptych/diptych.sock", "FastCGI address: a UNIX socket path or 127.0.0.1:port")                   \
  WORD(control, "/run/diptych/control.sock", "UNIX socket for diptych status, scale, reload and stop")                 \
  WORD(metrics_listen, "", "HTTP address of /metrics, /healthz and /readyz: 127.0.0.1:9001, [::1]:9001, UNIX path; empty: none") \
  WORD(pid_file, "", "file for the master's process id; empty: none")                                                  \
  WORD(user, "", "account that a pool started by root runs as; root: it stays root")                                   \
  WORD(group, "", "group of that account; empty: the user's own")                                                      \
  INT(socket_mode, 432, 0, 511, "mode of the FastCGI socket, decimal or 0660")                                         \
  INT(backlog, 511, 1, 65535, "length of the listen queue")                                                            \
  INT(workers, 2, 1, 512, "worker processes at start, or auto: as many as the load needs, within the next two keys")   \
  INT(workers_min, 1, 1, 512, "fewest workers that scaling may leave")                                                 \
  INT(workers_max, 64, 1, 512, "most workers that scaling may start")                                                  \
  INT(workers_shrink_delay, 60, 1, 86400, "seconds of low load after which workers = auto lets a worker leave")        \
  INT(worker_requests, 0, 0, 1000000000, "a worker is replaced after about this many requests; 0: never")              \
  INT(request_timeout, 10000, 100, 600000, "ms after which a busy worker is considered hung and killed")               \
  INT(stop_grace, 10000, 0, 600000, "ms that accepted requests have to finish at stop and reload")                     \
  INT(deadline, 2000, 50, 60000, "ms that one page may take, waits included")                                          \
  WORD(log_level, "info", "error, warn, info or debug")                                                                \
  WORD(request_log, "off", "one line for each request: off, stderr, or the path of a file that USR1 opens anew")       \
  WORD(request_log_format, "keyvalue", "keyvalue or json")                                                             \
  INT(request_log_slow, 0, 0, 600000, "ms from which a request is always logged; 0: no request is slow")               \
  WORD(request_log_sample, "", "share of the other requests, 0 to 1, as in 0.01; empty: 1, or 0 with request_log_slow") \
  WORD(mysql_socket, "", "UNIX socket of the database; empty: TCP")                                                    \
  WORD(mysql_host, "127.0.0.1", "host of the database when mysql_socket is empty")                                     \
  INT(mysql_port, 3306, 1, 65535, "port of the database")                                                              \
  WORD(mysql_hosts, "", "servers of one database, comma-separated: host, host:port or /path/socket; empty: the keys above") \
  WORD(mysql_user, "diptych_pool", "account of the pool, with few rights")                                             \
  WORD(mysql_password, "", "password of mysql_user")                                                                   \
  WORD(mysql_password_file, "", "file that holds the password, instead of mysql_password")                             \
  WORD(mysql_database, "diptych", "name of the database")                                                              \
  WORD(mysql_admin_user, "root", "account of diptych migrate")                                                         \
  WORD(mysql_admin_password, "", "password of mysql_admin_user")                                                       \
  WORD(mysql_import_user, "diptych_import", "account of diptych import, with few rights")                              \
  WORD(mysql_import_password, "", "password of mysql_import_user")                                                     \
  WORD(mysql_import_password_file, "", "file that holds the password, instead of mysql_import_password")               \
  INT(import_timeout, 20, 1, 600, "seconds within which a source must have answered wholly")                           \
  INT(import_bytes, 8388608, 1024, 268435456, "largest answer of a source, in bytes, after it was unpacked")           \
  INT(mysql_timeout, 1000, 10, 60000, "ms for connecting, and for one answer of the database")                         \
  WORD(memcached, "", "servers, comma-separated: /path/socket or host:port; empty: no cache")                          \
  INT(memcached_timeout, 50, 1, 10000, "ms for one whole cache operation")                                             \
  WORD(cache_secret, "", "key of the checksum in cached values; the same on every machine of a site")                  \
  WORD(cache_secret_file, "", "file that holds the secret, instead of cache_secret")                                   \
  INT(cache_ttl, 86400, 60, 2592000, "seconds that a fragment is kept")                                                \
  INT(lease_ttl, 2, 1, 60, "seconds after which a dead filler's lease ends")                                           \
  INT(poll_interval, 200, 10, 60000, "ms between two polls of the change log")                                         \
  INT(gap_memory, 3600, 1, 604800, "seconds for which a missing change-log number is looked up again")                 \
  INT(stale_max, 86400, 0, 2592000, "seconds that a site may be served while the database is away")                    \
  INT(ready_lag, 10, 0, 2592000, "seconds that a pool on a replica may be behind before /readyz says no; 0: stale_max")  \
  FLAG(other_pools, false, "other pools serve the site behind the same proxy, which asks another one after 503")       \
  INT(sweep_seconds, 300, 5, 86400, "seconds in which the sweep compares all products, up to 100,000 of them")         \
  INT(loss_delay, 300, 1, 86400, "seconds for which a reading that loses much of the site must stay the same")          \
  INT(catalog_bytes, 0, 0, 64424509440, "most bytes of shared memory for the catalog; 0: a quarter of memory")         \
  INT(page_cache_bytes, 25165824, 0, 8589934592, "bytes of finished pages that each worker keeps")                     \
  INT(part_cache_bytes, 8388608, 0, 8589934592, "bytes of parts of products, ready for any comparison, that each worker keeps") \
  INT(fragment_cache_bytes, 8388608, 0, 8589934592, "bytes of unpacked fragments that each worker keeps for use under load") \
  INT(preview_age, 604800, 0, 31536000, "seconds for which a link to a preview works after the row was saved; 0: no previews") \
  INT(page_max_age, 0, 0, 60, "seconds that browsers may keep a page without asking")                                  \
  WORD(body_format, "markdown", "how bodies are written unless their row says it: markdown, html or wordpress")              \
  INT(markdown_bytes, 262144, 1024, 16777216, "largest Markdown body that is rendered")                                \
  INT(markdown_output_bytes, 1048576, 1024, 67108864, "largest HTML that a body may become")                           \
  INT(markdown_cpu, 200, 1, 10000, "ms of CPU that one body may cost")                                                 \
  FLAG(fence, true, "workers and watcher give up all system calls and files that they do not need")                    \
  FLAG(core_dumps, false, "processes that crash may leave a core file; it contains passwords")                         \
  FLAG(mysql_tls, false, "use TLS to the database, and check its certificate")                                         \
  FLAG(mysql_replica, false, "the database is a replica, whose lag is watched")                                        \
  WORD(mysql_tls_ca, "", "file with the authority that signed the database's certificate; empty: the system's authorities") \
  WORD(mysql_tls_cert, "", "file with the client certificate, for an account that requires one")                       \
  WORD(mysql_tls_key, "", "file with the private key of mysql_tls_cert")

#define CONFIG_WORKERS_AUTO 0 /* the value of `workers` for auto */

/* Which secrets are read from files: those of the pool and the commands that act for it, or that of `diptych import`, whose
 * account may not read the others. */
enum config_secrets { CONFIG_SECRETS_POOL, CONFIG_SECRETS_IMPORT };

#define CONFIG_C_ONE(...) +1
enum { CONFIG_KEY_COUNT = 0 CONFIG_KEYS(CONFIG_C_ONE, CONFIG_C_ONE, CONFIG_C_ONE) };
#undef CONFIG_C_ONE

struct config {
#define CONFIG_C_WORD(key, fallback, text) char *key;
#define CONFIG_C_INT(key, fallback, least, most, text) int64_t key;
#define CONFIG_C_FLAG(key, fallback, text) bool key;
  CONFIG_KEYS(CONFIG_C_WORD, CONFIG_C_INT, CONFIG_C_FLAG)
#undef CONFIG_C_WORD
#undef CONFIG_C_INT
#undef CONFIG_C_FLAG
  char *path;       /* of the file */
  size_t lines[CONFIG_KEY_COUNT]; /* in which each key is set, in the order of CONFIG_KEYS; 0: it is not set */
  enum config_secrets secrets;
  int64_t as_of_us; /* as_of as a time; CLOCK_NEVER: the real clock */
};

MUST_USE struct config *config_read(const char *path, FILE *why); /* NULL: faults were written to why */
MUST_USE struct config *config_read_import(const char *path, FILE *why); /* with the secrets of `diptych import` */
/* The control socket that a file names, even when the file has faults.  The caller frees it.  NULL: the file or its value
 * of control cannot be read, or memory ran out. */
MUST_USE char *config_control(const char *path);
void config_free(struct config **c);

/* Begins a line about a value that was found wrong after the file was read: "file:line: ", as config_read writes it, or
 * "file: " for a key that is not set.  errno stays. */
void config_blame(const struct config *c, const char *key, FILE *why);

/* The file with the authorities that may sign the database's certificate: mysql_tls_ca, or the bundle of Debian's
 * package ca-certificates. */
static inline const char *config_tls_authorities(const struct config *c)
{
  return *c->mysql_tls_ca ? c->mysql_tls_ca : "/etc/ssl/certs/ca-certificates.crt";
}

/* The path of base_url, "/tools"; empty: the site has the root of its host. */
static inline struct span config_base_path(const struct config *c)
{
  struct span url = span_z(c->base_url), host = span_from(url, span_find_span(url, SPAN("://")) + 3);
  return span_from(host, span_find(host, '/'));
}

/* The site's clock: as_of or the real time, for ages and windows. */
int64_t config_now_us(const struct config *c);

/* Writes a commented configuration with every key and its default, for diptych.conf.sample. */
void config_sample(FILE *out);

#endif
