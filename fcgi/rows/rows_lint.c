/* Lists rows of a foreign CMS that no page can show, or that pages show differently from what editors may expect.
 *
 * Slugs are checked with the function that also excludes them from readings.  Every other rule is one statement, whose
 * rows are (table, id, value). */
#include "base/clock.h"
#include "model/product.h"
#include "rows/rows.h"
#include "rows/rows_lint_facts.h"
#include "rows/rows_lint_lines.h"
#include "text/slug.h"

/* X(table, page); page: the first words of the site's own paths are reserved */
#define SLUG_TABLES(X) X(product, false) X(product_alias, false) X(sector, false) X(theme, false) X(attribute, false) X(page, true)

#define WORDS(table, column, words, reads_as)                                                                          \
  {"SELECT '" table "', id, " column " FROM site_" table " WHERE " column " IS NULL OR " column " NOT IN (" words ")", \
   column " is none of " words ": it reads as " reads_as}
#define STATUS(table) WORDS(table, "status", "'draft', 'published', 'archived'", "draft")
#define OWNER(table, column, owner)                                                                                    \
  {"SELECT '" table "', l.id, l." column " FROM site_" table " l LEFT JOIN site_" owner " o ON o.id = l." column       \
   " WHERE l." column " IS NOT NULL AND o.id IS NULL",                                                                 \
   column " names no " owner ": the row is not shown"}
