/* `diptych check` and `diptych lint`: check one by one what a pool with this configuration needs, and write a line for
 * each.  Missing folders are reported but do not fail the check: another account may be allowed to write there, and
 * systemd creates some of them at the start. */
#include "app/standalone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app_site.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/migrate.h"
#include "rows/rows_batch.h"
#include "rows/rows_terms.h"

#define ANSWER_US (10 * CLOCK_SECOND)
#define LINT_MS 120000

/* Checks one server of the list. */
static bool cache_check(const struct config *c, struct span server, struct cache_health_table *table, FILE *out)
{
  struct metrics m = {0};
  struct cache_healths one;
  struct cache *cache = table && cache_healths_open(&one, table, server) ? cache_new(c, &m, &one) : NULL;
  bool known = !cache || cache_names_wait(cache, ANSWER_US);
  bool ok = cache && known && cache_lease(cache, SPAN("diptych-check")) != ERR_UNAVAILABLE;
  if (ok)
    cache_release(cache, SPAN("diptych-check"));
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
  unsigned known = migrate_newest(c);
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

/* Runs the statements of the pages for the first products. */
static enum err readings_try(struct db *db, struct arena *arena)
{
  struct rows_batch batch;
  uint64_t ids[ROWS_PRODUCTS_MAX];
  struct rows_range first = {.until = UINT64_MAX, .most = ROWS_PRODUCTS_MAX};
  enum err e = rows_batch_range(db, &first, arena, clock_mono_us() + ANSWER_US, &batch);
  size_t n = e == ERR_OK ? batch.n : 0;
  for (size_t i = 0; i < n; i++)
    ids[i] = batch.products[i].facts.id;
  return e == ERR_OK ? rows_try(db, ids, n, arena, clock_mono_us() + ANSWER_US) : e;
}

static bool check_database(const struct config *c, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  struct rows_terms terms;
  const char *sentence = "", *where = *c->mysql_socket ? c->mysql_socket : c->mysql_host;
  struct db *db = db_new(c, &m, &b);
  struct arena *arena = arena_new(0);
  enum err e = db && arena ? rows_terms_read(db, arena, clock_mono_us() + ANSWER_US, &terms) : ERR_NO_MEMORY;
  if (e == ERR_OK)
    e = readings_try(db, arena);
  unsigned number = db ? db_failure(db, &sentence) : 0;
  if (e == ERR_OK)
    fprintf(out, "database   %s: answers; %zu sectors, %zu themes, %zu pages\n", where, terms.n_sectors, terms.n_themes,
            terms.n_pages);
  else
    fprintf(out, "database   %s: error %u: %s\n", where, number, sentence);
  if (e == ERR_OK)
    schema_note(db, c, out);
  arena_free(&arena);
  db_free(&db);
  return e == ERR_OK;
}

int standalone_lint(const struct config *c, FILE *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  const char *sentence = "";
  size_t found = 0;
  struct db *db = db_new(c, &m, &b);
  if (db)
    db_persist(db, LINT_MS);
  enum err e = db ? rows_lint(db, clock_mono_us() + LINT_MS * 1000, out, &found) : ERR_NO_MEMORY;
  if (e == ERR_OK) {
    fprintf(out, found ? "rows       %zu need attention\n" : "rows       all in order\n", found);
  } else {
    unsigned number = db ? db_failure(db, &sentence) : 0;
    fprintf(out, "rows       could not be read: error %u: %s\n", number, sentence);
  }
  db_free(&db);
  return e != ERR_OK || found;
}

static void folder_note(FILE *out, const char *what, const char *folder)
{
  struct stat st;
  if (stat(folder, &st) == 0 && !S_ISDIR(st.st_mode))
    errno = ENOTDIR;
  else if (access(folder, W_OK | X_OK) == 0)
    return;
  fprintf(out, "%-10s %s: %s: make the folder, and let the pool's account write to it\n", what, folder, strerror(errno));
}

/* Checks the folder of a file that the pool creates at its start. */
static void place_note(FILE *out, const char *what, const char *path)
{
  const char *slash = strrchr(path, '/');
  char *folder = !*path ? NULL : !slash ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
  if (folder)
    folder_note(out, what, folder);
  free(folder);
}

static void check_folders(const struct config *c, FILE *out)
{
  if (strchr(c->listen, '/'))
    place_note(out, "listen", c->listen);
  place_note(out, "control", c->control);
  place_note(out, "pid_file", c->pid_file);
  if (*c->state_dir) /* optional: lets a pool serve when it starts while the database is away */
    folder_note(out, "state", c->state_dir);
}

int standalone_check(const struct config *c, FILE *out)
{
  bool whole = app_site()->check(NULL, c, out) == 0;
  fprintf(out, "templates  %s: %s\n", c->template_dir, whole ? "compile" : "have faults");
  bool reached = check_database(c, out);
  bool cached = check_cache(c, out);
  check_folders(c, out);
  if (reached)
    standalone_lint(c, out); /* its findings do not fail the check: all other rows can be served */
  bool ok = whole && reached && cached;
  fprintf(out, "%s\n", ok ? "ready to serve" : "not ready to serve: see above");
  return !ok;
}
