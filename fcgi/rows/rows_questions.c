/* Reads questions on products and pairs, texts on pairs, editors' picks, and facts, with one statement.
 *
 * A pair's row belongs to both of its products.  When the reading has both, the row is taken for each of them.  A pick or a fact
 * belongs to one product.  A question or a text on a pair that has no words counts as none: pages that have nothing else would
 * be listed and announced for its sake. */
#include <stdlib.h>

#include "base/must.h"
#include "rows/rows_cells.h"
#include "rows/rows_facts.h"
#include "text/utf8.h"

/* In the order of a product's items: picks and facts come after everything else. */
enum kind { KIND_TEXT, KIND_QUESTION, KIND_PICK, KIND_FACT };

/* The tables use different columns for their texts, because a UNION of two collations is an error. */
enum { Q_KIND, Q_PRODUCT, Q_OTHER, Q_ID, Q_SORT, Q_DIGEST, Q_VALUE, Q_NOTE, Q_SOURCE, Q_CHECKED, Q_QUESTION, Q_ANSWER, Q_INTRO,
       Q_VERDICT, Q_REASON, Q_FORMAT };

struct item {
  struct product *owner;
  uint64_t other; /* product, 0: a question on the product alone; of a fact: its attribute */
  enum kind kind;
  int64_t sort;
  uint64_t id, digest;
  struct span first, second; /* intro and verdict, or question and answer, or a pick's reason, or value and note */
  enum body_format format;
  struct span source;        /* of a fact, like checked_us */
  int64_t checked_us;
};

/* The columns of a fact, in the rows of the other tables.  The search reads the first two. */
static void no_fact_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_puts(sql, r->texts ? ", NULL, NULL, NULL, NULL" : r->search ? ", NULL, NULL" : "");
}

/* The server merges the ranges of two indexes. */
static void either_sql(const struct rows_reading *r, struct buf *sql, const char *first, const char *second)
{
  buf_puts(sql, " (");
  rows_sql_in(sql, first, &r->set);
  buf_puts(sql, " OR");
  rows_sql_in(sql, second, &r->set);
  buf_puts(sql, ")");
}

static void questions_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT %d, f.product_id, f.other_product_id, f.id, f.sort, " ROWS_FAQ_DIGEST, KIND_QUESTION);
  no_fact_sql(r, sql);
  if (r->texts) {
    buf_puts(sql, ", f.question, ");
    rows_sql_body(sql, "f.answer_md", db_config(r->db)->markdown_bytes);
    buf_puts(sql, ", NULL, NULL, NULL, " ROWS_FORMAT_CELL);
  }
  buf_puts(sql, " FROM");
  rows_preview_source(sql, r->preview, PREVIEW_FAQ, "f");
  buf_puts(sql, ROWS_FORMAT_JOIN " WHERE f.status = 'published' AND " ROWS_HAS_WORDS("f.question")
                " AND " ROWS_HAS_WORDS("f.answer_md") " AND");
  either_sql(r, sql, "f.product_id", "f.other_product_id");
}

static void pair_sql(const struct rows_reading *r, struct buf *sql)
{
  int64_t most = db_config(r->db)->markdown_bytes;
  buf_printf(sql, "SELECT %d, c.product_id, c.other_product_id, c.id, 0, " ROWS_COMPARISON_DIGEST, KIND_TEXT);
  no_fact_sql(r, sql);
  if (r->texts) {
    buf_puts(sql, ", NULL, NULL, ");
    rows_sql_body(sql, "c.intro_md", most);
    buf_puts(sql, ", ");
    rows_sql_body(sql, "c.verdict_md", most);
    buf_puts(sql, ", NULL, " ROWS_FORMAT_CELL);
  }
  buf_puts(sql, " FROM");
  rows_preview_source(sql, r->preview, PREVIEW_COMPARISON, "c");
  buf_puts(sql, ROWS_FORMAT_JOIN " WHERE c.status = 'published' AND (" ROWS_HAS_WORDS("c.intro_md")
                " OR " ROWS_HAS_WORDS("c.verdict_md") ") AND");
  either_sql(r, sql, "c.product_id", "c.other_product_id");
}

