/* `diptych check`: checks one by one what a pool with this configuration needs, and writes a line for
 * each.  The check fails when a start would fail. */
#include "app/standalone.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app_database.h"
#include "app/app_site.h"
#include "app/check_servers.h"
#include "app/check_places.h"
#include "app/check_secrets.h"
#include "app/service_unit.h"
#include "app/theme_command.h"
#include "base/messages.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/db_limits.h"
#include "db/db_purge.h"
#include "db/migration_files.h"
#include "db/schema.h"
#include "lint/lint.h"

#define ANSWER_US CHECK_ANSWER_US

/* Checks one server of the list. */
static bool cache_check(const struct config *c, struct span server, struct cache_health_table *table, FILE *out)
{
  struct metrics m = {0};
  struct cache_healths one;
  struct cache *cache = table && cache_healths_open(&one, table, server) ? cache_new(c, &m, &one) : NULL;
  bool known = !cache || cache_names_wait(cache, ANSWER_US);
  bool ok = cache && known && cache_lease(cache, SPAN("diptych-check")) != ERR_UNAVAILABLE;
  if (ok) {
    cache_release(cache, SPAN("diptych-check"));
    cache_settle(cache);
  }
  cache_free(&cache);
  fprintf(out, "cache      %.*s: %s\n", SPAN_ARG(server),
          ok      ? "answers"
          : known ? "does not answer: is memcached running there?"
                  : "its name is unknown: correct it, or the name server");
  return ok;
}

static bool check_cache(const struct config *c, FILE *out)
{
  struct span list = span_z(c->memcached);
  struct cache_health_table *table = aligned_alloc(_Alignof(struct cache_health_table), sizeof *table);
  bool all = true;
  if (table)
    memset(table, 0, sizeof *table);
  if (!list.n)
    fputs("cache      none configured: every page that is not in the page cache reads the database\n", out);
  while (list.n) {
    struct span server = span_trim(span_split(&list, ','));
    all = (!server.n || cache_check(c, server, table, out)) && all;
  }
  free(table);
  return all;
}

/* Compares the schema version with this program.  Sites with adapter views may have no table schema_version. */
static void schema_note(struct db *db, const struct config *c, FILE *out)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  unsigned known = migration_newest(c);
  buf_puts(&sql, "SELECT MAX(version) FROM schema_version");
  if (known && db_query(db, &sql, clock_mono_us() + ANSWER_US, &rows) == ERR_OK) {
    uint64_t has = db_next(&rows) ? db_uint(&rows, 0) : 0;
    if (has && has < known)
      fprintf(out, "schema     version %llu, and this diptych has %u: run `diptych migrate`\n", (unsigned long long)has, known);
    else if (has > known)
      fprintf(out, "schema     version %llu is newer than this diptych, which knows %u\n", (unsigned long long)has, known);
    db_rows_free(&rows);
  }
  buf_free(&sql);
}

/* Previews read one view of their own, which sites from before it have neither made nor granted. */
static void preview_note(struct db *db, const struct config *c, FILE *out)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  const char *sentence = "";
  if (!c->preview_age)
    return;
  buf_puts(&sql, "SELECT token, entity, entity_id, status, due_at, saved_at, product_id, other_product_id"
                 " FROM site_preview LIMIT 0");
  if (db_query(db, &sql, clock_mono_us() + ANSWER_US, &rows) == ERR_OK)
    db_rows_free(&rows);
  else {
    unsigned number = db_failure(db, &sentence);
    fprintf(out, "previews   answer 503: error %u: %s: run `diptych migrate`, then sql/accounts.sql and your adapter again\n",
            number, sentence);
  }
  buf_free(&sql);
}