#define LIMITED_(table, what, most)                                                                                      \
  {"SELECT 'product', product_id, COUNT(DISTINCT id) FROM site_" table " GROUP BY product_id HAVING COUNT(DISTINCT id) > " #most, \
   "this many " what ": only the first " #most " by sort are shown"}
#define LIMITED(table, what, most) LIMITED_(table, what, most)
#define DUPLICATE_SLUG(table)                                                                                                   \
  {"SELECT '" table "', MAX(id), slug FROM site_" table " GROUP BY slug HAVING COUNT(DISTINCT id) > 1",                \
   "the slug is there more than once: only one row is found by it"}

#define GRADED "status = 'published' AND prediction_state IN ('came_true', 'failed')"

#define REPEATED(table)                                                                                                \
  {"SELECT '" table "', id, COUNT(*) FROM site_" table " GROUP BY id HAVING COUNT(*) > 1",                             \
   "the view returns this id several times: the row counts once; does the view join something that is stored several times?"}

static const struct rule {
  const char *sql, *meaning;
} rules[] = {
    REPEATED("product"),
    REPEATED("sector"),
    REPEATED("theme"),
    REPEATED("product_sector"),
    REPEATED("product_theme"),
    REPEATED("product_alias"),
    REPEATED("editorial"),
    REPEATED("activity"),
    REPEATED("faq"),
    REPEATED("comparison"),
    REPEATED("page"),
    REPEATED("attribute"),
    REPEATED("attribute_sector"),
    REPEATED("fact"),
    STATUS("product"),
    STATUS("editorial"),
    STATUS("activity"),
    STATUS("faq"),
    STATUS("comparison"),
    STATUS("page"),
    STATUS("attribute"),
    WORDS("product", "lifecycle", "'active', 'maintenance', 'discontinued'", "active"),
    WORDS("editorial", "prediction_state", "'open', 'came_true', 'failed'", "open"),
    WORDS("activity", "kind", "'release', 'post', 'event'", "release"),
    WORDS("activity", "class", "'spark', 'improvement', 'trivial'", "trivial"),
    WORDS("attribute", "kind", "'text', 'number', 'bool', 'date', 'version', 'list', 'url'", "text"),
    DUPLICATE_SLUG("product"),
    DUPLICATE_SLUG("sector"),
    DUPLICATE_SLUG("theme"),
    DUPLICATE_SLUG("page"),
    DUPLICATE_SLUG("attribute"),
    LIMITED("product_sector", "sectors", PRODUCT_SECTORS_MAX),
    LIMITED("product_theme", "themes", PRODUCT_THEMES_MAX),
    OWNER("product_sector", "product_id", "product"),
    OWNER("product_sector", "sector_id", "sector"),
    OWNER("product_theme", "product_id", "product"),
    OWNER("product_theme", "theme_id", "theme"),
    OWNER("product_alias", "product_id", "product"),
    OWNER("editorial", "product_id", "product"),
    OWNER("activity", "product_id", "product"),
    OWNER("faq", "product_id", "product"),
    OWNER("faq", "other_product_id", "product"),
    OWNER("comparison", "product_id", "product"),
    OWNER("comparison", "other_product_id", "product"),
    OWNER("attribute_sector", "attribute_id", "attribute"),
    OWNER("attribute_sector", "sector_id", "sector"),
    OWNER("fact", "product_id", "product"),
    OWNER("fact", "attribute_id", "attribute"),
    {"SELECT 'editorial', id, published_at FROM site_editorial WHERE status = 'published' AND published_at IS NULL",
     "published without published_at: it never becomes due"},
    {"SELECT 'editorial', e.id, e.prediction_activity_id FROM site_editorial e LEFT JOIN site_activity a"
     " ON a.id = e.prediction_activity_id WHERE e.prediction_activity_id IS NOT NULL AND a.id IS NULL",
     "prediction_activity_id names no activity: the prediction shows no evidence"},
    {"SELECT 'editorial', e.id, e.prediction_activity_id FROM site_editorial e JOIN site_activity a"
     " ON a.id = e.prediction_activity_id WHERE a.product_id IS NULL OR a.product_id <> e.product_id",
     "prediction_activity_id names an activity of another product: the prediction shows no evidence"},
    {"SELECT 'editorial', e.id, e.prediction_activity_id FROM site_editorial e JOIN site_activity a"
     " ON a.id = e.prediction_activity_id WHERE a.status IS NULL OR a.status <> 'published'",
     "prediction_activity_id names an activity that is not published: the prediction shows no evidence"},
    {"SELECT 'editorial', id, prediction_state FROM site_editorial WHERE " GRADED " AND prediction_activity_id IS NULL"
     " AND TRIM(IFNULL(prediction_note, '')) = ''",
     "graded without evidence or note: the ledger cannot say why"},
    {"SELECT 'editorial', id, prediction_state FROM site_editorial WHERE " GRADED " AND TRIM(IFNULL(prediction_md, '')) = ''",
     "graded without a prediction: the ledger does not show it"},
    {"SELECT 'editorial', id, prediction_activity_id FROM site_editorial WHERE prediction_state = 'open'"
     " AND prediction_activity_id IS NOT NULL",
     "an open prediction names evidence: set prediction_state to came_true or failed"},
    {"SELECT 'activity', id, occurred_at FROM site_activity WHERE status = 'published' AND (occurred_at IS NULL OR "
     "occurred_at < '1000-01-01')", "published without a time: no timeline shows it"},
};

static enum err rule_check(struct lint *l, const struct rule *rule)
{
  struct db_rows rows;
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT * FROM (%s) AS odd LIMIT 100000", rule->sql);
  for (size_t n = 0; err == ERR_OK && db_next(&rows); n++) {
    if (n < LINT_LINES_MOST)
      lint_line(l, db_text(&rows, 0), db_uint(&rows, 1), &rows, 2, rule->meaning);
    l->found++;
  }
  if (err == ERR_OK)
    lint_more(l, rows.count);
  db_rows_free(&rows);
  return err;
}

static void slugs_list(struct lint *l, struct db_rows *rows, const char *table, bool page, size_t *n_bad, uint64_t *after)
{
  while (db_next(rows)) {
    struct span slug = db_text(rows, 1);
    bool copy = *after == db_uint(rows, 0);
    *after = db_uint(rows, 0);
    if (copy || (page ? slug_valid_page(slug) : slug_valid(slug)))
      continue;
    if ((*n_bad)++ < LINT_LINES_MOST)
      lint_line(l, span_z(table), *after, rows, 1,
                 page && slug_valid(slug) ? "the slug is one of the site's own words: the page is left out"
                                          : "the slug is not [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes, without -vs-: "
                                            "the row is left out");
  }
}

static enum err slugs_check(struct lint *l, const char *table, bool page)
{
  struct db_rows rows;
  size_t n_bad = 0, count = LINT_CHUNK;
  uint64_t after = 0;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == LINT_CHUNK) {
    err = lint_ask(l, &rows, "SELECT id, slug FROM site_%s WHERE id > %llu ORDER BY id LIMIT %d", table,
              (unsigned long long)after, LINT_CHUNK);
    count = rows.count;
    if (err == ERR_OK)
      slugs_list(l, &rows, table, page, &n_bad, &after);
    db_rows_free(&rows);
  }
  lint_more(l, n_bad);
  l->found += n_bad;
  return err;
}

enum err rows_lint(struct db *db, int64_t deadline_us, FILE *out, size_t *found)
{
  struct lint l = {db, deadline_us, out, 0};
  enum err err = ERR_OK;
#define SLUGS(table, page)                                                                                             \
  if (err == ERR_OK)                                                                                                   \
    err = slugs_check(&l, #table, page);
  SLUG_TABLES(SLUGS)
#undef SLUGS
  for (size_t i = 0; err == ERR_OK && i < sizeof rules / sizeof *rules; i++)
    err = rule_check(&l, &rules[i]);
  if (err == ERR_OK)
    err = lint_facts(&l);
  *found = l.found;
  return err;
}
