/* The rules that are statements.  Each gives rows of (id, value), where value is what the column holds.  Slugs are checked with
 * the function that also excludes them from readings. */
#include "base/clock.h"
#include "lint/lint_findings.h"
#include "model/product.h"
#include "rows/rows_sql.h"
#include "text/slug.h"

/* X(table, page); page: the first words of the site's own paths are reserved */
#define SLUG_TABLES(X) X(product, false) X(product_alias, false) X(sector, false) X(theme, false) X(attribute, false) X(page, true)

#define WORDS(table, column, words, reads_as)                                                                          \
  {LINT_word, table, column,                                                                                           \
   "SELECT id, " column " AS value FROM site_" table " WHERE " column " IS NULL OR " column " NOT IN (" words ")",     \
   /* TRANSLATORS: the words that the column may have, the column, the word that counts instead */                     \
   {N_("%2$s is none of %1$s: it reads as %3$s"), NULL, {words, column, reads_as}}}
#define STATUS(table) WORDS(table, "status", "'draft', 'published', 'archived'", "draft")
#define OWNER_(rule, table, column, owner)                                                                             \
  {rule, table, column,                                                                                                \
   "SELECT l.id, l." column " AS value FROM site_" table " l LEFT JOIN site_" owner " o ON o.id = l." column           \
   " WHERE l." column " IS NOT NULL AND o.id IS NULL",                                                                 \
   /* TRANSLATORS: a column, the table in which its row should be */                                                   \
   {N_("%1$s names no %2$s: the row is not shown"), NULL, {column, owner}}}
#define OWNER(table, column, owner) OWNER_(LINT_owner, table, column, owner)
#define LIMITED(column, table, most, meaning)                                                                          \
  {LINT_too_many, "product", column,                                                                                   \
   "SELECT product_id AS id, COUNT(DISTINCT id) AS value FROM site_" table " GROUP BY product_id"                      \
   " HAVING COUNT(DISTINCT id) > " LINT_NUMBER(most),                                                                  \
   {meaning, NULL, {LINT_NUMBER(most)}}}
#define DUPLICATE_SLUG(table)                                                                                          \
  {LINT_slug_twice, table, "slug",                                                                                     \
   "SELECT MAX(id) AS id, slug AS value FROM site_" table " GROUP BY slug HAVING COUNT(DISTINCT id) > 1",              \
   {N_("the slug is there more than once: only one row is found by it"), NULL, {NULL}}}
/* Equal by the collation of the column: case and accents tell no reader which is which. */
#define SAME_NAME(table, column, condition)                                                                            \
  {LINT_name_repeated, table, column,                                                                                  \
   "SELECT MAX(id) AS id, MAX(" column ") AS value FROM site_" table " WHERE TRIM(" column ") <> ''" condition         \
   " GROUP BY TRIM(" column ") HAVING COUNT(DISTINCT id) > 1",                                                         \
   {N_("another row has this name: readers cannot tell the two apart"), NULL, {NULL}}}
/* A product of the row that readers do not see, while they see the other one. */
#define HIDDEN(table, column, other)                                                                                   \
  {LINT_partner_hidden, table, column,                                                                                 \
   "SELECT r.id, h.slug AS value FROM site_" table " r JOIN site_product h ON h.id = r." column                        \
   " JOIN site_product s ON s.id = r." other " WHERE r.status = 'published' AND s.status = 'published'"                \
   " AND IFNULL(h.status, '') <> 'published'",                                                                         \
   {N_("%1$s names a product that is not published: the row is not shown"), NULL, {column}}}
#define QUESTION_OWNER(choose)                                                                                         \
  choose "(COALESCE(product_id, other_product_id, 0), COALESCE(other_product_id, product_id, 0))"
#define REPEATED(table)                                                                                                \
  {LINT_repeated, table, "id", "SELECT id, COUNT(*) AS value FROM site_" table " GROUP BY id HAVING COUNT(*) > 1",     \
   {N_("the view returns this id several times: the row counts once; does the view join something that is stored several"  \
       " times?"), NULL, {NULL}}}
#define PAIR(table)                                                                                                    \
  {LINT_same_product, table, "other_product_id",                                                                       \
   "SELECT id, other_product_id AS value FROM site_" table " WHERE product_id = other_product_id",                     \
   {N_("both products are the same: the row is not shown"), NULL, {NULL}}}
#define GRADED "status = 'published' AND prediction_state IN ('came_true', 'failed')"
#define EVIDENCE(condition, meaning)                                                                                   \
  {LINT_prediction_evidence, "editorial", "prediction_activity_id",                                                    \
   "SELECT e.id, e.prediction_activity_id AS value FROM site_editorial e LEFT JOIN site_activity a"                    \
   " ON a.id = e.prediction_activity_id WHERE e.prediction_activity_id IS NOT NULL AND " condition,                    \
   {meaning, NULL, {"prediction_activity_id"}}}