/* What the administrator's account sees of the schema. */
static bool faults_of_admin(const struct config *c, struct arena *arena, struct schema_faults *faults)
{
  struct metrics m = {0};
  struct breaker b = {0};
  struct config admin = *c;
  admin.mysql_user = c->mysql_admin_user;
  admin.mysql_password = c->mysql_admin_password;
  struct db *db = db_new(&admin, &m, &b);
  if (!db)
    return false;
  db_quiet(db);
  enum err e = schema_faults_read(db, arena, clock_mono_us() + ANSWER_US, faults);
  db_free(&db);
  return e == ERR_OK && !faults->hidden;
}

/* A line for each part that the schema lacks.  Also when a reading fails: the part may be the reason. */
static void faults_note(struct db *db, const struct config *c, struct arena *arena, FILE *out)
{
  struct schema_faults faults, of_admin;
  if (schema_faults_read(db, arena, clock_mono_us() + ANSWER_US, &faults) != ERR_OK)
    return;
  if (faults.hidden && faults_of_admin(c, arena, &of_admin))
    faults = of_admin;
  else if (faults.hidden)
    fputs("schema     not compared: on MySQL, run sql/accounts.sql again so that mysql_user sees site_visible_schema; or run"
          " `diptych migrate --repair --dry-run`\n", out);
  for (size_t i = 0; i < faults.n; i++)
    fprintf(out, "schema     %.*s\n", SPAN_ARG(faults.v[i].words));
  if (faults.n)
    fputs("schema     run `diptych migrate --repair`\n", out);
}

static void purge_note(struct db *db, FILE *out)
{
  static const char *const views[] = {"site_schema", "site_visible_schema"}; /* the second: what MySQL hides in the first */
  uint64_t age_s;
  char trouble[320];
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  if (db_purge_ask(db, clock_mono_us() + ANSWER_US, &age_s) != ERR_OK || !*db_purge_trouble(age_s, trouble, sizeof trouble))
    return;
  fprintf(out, "purge      %s\n", trouble);
  for (size_t i = 0, found = 0; i < 2 && !found; i++) {
    buf_clear(&sql);
    buf_printf(&sql, "SELECT form, @@GLOBAL.event_scheduler FROM %s WHERE kind = 'event' AND name = '" DB_PURGE_EVENT "'",
               views[i]);
    found = db_query(db, &sql, clock_mono_us() + ANSWER_US, &rows) == ERR_OK && db_next(&rows);
    if (found)
      fprintf(out, "purge      on this server, the event is %.*s and event_scheduler is %.*s\n", SPAN_ARG(db_text(&rows, 0)),
              SPAN_ARG(db_text(&rows, 1)));
    db_rows_free(&rows);
  }
  buf_free(&sql);
}

/* Notes what the limit of connections means for scaling and reloads.  False: `workers` cannot work. */
static bool connections_note(struct db *db, const struct config *c, FILE *out)
{
  struct db_limits limits;
  struct buf why = BUF_INIT;
  if (db_limits_ask(db, clock_mono_us() + ANSWER_US, &limits) != ERR_OK)
    return true;
  bool automatic = c->workers == CONFIG_WORKERS_AUTO;
  bool ok = db_limits_admit(&limits, (int)(automatic ? c->workers_max : c->workers), &why);
  if (!ok && automatic)
    fprintf(out, "database   workers = auto with workers_max = %lld: %s\n", (long long)c->workers_max, buf_z(&why));
  else if (!ok)
    fprintf(out, "database   workers = %lld: %s\n", (long long)c->workers, buf_z(&why));
  else if (!db_limits_admit(&limits, (int)c->workers_max, &why))
    fprintf(out, "database   workers_max = %lld: %s\n", (long long)c->workers_max, buf_z(&why));
  buf_free(&why);
  return ok;
}

static bool check_database(const struct config *c, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  struct db *db = db_new(c, &m, &b);
  struct arena *arena = arena_new(0);
  if (db)
    db_quiet(db);
  enum err e = db && arena ? check_servers(c, arena, out) : ERR_NO_MEMORY;
  bool admitted = e != ERR_OK || connections_note(db, c, out);
  if (e == ERR_OK)
    schema_note(db, c, out);
  if (e == ERR_OK)
    preview_note(db, c, out);
  if (e == ERR_OK)
    purge_note(db, out);
  if (db && arena)
    faults_note(db, c, arena, out);
  arena_free(&arena);
  db_free(&db);
  return e == ERR_OK && admitted;
}

