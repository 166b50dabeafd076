/* Reads questions on products and pairs, texts on pairs, and editors' picks, with one statement.
 *
 * A pair's row belongs to both of its products, so each of its tables is read twice: once by each of its two product
 * columns.  When the reading has both products, the row is taken for each of them.  A pick belongs to one product. */
#include <stdlib.h>

#include "rows/rows_cells.h"
#include "rows/rows_facts.h"

enum kind { KIND_TEXT, KIND_QUESTION, KIND_PICK };

/* The tables use different columns for their texts, because a UNION of two collations is an error. */
enum { Q_KIND, Q_PRODUCT, Q_OTHER, Q_ID, Q_SORT, Q_DIGEST, Q_QUESTION, Q_ANSWER, Q_INTRO, Q_VERDICT, Q_REASON };

struct item {
  struct product *owner;
  uint64_t other; /* 0: a question on the product alone */
  enum kind kind;
  int64_t sort;
  uint64_t id, digest;
  struct span first, second; /* intro and verdict, or question and answer, or a pick's reason */
};

static void questions_sql(const struct rows_reading *r, struct buf *sql, bool swapped)
{
  const char *owner = swapped ? "f.other_product_id" : "f.product_id";
  const char *other = swapped ? "f.product_id" : "f.other_product_id";
  buf_printf(sql, "SELECT %d, %s, %s, f.id, f.sort, " ROWS_FAQ_DIGEST, KIND_QUESTION, owner, other);
  if (r->texts)
    buf_printf(sql, ", f.question, LEFT(f.answer_md, %llu), NULL, NULL, NULL",
               (unsigned long long)db_config(r->db)->markdown_bytes + 1);
  buf_puts(sql, " FROM site_faq f WHERE f.status = 'published' AND");
  rows_sql_in(sql, owner, &r->set);
}

static void pair_sql(const struct rows_reading *r, struct buf *sql, bool swapped)
{
  const char *owner = swapped ? "c.other_product_id" : "c.product_id";
  const char *other = swapped ? "c.product_id" : "c.other_product_id";
  unsigned long long cap = (unsigned long long)db_config(r->db)->markdown_bytes + 1;
  buf_printf(sql, "SELECT %d, %s, %s, c.id, 0, " ROWS_COMPARISON_DIGEST, KIND_TEXT, owner, other);
  if (r->texts)
    buf_printf(sql, ", NULL, NULL, LEFT(c.intro_md, %llu), LEFT(c.verdict_md, %llu), NULL", cap, cap);
  buf_puts(sql, " FROM site_comparison c WHERE c.status = 'published' AND");
  rows_sql_in(sql, owner, &r->set);
}

static void picks_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT %d, a.product_id, a.other_product_id, a.id, a.sort, " ROWS_ALTERNATIVE_DIGEST, KIND_PICK);
  if (r->texts)
    buf_puts(sql, ", NULL, NULL, NULL, NULL, a.reason");
  buf_puts(sql, " FROM site_alternative a WHERE a.status = 'published' AND");
  rows_sql_in(sql, "a.product_id", &r->set);
}

/* Picks come last, in their own order. */
static int item_compare(const void *x, const void *y)
{
  const struct item *a = x, *b = y;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if ((a->kind == KIND_PICK) != (b->kind == KIND_PICK))
    return a->kind == KIND_PICK ? 1 : -1;
  if (a->kind != KIND_PICK && a->other != b->other)
    return a->other < b->other ? -1 : 1;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->sort != b->sort)
    return a->sort < b->sort ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

/* Puts copies of a row side by side, the least digest first. */
static int item_row_compare(const void *x, const void *y)
{
  const struct item *a = x, *b = y;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if (a->other != b->other)
    return a->other < b->other ? -1 : 1;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->id != b->id)
    return a->id < b->id ? -1 : 1;
  return (a->digest > b->digest) - (a->digest < b->digest);
}

/* Removes copies of a row that a view returns several times; the copy with the least digest stays.  Returns the number
 * of items left, in the order in which they are shown. */
static size_t items_once(struct item *items, size_t n)
{
  size_t kept = 0;
  qsort(items, n, sizeof *items, item_row_compare);
  for (size_t i = 0; i < n; i++) {
    const struct item *last = kept ? &items[kept - 1] : NULL;
    if (!last || last->owner != items[i].owner || last->other != items[i].other || last->kind != items[i].kind ||
        last->id != items[i].id)
      items[kept++] = items[i];
  }
  qsort(items, kept, sizeof *items, item_compare);
  return kept;
}

