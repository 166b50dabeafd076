#include "import/import.h"

#include <stdlib.h>

#include "base/clock.h"
#include "config.h"
#include "db/db_fault.h"
#include "import/import_fetch.h"
#include "import/import_rows.h"
#include "text/url.h"
#include "text/utf8.h"

#define ANSWER_MS 60000            /* of the database */
#define SOURCE_BYTES ((size_t)512 << 20) /* memory for one source */
#define RETRY_FIRST_S 900
#define RETRY_MOST_S 86400
#define ERROR_BYTES 400

struct import_work {
  const struct config *config;
  const struct import_options *options;
  FILE *out;
  struct db *db;
  struct arena *arena; /* of the sources */
  struct import_sources sources;
  struct import_fetch *fetches;
  const struct import_source **asked; /* of each fetch */
  size_t n_asked, added, failed;
  bool database_failed;
};

/* ---- lines */

static void source_put(struct buf *line, const struct import_source *s)
{
  buf_printf(line, "%.*s %.*s ", SPAN_ARG(s->product.slug), SPAN_ARG(s->kind_name));
  url_tidy(line, s->url);
  buf_puts(line, ": ");
}

static void count_put(struct buf *line, size_t n, const char *words)
{
  if (n)
    buf_printf(line, ", %zu %s", n, words);
}

static void line_write(struct import_work *w, struct buf *line)
{
  buf_putc(line, '\n');
  fputs(line->failed ? "out of memory\n" : buf_z(line), w->out);
  fflush(w->out);
  buf_free(line);
}

static void choice_put(struct buf *line, const struct import_choice *choice, size_t added, bool dry)
{
  buf_printf(line, "%zu %s, %zu known", added, dry ? "to add" : "added", choice->known);
  count_put(line, choice->prereleases, choice->prereleases == 1 ? "prerelease left out" : "prereleases left out");
  count_put(line, choice->future, "not out yet");
  count_put(line, choice->undated, "without a date remembered");
  count_put(line, choice->left_out, "beyond the first 1000 left out");
}

static void dry_put(struct buf *line, const struct import_choice *choice)
{
  char iso[CLOCK_ISO_MAX];
  for (size_t i = 0; i < choice->n; i++) {
    const struct import_release *r = &choice->v[i];
    if (r->at_us == CLOCK_NEVER)
      continue;
    clock_iso(iso, r->at_us, 0);
    struct span version = r->version.n ? r->version : SPAN("-");
    buf_printf(line, "\n  %s %s %s %.*s ", iso, r->kind, r->class, SPAN_ARG(version));
    buf_printf(line, "\"%.*s\" %.*s", SPAN_ARG(r->title), SPAN_ARG(r->url));
  }
}

/* ---- notes */

static int64_t retry_s(const struct import_source *s, int64_t asked_s)
{
  int64_t wait = RETRY_FIRST_S;
  for (unsigned i = 0; i < s->failures && wait < RETRY_MOST_S; i++)
    wait *= 2;
  wait = wait > RETRY_MOST_S ? RETRY_MOST_S : wait;
  return asked_s > wait ? asked_s : wait;
}

/* Rows that somebody else holds cost this source, and nothing else: it is asked again by the next run.  counted: the source
 * has failed already. */
static void database_fail(struct import_work *w, bool counted, struct buf *line)
{
  const char *message;
  unsigned number = db_failure(w->db, &message);
  bool locked = import_rows_locked(w->db);
  w->failed += locked && !counted;
  w->database_failed |= !locked;
  buf_printf(line, "not done: database error %u: %s", number, message);
}

static void note(struct import_work *w, const struct import_source *s, const struct import_note *n, struct buf *line)
{
  if (!w->options->dry && import_rows_note(w->db, s, n) != ERR_OK) {
    buf_puts(line, "; ");
    database_fail(w, n->error.n > 0, line);
  }
}

static void source_fail(struct import_work *w, const struct import_source *s, const struct import_fetch *f, struct span fault,
                        struct buf *line)
{
  struct import_note n = {.retry_s = retry_s(s, f->retry_after_s), .unchanged = true};
  char iso[CLOCK_ISO_MAX];
  clock_iso(iso, clock_now_us() + n.retry_s * CLOCK_SECOND, 0);
  n.error = utf8_clean(w->arena, span_head(fault, ERROR_BYTES));
  w->failed++;
  buf_printf(line, "failed: %.*s", SPAN_ARG(n.error));
  if (!w->options->dry)
    buf_printf(line, "; it is not asked again before %s", iso);
  note(w, s, &n, line);
}

