#include "app/check_servers.h"

#include "app/app_database.h"
#include "base/clock.h"
#include "db/db.h"
#include "db/db_roles.h"
#include "rows/rows_terms.h"

/* role: filled when there are several servers. */
static enum err server_ask(struct db *db, struct arena *arena, struct db_role *role, FILE *out)
{
  struct rows_terms terms;
  char words[80];
  const char *sentence = "";
  enum err e = rows_terms_read(db, arena, clock_mono_us() + CHECK_ANSWER_US, &terms);
  if (e == ERR_OK)
    e = app_database_try(db, arena, clock_mono_us() + CHECK_ANSWER_US);
  unsigned number = db_failure(db, &sentence);
  if (db_servers_count(db) > 1 && (e == ERR_OK || e == ERR_INVALID))
    db_role_ask(db, clock_mono_us() + CHECK_ANSWER_US, role);
  if (e == ERR_OK)
    fprintf(out, "database   %s: answers%s%s; %zu sectors, %zu themes, %zu pages\n", db_server_name(db), role->up ? ", " : "",
            role->up ? db_role_words(role, words) : "", terms.n_sectors, terms.n_themes, terms.n_pages);
  else
    fprintf(out, "database   %s: error %u: %s\n", db_server_name(db), number, sentence);
  return e;
}

static void faults_print(const struct db_role *v, unsigned n, FILE *out)
{
  struct buf faults = BUF_INIT;
  db_roles_faults(v, n, &faults);
  struct span rest = buf_view(&faults);
  while (rest.n) {
    struct span line = span_split(&rest, '\n');
    fprintf(out, "database   %.*s\n", SPAN_ARG(line));
  }
  buf_free(&faults);
}

enum err check_servers(const struct config *c, struct arena *arena, FILE *out)
{
  struct db_role roles[BREAKER_SERVERS] = {0};
  unsigned n = 1;
  enum err first = ERR_OK;
  for (unsigned i = 0; i < n; i++) { /* each with a breaker of its own */
    struct metrics m = {0};
    struct breaker b = {0};
    struct db *db = db_new(c, &m, &b);
    if (!db)
      return ERR_NO_MEMORY;
    db_quiet(db);
    n = db_servers_count(db);
    db_only(db, i);
    enum err e = server_ask(db, arena, &roles[i], out);
    first = first == ERR_OK ? e : first;
    db_free(&db);
  }
  faults_print(roles, n, out);
  return first;
}
