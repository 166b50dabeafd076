/* All bodies are read first; then statements ask for a thousand activities at a time. */
#include "lint/lint_cited.h"

#include <stdlib.h>

#include "base/clock.h"
#include "rows/rows_sql.h"

#define ASKED_MOST 1000 /* ids in one statement */

enum { A_ID, A_PRODUCT, A_PUBLISHED, A_DUE };

struct citation {
  uint64_t activity, product, other, id; /* id: of the row */
  const char *column;
  char table[16];
};

struct lint_cited {
  struct citation *v;
  size_t n, room;
  bool failed;
};

struct lint_cited *lint_cited_new(void)
{
  return calloc(1, sizeof(struct lint_cited));
}

void lint_cited_free(struct lint_cited **c)
{
  if (*c)
    free((*c)->v);
  free(*c);
  *c = NULL;
}

void lint_cited_add(struct lint_cited *c, const struct lint_place *at, uint64_t activity)
{
  if (c->n == c->room) {
    size_t room = c->room ? 2 * c->room : 64;
    struct citation *v = reallocarray(c->v, room, sizeof *v);
    c->failed = c->failed || !v;
    if (!v)
      return;
    c->v = v;
    c->room = room;
  }
  struct citation *to = &c->v[c->n++];
  *to = (struct citation){.activity = activity, .product = at->product, .other = at->other, .id = at->id, .column = at->column};
  memcpy(to->table, at->table.p, at->table.n < sizeof to->table ? at->table.n : sizeof to->table - 1);
}

static int citation_compare(const void *x, const void *y)
{
  const struct citation *a = x, *b = y;
  return (a->activity > b->activity) - (a->activity < b->activity);
}

static void citation_found(struct lint *l, const struct citation *c, const char *meaning)
{
  struct lint_place at = {.table = span_z(c->table), .id = c->id, .product = c->product, .column = c->column};
  char words[40];
  int n = snprintf(words, sizeof words, "[^activity:%llu]", (unsigned long long)c->activity);
  lint_found(l, LINT_activity_unknown, &at, span_of(words, (size_t)n), LINT_SAYING(meaning));
}

static bool is_owner(const struct citation *c, uint64_t product)
{
  return product && (product == c->product || product == c->other);
}

/* The row of the activity, if any: of copies, the first. */
static void citation_judge(struct lint *l, const struct citation *c, const struct db_rows *row)
{
  if (!c->product)
    citation_found(l, c, N_("only texts about a product or a pair can name an activity: nothing is shown"));
  else if (!row)
    citation_found(l, c, N_("there is no such activity: nothing is shown"));
  else if (!is_owner(c, db_uint(row, A_PRODUCT)))
    citation_found(l, c, N_("an activity of another product: nothing is shown"));
  else if (!db_uint(row, A_PUBLISHED))
    citation_found(l, c, N_("an activity that is not published: nothing is shown"));
  else if (!db_uint(row, A_DUE))
    citation_found(l, c, N_("an activity of a day that has not come, or does not exist: nothing is shown until then"));
}

static enum err ask(struct lint *l, const struct citation *v, size_t n, struct db_rows *rows)
{
  struct buf ids = BUF_INIT, now = BUF_INIT;
  int64_t frozen = db_config(l->db)->as_of_us;
  for (size_t i = 0; i < n; i++)
    buf_printf(&ids, i ? ", %llu" : "%llu", (unsigned long long)v[i].activity);
  rows_sql_time(&now, frozen == CLOCK_NEVER ? clock_now_us() : frozen);
  bool failed = ids.failed || now.failed;
  enum err err = failed ? ERR_NO_MEMORY
                        : lint_ask(l, rows,
                                   "SELECT id, product_id, status = 'published', IFNULL(" ROWS_DAY_EXISTS("occurred_at")
                                   " AND occurred_at BETWEEN " ROWS_EARLIEST " AND %s, 0) FROM site_activity WHERE id IN (%s)"
                                   " ORDER BY id", buf_z(&now), buf_z(&ids));
  buf_free(&ids);
  buf_free(&now);
  return err;
}

static enum err part_judge(struct lint *l, const struct citation *v, size_t n)
{
  struct db_rows rows;
  enum err err = ask(l, v, n, &rows);
  bool row = err == ERR_OK && db_next(&rows);
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    while (row && db_uint(&rows, A_ID) < v[i].activity)
      row = db_next(&rows);
    citation_judge(l, &v[i], row && db_uint(&rows, A_ID) == v[i].activity ? &rows : NULL);
  }
  if (err != ERR_NO_MEMORY)
    db_rows_free(&rows);
  return err;
}

enum err lint_cited_judge(struct lint_cited *c, struct lint *l)
{
  enum err err = c->failed ? ERR_NO_MEMORY : ERR_OK;
  if (c->n)
    qsort(c->v, c->n, sizeof *c->v, citation_compare);
  for (size_t i = 0; i < c->n && err == ERR_OK; i += ASKED_MOST)
    err = part_judge(l, c->v + i, c->n - i < ASKED_MOST ? c->n - i : ASKED_MOST);
  return err;
}
