#include "import/import_rows.h"

#include "base/clock.h"
#include "text/slug.h"
#include "text/utf8.h"

#define STATEMENT_US (60 * CLOCK_SECOND)
#define LOCK_WAIT_S "20"
#define LOCK_TRIES 30
#define FORGET_AT_ONCE 500
#define ERROR_CHARS 500 /* the column */

enum { SERVER_DUPLICATE = 1062, SERVER_LOCK_WAIT_TIMEOUT = 1205, SERVER_DEADLOCK = 1213, SERVER_NO_PARENT = 1452 };

/* What a value can do wrong, and what a publisher's own CHECK (3819 of MySQL, 4025 of MariaDB) or trigger (1644) says. */
static const unsigned refusals[] = {1048, 1264, 1265, 1292, 1300, 1364, 1366, 1406, 1644, 3819, 4025};

static enum err ask(struct db *db, struct buf *sql, struct db_rows *rows)
{
  enum err e = db_query(db, sql, clock_mono_us() + STATEMENT_US, rows);
  buf_free(sql);
  return e;
}

static enum err row_change(struct db *db, struct buf *sql)
{
  struct db_rows rows;
  enum err e = ask(db, sql, &rows);
  db_rows_free(&rows);
  return e;
}

/* A literal that needs no escapes.  Empty: NULL. */
static void text_put(struct buf *sql, struct span s)
{
  if (!s.n) {
    buf_puts(sql, "NULL");
    return;
  }
  buf_puts(sql, "_utf8mb4 0x");
  for (size_t i = 0; i < s.n; i++)
    buf_printf(sql, "%02x", (unsigned char)s.p[i]);
}

static struct span cell(struct arena *a, const struct db_rows *rows, unsigned column)
{
  struct span s = db_text(rows, column);
  return arena_joined(a, &s, 1);
}

/* ---- reading */

static enum import_kind kind_of(struct span word)
{
#define KIND_WORD(name, word) word,
  static const char *const words[] = {IMPORT_KINDS(KIND_WORD)};
#undef KIND_WORD
  for (size_t i = 0; i < IMPORT_KIND_COUNT; i++)
    if (span_eq(word, span_z(words[i])))
      return (enum import_kind)i;
  return IMPORT_KIND_COUNT;
}

static enum err product_find(struct db *db, struct span slug, bool *known)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  buf_printf(&sql, "SELECT id FROM product WHERE slug = '%.*s'", SPAN_ARG(slug));
  enum err e = ask(db, &sql, &rows);
  *known = e == ERR_OK && rows.count;
  db_rows_free(&rows);
  return e;
}

static void source_take(struct arena *a, const struct db_rows *rows, struct import_source *s)
{
  *s = (struct import_source){.id = db_uint(rows, 0), .product_id = db_uint(rows, 1), .kind = kind_of(db_text(rows, 2)),
                              .kind_name = cell(a, rows, 2), .url = cell(a, rows, 3), .etag = cell(a, rows, 4),
                              .last_modified = cell(a, rows, 5), .error = cell(a, rows, 6), .retry_at = cell(a, rows, 7),
                              .failures = (unsigned)db_uint(rows, 8), .waits = db_uint(rows, 9) != 0};
  s->product = (struct import_product_names){.slug = cell(a, rows, 10), .name = utf8_trim(utf8_clean(a, cell(a, rows, 11)))};
}

enum err import_rows_sources(struct db *db, struct arena *a, struct span slug, struct import_sources *out)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  *out = (struct import_sources){.product_known = !slug.n};
  if (slug.n) {
    enum err e = slug_valid(slug) ? product_find(db, slug, &out->product_known) : ERR_OK;
    if (e != ERR_OK || !out->product_known)
      return e;
  }
  buf_puts(&sql, "SELECT s.id, s.product_id, s.kind, s.url, s.etag, s.last_modified, s.error, s.retry_at, s.failures,"
                 " s.retry_at > UTC_TIMESTAMP(6), p.slug, p.name FROM product_source s JOIN product p ON p.id = s.product_id"
                 " WHERE s.status = 'published' AND p.status <> 'archived'");
  if (slug.n)
    buf_printf(&sql, " AND p.slug = '%.*s'", SPAN_ARG(slug));
  buf_puts(&sql, " ORDER BY s.checked_at, s.id");
  enum err e = ask(db, &sql, &rows);
  if (e == ERR_OK)
    out->v = ARENA_ARRAY(a, rows.count + 1, struct import_source);
  while (out->v && db_next(&rows))
    source_take(a, &rows, &out->v[out->n++]);
  db_rows_free(&rows);
  return e == ERR_OK && arena_failed(a) ? ERR_NO_MEMORY : e;
}

enum err import_rows_lock(struct db *db, bool *got)
{
  enum err e = ERR_OK;
  *got = false;
  for (int tries = 0; tries < LOCK_TRIES && e == ERR_OK && !*got; tries++) {
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    buf_puts(&sql, "SELECT GET_LOCK(CONCAT('diptych.import.', LEFT(SHA2(DATABASE(), 256), 32)), " LOCK_WAIT_S ")");
    e = ask(db, &sql, &rows);
    *got = e == ERR_OK && db_next(&rows) && db_uint(&rows, 0) == 1;
    db_rows_free(&rows);
  }
  return e;
}