/* ---- one source */

struct refusal {
  size_t n;         /* releases */
  struct span text; /* of the first; in the arena of the feed */
};

static void refusal_note(struct import_work *w, struct arena *arena, const struct import_release *r, struct refusal *refusal)
{
  const char *message;
  unsigned number = db_failure(w->db, &message);
  if (refusal->n++ == 0)
    refusal->text = arena_printf(arena, "\"%.*s\": database error %u: %s", SPAN_ARG(r->title), number, message);
}

static enum err add_all(struct import_work *w, const struct import_source *s, struct arena *arena, struct import_choice *choice,
                        size_t *added, struct refusal *refusal)
{
  for (size_t i = 0; i < choice->n; i++) {
    const struct import_release *r = &choice->v[i];
    bool mine = true;
    enum err e = w->options->dry ? ERR_OK : import_rows_add(w->db, s, r, w->options->draft, &mine);
    if (e != ERR_OK && !import_rows_refused(w->db))
      return e;
    if (e != ERR_OK)
      refusal_note(w, arena, r, refusal);
    else if (r->at_us != CLOCK_NEVER) {
      *added += mine;
      choice->known += !mine;
    }
  }
  w->added += *added;
  return ERR_OK;
}

static void feed_apply(struct import_work *w, const struct import_source *s, const struct import_fetch *f,
                       const struct import_feed *feed, struct buf *line)
{
  struct import_context context = {.kind = s->kind, .product = s->product, .now_us = clock_now_us()};
  struct import_keys known;
  struct import_choice choice = {0};
  struct refusal refusal = {0};
  size_t added = 0;
  enum err e = import_rows_known(w->db, feed->arena, s, &known, &context.first);
  if (e == ERR_OK) {
    import_choose(feed, &context, &known, &choice);
    e = arena_failed(feed->arena) ? ERR_NO_MEMORY : add_all(w, s, feed->arena, &choice, &added, &refusal);
  }
  if (e == ERR_NO_MEMORY) {
    source_fail(w, s, f, SPAN("out of memory"), line);
    return;
  }
  if (e != ERR_OK) {
    database_fail(w, false, line);
    return;
  }
  choice_put(line, &choice, added, w->options->dry);
  if (w->options->dry)
    dry_put(line, &choice);
  if (refusal.n) {
    buf_puts(line, "; ");
    source_fail(w, s, f, arena_printf(feed->arena, "the database refused %zu %s, first %.*s", refusal.n,
                                      refusal.n == 1 ? "release" : "releases", SPAN_ARG(refusal.text)), line);
    return;
  }
  /* A release that is not out yet must be seen again, although the document does not change. */
  struct import_note n = {.error = SPAN("")};
  if (!choice.future) {
    n.etag = f->new_etag;
    n.last_modified = f->new_last_modified;
  }
  note(w, s, &n, line);
}

static struct span status_fault(struct arena *a, const struct import_fetch *f)
{
  if (f->status == 429 || (f->status == 403 && f->retry_after_s))
    return arena_printf(a, "the host wants fewer requests (status %d)", f->status);
  if (f->status == 404 || f->status == 410)
    return arena_printf(a, "nothing is at this address (status %d)", f->status);
  return arena_printf(a, "the host answered with status %d", f->status);
}

static void body_apply(struct import_work *w, const struct import_source *s, const struct import_fetch *f, struct buf *line)
{
  struct arena *arena = arena_new(SOURCE_BYTES);
  struct import_document d = {.kind = s->kind, .bytes = f->body, .url = f->final_url, .charset = f->charset};
  struct import_feed feed;
  if (!arena)
    source_fail(w, s, f, SPAN("out of memory"), line);
  else if (!import_feed_read(&feed, arena, &d))
    source_fail(w, s, f, feed.fault.n ? feed.fault : SPAN("out of memory"), line);
  else
    feed_apply(w, s, f, &feed, line);
  arena_free(&arena);
}

static void answer_apply(void *arg, struct import_fetch *f)
{
  struct import_work *w = arg;
  const struct import_source *s = w->asked[f - w->fetches];
  struct buf line = BUF_INIT;
  if (w->database_failed)
    return;
  source_put(&line, s);
  if (f->skipped) {
    w->failed++;
    buf_printf(&line, "not asked: %.*s", SPAN_ARG(f->fault));
  } else if (f->fault.n)
    source_fail(w, s, f, f->fault, &line);
  else if (f->status == 304) {
    buf_puts(&line, "unchanged");
    note(w, s, &(struct import_note){.unchanged = true}, &line);
  } else if (f->status != 200)
    source_fail(w, s, f, status_fault(w->arena, f), &line);
  else
    body_apply(w, s, f, &line);
  line_write(w, &line);
}