static struct item *items_take(struct rows_reading *r, struct db_rows *rows, size_t *n)
{
  struct item *items = ARENA_ARRAY(r->arena, rows->count + 1, struct item);
  *n = 0;
  while (items && db_next(rows)) {
    struct product *p = rows_reading_find(r, db_uint(rows, Q_PRODUCT));
    enum kind kind = (enum kind)db_uint(rows, Q_KIND);
    uint64_t other = db_uint(rows, Q_OTHER);
    if (!p || other == p->facts.id || (kind != KIND_QUESTION && other == 0))
      continue; /* not a pair; only a foreign table can contain such a row */
    unsigned first = kind == KIND_TEXT ? Q_INTRO : kind == KIND_QUESTION ? Q_QUESTION : Q_REASON;
    items[(*n)++] = (struct item){p,
                                  other,
                                  kind,
                                  db_int(rows, Q_SORT),
                                  db_uint(rows, Q_ID),
                                  db_uint(rows, Q_DIGEST),
                                  rows_cell(r->arena, rows, first),
                                  rows_cell(r->arena, rows, kind == KIND_TEXT ? Q_VERDICT : Q_ANSWER)};
  }
  if (items)
    *n = items_once(items, *n);
  return items;
}

static struct question *questions_copy(struct rows_reading *r, const struct item *items, size_t n)
{
  struct question *to = ARENA_ARRAY(r->arena, n + 1, struct question);
  for (size_t i = 0; to && i < n; i++)
    to[i] = (struct question){items[i].id, items[i].first, items[i].second};
  return to;
}

/* One product's items about one other product, texts first. */
static enum err pair_set(struct rows_reading *r, const struct item *items, size_t n, struct pair_source *to)
{
  size_t texts = 0;
  while (texts < n && items[texts].kind == KIND_TEXT)
    texts++;
  *to = (struct pair_source){.other_id = items->other, .has_text = texts > 0, .n_questions = n - texts};
  if (texts) {
    to->intro_md = items->first;
    to->verdict_md = items->second;
  }
  to->questions = questions_copy(r, items + texts, n - texts);
  return to->questions ? ERR_OK : ERR_NO_MEMORY;
}

static bool has_pick(const struct product *p, uint64_t other)
{
  for (uint32_t i = 0; i < p->facts.n_picks; i++)
    if (p->facts.picks[i] == other)
      return true;
  return false;
}

/* Each product once, at its first place. */
static enum err picks_set(struct rows_reading *r, struct product *p, const struct item *items, size_t n)
{
  uint64_t *ids = ARENA_ARRAY(r->arena, PRODUCT_PICKS_MAX, uint64_t);
  struct editors_pick *picks = ARENA_ARRAY(r->arena, PRODUCT_PICKS_MAX, struct editors_pick);
  if (!ids || !picks)
    return ERR_NO_MEMORY;
  p->facts.picks = ids;
  p->picks = picks;
  for (size_t i = 0; i < n && p->facts.n_picks < PRODUCT_PICKS_MAX; i++)
    if (!has_pick(p, items[i].other)) {
      picks[p->facts.n_picks] = (struct editors_pick){items[i].other, span_trim(items[i].first)};
      ids[p->facts.n_picks++] = items[i].other;
    }
  return ERR_OK;
}

static enum err product_set(struct rows_reading *r, const struct item *items, size_t n)
{
  struct product *p = items->owner;
  size_t n_alone = 0, start, all = n;
  for (size_t i = 0; i < n; i++)
    rows_reading_mix(r, p, items[i].digest);
  while (n && items[n - 1].kind == KIND_PICK)
    n--;
  if (n < all && picks_set(r, p, items + n, all - n) != ERR_OK)
    return ERR_NO_MEMORY;
  while (n_alone < n && items[n_alone].other == 0)
    n_alone++;
  p->questions = questions_copy(r, items, n_alone);
  p->n_questions = n_alone;
  p->facts.has_questions = n_alone > 0;
  struct pair_source *pairs = ARENA_ARRAY(r->arena, n - n_alone + 1, struct pair_source);
  if (!p->questions || !pairs)
    return ERR_NO_MEMORY;
  p->pairs = pairs;
  for (size_t i = start = n_alone; i < n; i++) {
    if (i + 1 < n && items[i + 1].other == items[start].other)
      continue;
    enum err err = pair_set(r, items + start, i + 1 - start, &pairs[p->n_pairs++]);
    if (err != ERR_OK)
      return err;
    start = i + 1;
  }
  return ERR_OK;
}

enum err rows_questions_read(struct rows_reading *r)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  size_t n = 0, start = 0;
  for (int swapped = 0; swapped < 2; swapped++) {
    buf_puts(&sql, swapped ? " UNION ALL " : "");
    questions_sql(r, &sql, swapped);
    buf_puts(&sql, " UNION ALL ");
    pair_sql(r, &sql, swapped);
  }
  buf_puts(&sql, " UNION ALL ");
  picks_sql(r, &sql);
  enum err err = db_query(r->db, &sql, r->deadline_us, &rows);
  buf_free(&sql);
  struct item *items = err == ERR_OK ? items_take(r, &rows, &n) : NULL;
  if (err == ERR_OK && !items)
    err = ERR_NO_MEMORY;
  for (size_t i = 1; err == ERR_OK && i <= n; i++) {
    if (i < n && items[i].owner == items[start].owner)
      continue;
    err = product_set(r, items + start, i - start);
    start = i;
  }
  db_rows_free(&rows);
  return err;
}