static enum err activities_read(struct db *db, struct arena *a, uint64_t product_id, struct import_keys *out)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  buf_printf(&sql, "SELECT kind, version, title, url, occurred_at FROM activity WHERE product_id = %llu",
             (unsigned long long)product_id);
  enum err e = ask(db, &sql, &rows);
  while (e == ERR_OK && db_next(&rows)) {
    struct import_activity activity = {.version = cell(a, &rows, 1), .title = cell(a, &rows, 2), .url = cell(a, &rows, 3),
                                       .at_us = db_time(&rows, 4), .release = span_eq(db_text(&rows, 0), SPAN("release"))};
    import_keys_add_activity(out, &activity);
  }
  db_rows_free(&rows);
  return e;
}

enum err import_rows_known(struct db *db, struct arena *a, const struct import_source *s, struct import_keys *out, bool *first)
{
  struct buf sql = BUF_INIT;
  struct db_rows rows;
  *out = (struct import_keys){.arena = a};
  *first = true;
  buf_printf(&sql, "SELECT release_key, source_id FROM import_release WHERE product_id = %llu", (unsigned long long)s->product_id);
  enum err e = ask(db, &sql, &rows);
  while (e == ERR_OK && db_next(&rows)) {
    import_keys_add(out, cell(a, &rows, 0));
    *first &= db_uint(&rows, 1) != s->id;
  }
  db_rows_free(&rows);
  if (e == ERR_OK)
    e = activities_read(db, a, s->product_id, out);
  return e == ERR_OK && arena_failed(a) ? ERR_NO_MEMORY : e;
}

/* ---- writing */

enum err import_rows_forget(struct db *db, struct arena *a)
{
  struct buf sql = BUF_INIT, ids = BUF_INIT;
  struct db_rows rows;
  buf_printf(&sql, "SELECT DISTINCT r.product_id FROM import_release r LEFT JOIN product p ON p.id = r.product_id"
                   " WHERE p.id IS NULL LIMIT %d", FORGET_AT_ONCE);
  enum err e = ask(db, &sql, &rows);
  while (e == ERR_OK && db_next(&rows)) {
    buf_puts(&ids, ids.n ? ", " : "DELETE FROM import_release WHERE product_id IN (");
    buf_uint(&ids, db_uint(&rows, 0));
  }
  db_rows_free(&rows);
  if (e == ERR_OK && ids.n) {
    buf_putc(&ids, ')');
    e = row_change(db, &ids);
  }
  buf_free(&ids);
  return e;
}

static void time_put(struct buf *sql, int64_t us)
{
  char iso[CLOCK_ISO_MAX];
  size_t n = clock_iso(iso, us, 6);
  iso[10] = ' ';
  buf_printf(sql, "'%.*s'", (int)n - 1, iso);
}

static enum err release_insert(struct db *db, const struct import_source *s, struct span key, const struct import_release *r,
                               bool draft, bool *added)
{
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "INSERT INTO import_release (product_id, source_id, release_key%s) VALUES (%llu, %llu, '%.*s'",
             r ? ", status, kind, class, title, url, version, occurred_at" : "", (unsigned long long)s->product_id,
             (unsigned long long)s->id, SPAN_ARG(key));
  if (r) {
    buf_printf(&sql, ", '%s', '%s', '%s', ", draft ? "draft" : "published", r->kind, r->class);
    text_put(&sql, r->title);
    buf_puts(&sql, ", ");
    text_put(&sql, r->url);
    buf_puts(&sql, ", ");
    text_put(&sql, r->version);
    buf_puts(&sql, ", ");
    time_put(&sql, r->at_us);
  }
  buf_putc(&sql, ')');
  enum err e = row_change(db, &sql);
  const char *message;
  unsigned number = e == ERR_OK ? 0 : db_failure(db, &message);
  *added = e == ERR_OK;
  /* The product may have been deleted while its source was asked. */
  return number == SERVER_DUPLICATE || number == SERVER_NO_PARENT ? ERR_OK : e;
}

enum err import_rows_add(struct db *db, const struct import_source *s, const struct import_release *r, bool draft, bool *added)
{
  bool other;
  enum err e = release_insert(db, s, r->key, r->at_us == CLOCK_NEVER ? NULL : r, draft, added);
  if (e == ERR_OK && r->other_key.n)
    e = release_insert(db, s, r->other_key, NULL, draft, &other);
  return e;
}

bool import_rows_locked(struct db *db)
{
  const char *message;
  unsigned number = db_failure(db, &message);
  return number == SERVER_LOCK_WAIT_TIMEOUT || number == SERVER_DEADLOCK;
}

bool import_rows_refused(struct db *db)
{
  const char *message;
  unsigned number = db_failure(db, &message);
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    if (number == refusals[i])
      return true;
  return false;
}

enum err import_rows_note(struct db *db, const struct import_source *s, const struct import_note *n)
{
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "UPDATE product_source SET checked_at = UTC_TIMESTAMP(6), error = ");
  text_put(&sql, utf8_cut(n->error, ERROR_CHARS));
  if (n->error.n)
    buf_printf(&sql, ", failures = failures + 1, retry_at = DATE_ADD(UTC_TIMESTAMP(6), INTERVAL %lld SECOND)",
               (long long)n->retry_s);
  else
    buf_puts(&sql, ", failures = 0, retry_at = NULL");
  if (!n->unchanged) {
    buf_puts(&sql, ", etag = ");
    text_put(&sql, n->etag);
    buf_puts(&sql, ", last_modified = ");
    text_put(&sql, n->last_modified);
  }
  /* An editor may have changed the address while it was asked. */
  buf_printf(&sql, " WHERE id = %llu AND kind = '%.*s' AND url = ", (unsigned long long)s->id, SPAN_ARG(s->kind_name));
  text_put(&sql, s->url);
  return row_change(db, &sql);
}