static void picks_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT %d, a.product_id, a.other_product_id, a.id, a.sort, " ROWS_ALTERNATIVE_DIGEST, KIND_PICK);
  no_fact_sql(r, sql);
  if (r->texts)
    buf_puts(sql, ", NULL, NULL, NULL, NULL, a.reason, NULL");
  buf_puts(sql, " FROM");
  rows_preview_source(sql, r->preview, PREVIEW_ALTERNATIVE, "a");
  buf_puts(sql, " WHERE a.status = 'published' AND");
  rows_sql_in(sql, "a.product_id", &r->set);
}

/* One character more than is kept shows that a text is longer. */
static void values_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT %d, v.product_id, v.attribute_id, v.id, 0, " ROWS_FACT_DIGEST, KIND_FACT);
  if (r->texts || r->search)
    buf_printf(sql, ", LEFT(v.value, %d), LEFT(v.note, %d)", PRODUCT_VALUE_CHARS + 1, PRODUCT_VALUE_CHARS + 1);
  if (r->texts)
    buf_printf(sql, ", LEFT(v.source_url, %d), v.checked_on, NULL, NULL, NULL, NULL, NULL, NULL", PRODUCT_SOURCE_CHARS + 1);
  buf_puts(sql, " FROM site_fact v WHERE");
  rows_sql_in(sql, "v.product_id", &r->set);
}

/* Picks and then facts come last; picks have an order of their own. */
static int item_compare(const void *x, const void *y)
{
  const struct item *a = x, *b = y;
  enum kind late_a = a->kind < KIND_PICK ? KIND_TEXT : a->kind, late_b = b->kind < KIND_PICK ? KIND_TEXT : b->kind;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if (late_a != late_b)
    return late_a < late_b ? -1 : 1;
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

static void item_texts(struct rows_reading *r, struct db_rows *rows, struct item *to)
{
  static const struct {
    unsigned first, second;
  } columns[] = {[KIND_TEXT] = {Q_INTRO, Q_VERDICT},
                 [KIND_QUESTION] = {Q_QUESTION, Q_ANSWER},
                 [KIND_PICK] = {Q_REASON, Q_ANSWER},
                 [KIND_FACT] = {Q_VALUE, Q_NOTE}};
  bool line = to->kind == KIND_QUESTION || to->kind == KIND_PICK;
  to->first = line ? rows_line(r->arena, rows, columns[to->kind].first) : rows_cell(r->arena, rows, columns[to->kind].first);
  to->second = rows_cell(r->arena, rows, columns[to->kind].second);
  to->checked_us = CLOCK_NEVER;
  to->format = r->texts ? body_format_of(db_text(rows, Q_FORMAT)) : BODY_DEFAULT;
  if (r->texts && to->kind == KIND_FACT) {
    to->source = rows_address(r->arena, rows, Q_SOURCE);
    to->checked_us = db_time(rows, Q_CHECKED);
  }
}

/* The row as an item of one of its products.  false: it is none of this product, which is not in the reading or no pair with the
 * other one, or it names no attribute; only a foreign table can contain the last two. */
static bool item_take(struct rows_reading *r, struct db_rows *rows, enum kind kind, bool swapped, struct item *to)
{
  struct product *p = rows_reading_find(r, db_uint(rows, swapped ? Q_OTHER : Q_PRODUCT));
  uint64_t other = db_uint(rows, swapped ? Q_PRODUCT : Q_OTHER);
  if (!p || (kind != KIND_FACT && other == p->facts.id) || (kind != KIND_QUESTION && other == 0))
    return false;
  *to = (struct item){.owner = p, .other = other, .kind = kind, .sort = db_int(rows, Q_SORT), .id = db_uint(rows, Q_ID),
                      .digest = db_uint(rows, Q_DIGEST)};
  item_texts(r, rows, to);
  return true;
}

static struct item *items_take(struct rows_reading *r, struct db_rows *rows, size_t *n)
{
  struct item *items = ARENA_ARRAY(r->arena, 2 * rows->count + 1, struct item);
  *n = 0;
  while (items && db_next(rows)) {
    enum kind kind = (enum kind)db_uint(rows, Q_KIND);
    *n += kind <= KIND_FACT && item_take(r, rows, kind, false, &items[*n]);
    *n += kind <= KIND_QUESTION && item_take(r, rows, kind, true, &items[*n]);
  }
  if (items)
    *n = items_once(items, *n);
  return items;
}

/* A question without words is left out.  *n: their number. */
static struct question *questions_copy(struct rows_reading *r, const struct item *items, size_t *n)
{
  struct question *to = ARENA_ARRAY(r->arena, *n + 1, struct question);
  size_t kept = 0;
  for (size_t i = 0; to && i < *n; i++)
    if (items[i].first.n || !r->texts)
      to[kept++] = (struct question){items[i].id, items[i].first, items[i].second, items[i].format};
  *n = kept;
  return to;
}

/* One product's items about one other product, texts first. */
static enum err pair_set(struct rows_reading *r, const struct item *items, size_t n, struct pair_source *to)
{
  size_t texts = 0;
  while (texts < n && items[texts].kind == KIND_TEXT)
    texts++;
  *to = (struct pair_source){.other_id = items->other, .has_text = texts > 0};
  if (texts) {
    to->text_id = items->id;
    to->intro_md = items->first;
    to->verdict_md = items->second;
    to->format = items->format;
  }
  size_t n_questions = n - texts;
  to->questions = questions_copy(r, items + texts, &n_questions);
  to->n_questions = n_questions;
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
      picks[p->facts.n_picks] = (struct editors_pick){items[i].other, items[i].first};
      ids[p->facts.n_picks++] = items[i].other;
    }
  return ERR_OK;
}