static const struct rule {
  enum lint_rule rule;
  const char *table, *column, *sql;
  struct lint_saying saying;
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
    REPEATED("alternative"),
    STATUS("product"),
    STATUS("editorial"),
    STATUS("activity"),
    STATUS("faq"),
    STATUS("comparison"),
    STATUS("page"),
    STATUS("attribute"),
    STATUS("alternative"),
    WORDS("product", "lifecycle", "'active', 'maintenance', 'discontinued'", "active"),
    WORDS("editorial", "prediction_state", "'open', 'came_true', 'failed'", "open"),
    WORDS("activity", "kind", "'release', 'post', 'event'", "release"),
    WORDS("activity", "class", "'spark', 'improvement', 'trivial'", "trivial"),
    STATUS("product_source"),
    WORDS("product_source", "kind", "'atom', 'rss', 'json_feed', 'github_releases', 'endoflife'", "atom"),
    WORDS("attribute", "kind", "'text', 'number', 'bool', 'date', 'version', 'list', 'url'", "text"),
    DUPLICATE_SLUG("product"),
    DUPLICATE_SLUG("sector"),
    DUPLICATE_SLUG("theme"),
    DUPLICATE_SLUG("page"),
    DUPLICATE_SLUG("attribute"),
    LIMITED("sectors", "product_sector", PRODUCT_SECTORS_MAX, N_("this many sectors: only the first %1$s by sort are shown")),
    LIMITED("themes", "product_theme", PRODUCT_THEMES_MAX, N_("this many themes: only the first %1$s by sort are shown")),
    {LINT_too_many, "product", "picks",
     "SELECT product_id AS id, COUNT(DISTINCT other_product_id) AS value FROM site_alternative WHERE status = 'published'"
     " GROUP BY product_id HAVING COUNT(DISTINCT other_product_id) > " LINT_NUMBER(PRODUCT_PICKS_MAX),
     {N_("this many picks: only the first %1$s by sort are shown"), NULL, {LINT_NUMBER(PRODUCT_PICKS_MAX)}}},
    OWNER("product_sector", "product_id", "product"),
    OWNER("product_sector", "sector_id", "sector"),
    OWNER("product_theme", "product_id", "product"),
    OWNER_(LINT_theme_unknown, "product_theme", "theme_id", "theme"),
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
    OWNER("alternative", "product_id", "product"),
    OWNER("alternative", "other_product_id", "product"),
    PAIR("faq"),
    PAIR("comparison"),
    PAIR("alternative"),
    HIDDEN("alternative", "other_product_id", "product_id"),
    HIDDEN("comparison", "product_id", "other_product_id"),
    HIDDEN("comparison", "other_product_id", "product_id"),
    HIDDEN("faq", "product_id", "other_product_id"),
    HIDDEN("faq", "other_product_id", "product_id"),
    SAME_NAME("product", "name", " AND status = 'published'"),
    SAME_NAME("sector", "name", ""),
    SAME_NAME("attribute", "name", " AND status = 'published'"),
    SAME_NAME("page", "title", " AND status = 'published'"),
    {LINT_question_repeated, "faq", "question",
     "SELECT MAX(id) AS id, MAX(question) AS value FROM site_faq WHERE status = 'published' AND TRIM(question) <> '' GROUP BY "
     QUESTION_OWNER("LEAST") ", " QUESTION_OWNER("GREATEST") ", TRIM(question) HAVING COUNT(DISTINCT id) > 1",
     {N_("another row asks this question on the same page"), NULL, {NULL}}},
    {LINT_date_missing, "editorial", "published_at",
     "SELECT id, published_at AS value FROM site_editorial WHERE status = 'published' AND published_at IS NULL",
     {N_("published without published_at: it never becomes due"), NULL, {NULL}}},
    {LINT_date_missing, "activity", "occurred_at",
     "SELECT id, occurred_at AS value FROM site_activity WHERE status = 'published' AND occurred_at IS NULL",
     {N_("published without a time: no timeline shows it"), NULL, {NULL}}},
    EVIDENCE("a.id IS NULL", N_("%1$s names no activity: the prediction shows no evidence")),
    EVIDENCE("a.id IS NOT NULL AND (a.product_id IS NULL OR a.product_id <> e.product_id)",
             N_("%1$s names an activity of another product: the prediction shows no evidence")),
    EVIDENCE("a.id IS NOT NULL AND (a.status IS NULL OR a.status <> 'published')",
             N_("%1$s names an activity that is not published: the prediction shows no evidence")),
    {LINT_prediction_reason, "editorial", "prediction_state",
     "SELECT id, prediction_state AS value FROM site_editorial WHERE " GRADED " AND prediction_activity_id IS NULL"
     " AND TRIM(IFNULL(prediction_note, '')) = ''",
     {N_("graded without evidence or note: the ledger cannot say why"), NULL, {NULL}}},
    {LINT_prediction_blank, "editorial", "prediction_state",
     "SELECT id, prediction_state AS value FROM site_editorial WHERE " GRADED " AND TRIM(IFNULL(prediction_md, '')) = ''",
     {N_("graded without a prediction: the ledger does not show it"), NULL, {NULL}}},
    {LINT_prediction_open, "editorial", "prediction_activity_id",
     "SELECT id, prediction_activity_id AS value FROM site_editorial WHERE prediction_state = 'open'"
     " AND prediction_activity_id IS NOT NULL",
     {N_("an open prediction names evidence"), NULL, {NULL}}},
};

