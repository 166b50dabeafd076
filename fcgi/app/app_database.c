#include "app/app_database.h"

#include "config/config_diff.h"
#include "db/db_limits.h"
#include "rows/rows_batch.h"
#include "rows/rows_terms.h"

#define START_US (2 * CLOCK_SECOND)
#define RELOAD_US (6 * CLOCK_SECOND) /* for each of two configurations; see CHECK_US in pool/reload.c */

struct answer {
  enum err login, statements;
  struct db_limits limits;
  unsigned number; /* of the failure */
  char server[264];
  char message[400];
};

enum err app_database_try(struct db *db, struct arena *arena, int64_t deadline_us)
{
  struct rows_batch batch;
  struct rows_terms terms;
  uint64_t ids[ROWS_PRODUCTS_MAX];
  struct rows_range first = {.until = UINT64_MAX, .most = ROWS_PRODUCTS_MAX};
  enum err e = rows_terms_read(db, arena, deadline_us, &terms);
  if (e == ERR_OK)
    e = rows_batch_range(db, &first, arena, deadline_us, &batch);
  size_t n = e == ERR_OK ? batch.n : 0;
  for (size_t i = 0; i < n; i++)
    ids[i] = batch.products[i].facts.id;
  return e == ERR_OK ? rows_try(db, ids, n, arena, deadline_us) : e;
}

static void answer_ask(const struct config *c, bool statements, int64_t deadline_us, struct answer *out)
{
  struct metrics m = {0};
  struct breaker b = {0};
  const char *sentence = "";
  struct db *db = db_new(c, &m, &b);
  struct arena *arena = arena_new(0);
  *out = (struct answer){.login = ERR_NO_MEMORY, .statements = ERR_OK};
  if (db && arena) {
    db_quiet(db);
    out->login = db_connect(db, deadline_us);
    if (out->login == ERR_OK && statements)
      out->statements = app_database_try(db, arena, deadline_us);
    if (out->login == ERR_OK && out->statements == ERR_OK && db_limits_ask(db, deadline_us, &out->limits) != ERR_OK)
      out->limits = (struct db_limits){0};
    out->number = db_failure(db, &sentence);
    snprintf(out->message, sizeof out->message, "%s", sentence);
    snprintf(out->server, sizeof out->server, "%s", db_server_name(db));
  }
  arena_free(&arena);
  db_free(&db);
}

/* The database in force passes where the new one failed.  A login that the server refuses is also compared with the
 * connection of the watcher: it may be older than a change of the password. */
static bool in_force_passes(const struct app_admission *a, const struct answer *next, bool same, bool up)
{
  struct answer now;
  bool refused = next->login != ERR_OK && next->login != ERR_UNAVAILABLE && next->login != ERR_RETRY;
  if (refused && up)
    return true;
  if (same)
    return false;
  answer_ask(a->in_force, next->login == ERR_OK, clock_mono_us() + RELOAD_US, &now);
  return now.login == ERR_OK && now.statements == ERR_OK;
}

static int limits_check(const struct app_admission *a, const struct answer *next, FILE *why)
{
  struct buf reason = BUF_INIT;
  int refused = a->workers > a->workers_now && !db_limits_admit(&next->limits, a->workers, &reason);
  if (refused)
    fprintf(why, "%s: %s%s\n", a->next->path, a->next->workers == CONFIG_WORKERS_AUTO ? "workers = auto with workers_max: " : "",
            buf_z(&reason));
  buf_free(&reason);
  return refused;
}

int app_database_admit(const struct app_admission *a, bool up, FILE *why)
{
  struct answer next;
  const struct config *c = a->next;
  bool same = a->in_force && config_diff_same_database(a->in_force, c);
  answer_ask(c, a->in_force && !same, clock_mono_us() + (a->in_force ? RELOAD_US : START_US), &next);
  if (next.login == ERR_OK && next.statements == ERR_OK)
    return limits_check(a, &next, why);
  if (!a->in_force || !in_force_passes(a, &next, same, up))
    return 0;
  fprintf(why, "%s: database %s at %s: error %u, %s\n", c->path, c->mysql_database, next.server, next.number, next.message);
  return 1;
}