/* The memory that the processes of a pool share. */
static bool check_shared(const struct config *c, FILE *out)
{
  struct app_shared shared;
  if (app_shared_create(&shared, c, out) == 0)
    return true;
  fputs("memory     a start would fail: see the line above\n", out);
  return false;
}

static void verdict(const struct service_unit *u, bool ok, FILE *out)
{
  if (!ok)
    fputs("not ready to serve: see above\n", out);
  else if (*u->path && !u->entered && (*u->user || u->dynamic))
    fprintf(out, "ready to serve, if the account of %s has the same rights: run this as root to try\n", u->path);
  else
    fputs("ready to serve\n", out);
}

/* In the language of the site; in English when it has no catalogue, which the check of the templates has said. */
static void rows_note(const struct config *c, FILE *out)
{
  FILE *unread = fopen("/dev/null", "w");
  struct messages *messages = app_messages_read(c, unread ? unread : out);
  if (unread)
    fclose(unread);
  messages_use(messages);
  standalone_lint_lines(c, &(struct lint_options){.quick = true}, out);
  messages_use(NULL);
  messages_free(&messages);
}

static int config_check(const struct config *c, const struct service_unit *u, FILE *out)
{
  enum app_templates templates;
  bool whole = app_resources_check(c, &templates, out);
  if (templates == APP_TEMPLATES_COMPILE)
    fprintf(out, "templates  %s: compile\n", c->template_dir);
  if (templates == APP_TEMPLATES_FAULTY) /* the lines before name the file; it may be the theme's */
    fprintf(out, "templates  %s%s%s: have faults\n", c->template_dir, *c->theme_dir ? ", with the theme " : "", c->theme_dir);
  if (whole && *c->theme_dir)
    theme_check(c, out);
  bool reached = check_database(c, out);
  bool cached = check_cache(c, out);
  bool placed = check_places(c, u, out);
  bool shared = check_shared(c, out);
  check_secrets(c, out);
  if (reached) /* its findings do not fail the check: all other rows can be served */
    rows_note(c, out);
  bool ok = whole && reached && cached && placed && shared;
  verdict(u, ok, out);
  return !ok;
}

/* A service that may not read its configuration is the usual fault of a new installation. */
static void cure_print(const struct service_unit *u, const char *path, FILE *why)
{
  if (u->entered && access(path, R_OK) != 0 && *u->group)
    fprintf(why, "%s: %s must be able to read it: chgrp %s %s && chmod 640 %s\n", path, u->account, u->group, path, path);
  else if (u->entered)
    fprintf(why, "%s: read as %s, which %s names\n", path, u->account, u->own_account ? "user" : u->path);
}

int standalone_check(const char *path, const char *unit, FILE *out, FILE *why)
{
  struct service_unit u;
  service_unit_find(&u, unit, path);
  if (unit && !*u.path) {
    fprintf(why, "%s: cannot be read: name the unit of systemd\n", unit);
    return 1;
  }
  bool entered = service_unit_enter(&u, out);
  struct config *config = entered ? config_read(path, why) : NULL;
  if (config && !service_unit_enter_own(&u, config, why))
    config_free(&config);
  if (config && u.own_account) { /* what root could read, the account must be able to read */
    config_free(&config);
    config = config_read(path, why);
  }
  if (entered && !config)
    cure_print(&u, path, why);
  if (config && u.entered && !u.own_account)
    fprintf(out, "account    %s, as %s runs it\n", u.account + strlen("account "), u.path);
  else if (config && u.entered)
    fprintf(out, "account    %s, for which the pool leaves root\n", u.account + strlen("account "));
  int code = config ? config_check(config, &u, out) : 1;
  config_free(&config);
  service_unit_leave(&u);
  return code;
}