/* The first value of each attribute that is not blank. */
static enum err values_set(struct rows_reading *r, struct product *p, const struct item *items, size_t n)
{
  struct recorded_value *to = ARENA_ARRAY(r->arena, n < PRODUCT_VALUES_MAX ? n : PRODUCT_VALUES_MAX, struct recorded_value);
  if (!to)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < n && p->n_values < PRODUCT_VALUES_MAX; i++) {
    struct span value = rows_text(r->arena, items[i].first, PRODUCT_VALUE_CHARS);
    if (!value.n || (p->n_values && to[p->n_values - 1].attribute_id == items[i].other))
      continue;
    MUST(p->n_values < n, "a product has more values than rows");
    to[p->n_values++] = (struct recorded_value){
        .attribute_id = items[i].other,
        .value = value,
        .note = rows_text(r->arena, items[i].second, PRODUCT_VALUE_CHARS),
        .source_url = utf8_count(items[i].source) > PRODUCT_SOURCE_CHARS ? SPAN("") : items[i].source,
        .checked_us = items[i].checked_us};
  }
  p->values = to;
  return ERR_OK;
}

/* How many items of this kind are at the end of the list. */
static size_t items_last(const struct item *items, size_t n, enum kind kind)
{
  size_t from = n;
  while (from && items[from - 1].kind == kind)
    from--;
  return n - from;
}

static enum err product_set(struct rows_reading *r, const struct item *items, size_t n)
{
  struct product *p = items->owner;
  size_t n_alone = 0, start;
  for (size_t i = 0; i < n; i++)
    rows_reading_mix(r, p, items[i].digest);
  size_t n_values = items_last(items, n, KIND_FACT), n_picks = items_last(items, n - n_values, KIND_PICK);
  n -= n_values + n_picks;
  if (n_picks && picks_set(r, p, items + n, n_picks) != ERR_OK)
    return ERR_NO_MEMORY;
  if (n_values && (r->texts || r->search) && values_set(r, p, items + n + n_picks, n_values) != ERR_OK)
    return ERR_NO_MEMORY;
  while (n_alone < n && items[n_alone].other == 0)
    n_alone++;
  size_t n_questions = n_alone;
  p->questions = questions_copy(r, items, &n_questions);
  p->n_questions = n_questions;
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

void rows_questions_sql(const struct rows_reading *r, struct buf *sql)
{
  questions_sql(r, sql);
  buf_puts(sql, " UNION ALL ");
  pair_sql(r, sql);
  buf_puts(sql, " UNION ALL ");
  picks_sql(r, sql);
  buf_puts(sql, " UNION ALL ");
  values_sql(r, sql);
}

enum err rows_questions_take(struct rows_reading *r, struct db_rows *rows)
{
  size_t n = 0, start = 0;
  struct item *items = items_take(r, rows, &n);
  enum err err = items ? ERR_OK : ERR_NO_MEMORY;
  for (size_t i = 1; err == ERR_OK && i <= n; i++) {
    if (i < n && items[i].owner == items[start].owner)
      continue;
    err = product_set(r, items + start, i - start);
    start = i;
  }
  return err;
}