/* ---- all */

static void waiting_write(struct import_work *w, const struct import_source *s)
{
  struct buf line = BUF_INIT;
  source_put(&line, s);
  struct span error = utf8_clean(w->arena, s->error);
  buf_printf(&line, "not asked before %.*s UTC: %.*s", SPAN_ARG(span_head(s->retry_at, 19)), SPAN_ARG(error));
  line_write(w, &line);
}

static bool fetches_make(struct import_work *w)
{
  size_t n = w->sources.n + 1;
  w->fetches = ARENA_ARRAY(w->arena, n, struct import_fetch);
  w->asked = ARENA_ARRAY(w->arena, n, const struct import_source *);
  for (size_t i = 0; w->fetches && w->asked && i < w->sources.n; i++) {
    const struct import_source *s = &w->sources.v[i];
    if (s->waits && !w->options->product) {
      w->failed++;
      waiting_write(w, s);
      continue;
    }
    struct import_fetch *f = &w->fetches[w->n_asked];
    w->asked[w->n_asked++] = s;
    f->github = s->kind == IMPORT_GITHUB_RELEASES;
    f->url = import_fetch_address(w->arena, s->url, f->github, s->kind == IMPORT_ENDOFLIFE);
    f->etag = w->options->dry || !s->etag.n ? NULL : arena_z(w->arena, s->etag);
    f->last_modified = w->options->dry || !s->last_modified.n ? NULL : arena_z(w->arena, s->last_modified);
  }
  return !arena_failed(w->arena);
}

static int database_refuse(struct import_work *w, FILE *why)
{
  const char *message;
  unsigned number = db_failure(w->db, &message);
  fprintf(why, "import: database error %u: ", number);
  db_fault_write(message, "import", why);
  fprintf(why, "; see mysql_import_user in %s and `import` in sql/README.md\n", w->config->path);
  return IMPORT_FAILED;
}

static int work_run(struct import_work *w, FILE *why)
{
  const struct import_options *o = w->options;
  bool locked = true;
  enum err e = o->dry ? ERR_OK : import_rows_lock(w->db, &locked);
  if (e == ERR_OK && !locked) {
    fputs("import: another run has not ended for ten minutes: see SHOW PROCESSLIST\n", why);
    return IMPORT_FAILED;
  }
  if (e == ERR_OK && !o->dry)
    e = import_rows_forget(w->db, w->arena);
  if (e == ERR_OK)
    e = import_rows_sources(w->db, w->arena, span_z(o->product), &w->sources);
  if (e != ERR_OK)
    return database_refuse(w, why);
  if (!w->sources.product_known) {
    fprintf(why, "import: no product has the slug %s\n", o->product);
    return IMPORT_FAILED;
  }
  struct import_fetch_limits limits = {.timeout_ms = w->config->import_timeout * 1000, .bytes = w->config->import_bytes,
                                       .allow_private = o->allow_private,
                                       .user_agent = arena_z(w->arena, arena_printf(w->arena, "diptych/" PACKAGE_VERSION " (+%s)",
                                                                                    w->config->base_url))};
  if (!fetches_make(w) || !import_fetch_all(w->fetches, w->n_asked, &limits, w->arena, answer_apply, w)) {
    fputs("import: out of memory\n", why);
    return IMPORT_FAILED;
  }
  fprintf(w->out, "%zu sources: %zu %s, %zu failed\n", w->sources.n, w->added, o->dry ? "to add" : "added", w->failed);
  return w->database_failed ? IMPORT_FAILED : w->failed ? IMPORT_SOURCES_FAILED : IMPORT_DONE;
}

int import_run(const struct config *c, const struct import_options *o, FILE *out, FILE *why)
{
  struct metrics metrics = {0};
  struct breaker breaker = {0};
  struct config login = *c;
  login.mysql_user = c->mysql_import_user;
  login.mysql_password = c->mysql_import_password;
  struct import_work w = {.config = c, .options = o, .out = out, .arena = arena_new(0), .db = db_new(&login, &metrics, &breaker)};
  int status = IMPORT_FAILED;
  if (w.db && w.arena) {
    db_persist(w.db, ANSWER_MS);
    db_quiet(w.db);
    status = work_run(&w, why);
  } else
    fputs("import: out of memory\n", why);
  db_free(&w.db);
  arena_free(&w.arena);
  return status;
}