static enum err rule_check(struct lint *l, const struct rule *rule)
{
  struct db_rows rows;
  struct lint_place at = {.table = span_z(rule->table), .column = rule->column};
  char only[48] = "";
  if (!lint_wants(l, at.table, 0))
    return ERR_OK;
  if (l->options->id)
    snprintf(only, sizeof only, " WHERE id = %llu", (unsigned long long)l->options->id);
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT id, value FROM (%s) AS odd%s LIMIT 100000", rule->sql, only);
  while (err == ERR_OK && db_next(&rows)) {
    at.id = db_uint(&rows, 0);
    lint_found_cell(l, rule->rule, &at, &rows, 1, &rule->saying);
  }
  db_rows_free(&rows);
  return err != ERR_OK && lint_is_optional(l, rule->table) ? ERR_OK : err;
}

/* Evidence is shown from the day on which it happens. */
static enum err evidence_check(struct lint *l)
{
  struct buf sql = BUF_INIT;
  int64_t frozen = db_config(l->db)->as_of_us;
  buf_puts(&sql, "SELECT e.id, e.prediction_activity_id AS value FROM site_editorial e JOIN site_activity a"
                 " ON a.id = e.prediction_activity_id AND a.product_id = e.product_id AND a.status = 'published'"
                 " WHERE a.occurred_at > ");
  rows_sql_time(&sql, frozen == CLOCK_NEVER ? clock_now_us() : frozen);
  struct rule rule = {LINT_prediction_evidence, "editorial", "prediction_activity_id", buf_z(&sql),
                      {N_("%1$s names an activity that is still to come: the prediction shows no evidence"), NULL,
                       {"prediction_activity_id"}}};
  enum err err = sql.failed ? ERR_NO_MEMORY : rule_check(l, &rule);
  buf_free(&sql);
  return err;
}

static void slugs_list(struct lint *l, struct db_rows *rows, const char *table, bool page, uint64_t *after)
{
  while (db_next(rows)) {
    struct span slug = db_text(rows, 1);
    bool copy = *after == db_uint(rows, 0), reserved = page && slug_valid(slug) && !slug_valid_page(slug);
    *after = db_uint(rows, 0);
    if (copy || (page ? slug_valid_page(slug) : slug_valid(slug)))
      continue;
    struct lint_place at = {.table = span_z(table), .id = *after, .column = "slug"};
    lint_found_cell(l, reserved ? LINT_slug_reserved : LINT_slug, &at, rows, 1,
                    reserved ? LINT_SAYING(N_("the slug is one of the site's own words: the page is left out"))
                             : LINT_SAYING(N_("the slug is not %1$s, at most %2$s bytes, without -vs- inside, vs- at the beginning"
                                              " or -vs at the end: the row is left out"),
                                           "[a-z0-9]+(-[a-z0-9]+)*", LINT_NUMBER(SLUG_MAX)));
  }
}

static enum err slugs_check(struct lint *l, const char *table, bool page)
{
  struct db_rows rows;
  size_t count = LINT_CHUNK;
  uint64_t after = 0;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == LINT_CHUNK && lint_wants(l, span_z(table), 0)) {
    err = lint_ask(l, &rows, "SELECT id, slug FROM site_%s WHERE id > %llu ORDER BY id LIMIT %d", table,
              (unsigned long long)after, LINT_CHUNK);
    count = rows.count;
    if (err == ERR_OK)
      slugs_list(l, &rows, table, page, &after);
    db_rows_free(&rows);
  }
  return err;
}

enum err lint_statements(struct lint *l)
{
  enum err err = ERR_OK;
#define SLUGS(table, page)                                                                                             \
  if (err == ERR_OK)                                                                                                   \
    err = slugs_check(l, #table, page);
  SLUG_TABLES(SLUGS)
#undef SLUGS
  for (size_t i = 0; err == ERR_OK && i < sizeof rules / sizeof *rules; i++)
    err = rule_check(l, &rules[i]);
  return err == ERR_OK ? evidence_check(l) : err;
}
