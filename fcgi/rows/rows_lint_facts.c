/* The rules about attributes and facts.
 *
 * Whether a value fits its kind is decided by the function that pages use (model/attribute.h), so every fact is read
 * once, in chunks.  The other rules are statements.  A fact is old when it was checked more than a year before the
 * site's clock. */
#include "rows/rows_lint_facts.h"

#include "base/clock.h"
#include "model/attribute.h"
#include "rows/rows_sql.h"
#include "text/url.h"
#include "text/utf8.h"

#define OLD_DAYS 365
#define UNIT_CHARS 24

/* ---- rules that are statements: (table, id, value) */

#define NUMBER_TEXT_(number) #number
#define NUMBER_TEXT(number) NUMBER_TEXT_(number)
#define FACTS_MOST NUMBER_TEXT(PRODUCT_VALUES_MAX)
#define SECTORS_MOST NUMBER_TEXT(ATTRIBUTE_SECTORS_MAX)

static const struct {
  const char *sql, *meaning;
} rules[] = {
    {"SELECT 'product', product_id, COUNT(DISTINCT attribute_id) FROM site_fact GROUP BY product_id"
     " HAVING COUNT(DISTINCT attribute_id) > " FACTS_MOST,
     "this many facts: only the first " FACTS_MOST " by id of the attribute are shown"},
    {"SELECT 'fact', MAX(id), attribute_id FROM site_fact GROUP BY product_id, attribute_id HAVING COUNT(DISTINCT id) > 1",
     "the product has another fact of this attribute: only the first is shown"},
    {"SELECT 'attribute', attribute_id, COUNT(DISTINCT sector_id) FROM site_attribute_sector GROUP BY attribute_id"
     " HAVING COUNT(DISTINCT sector_id) > " SECTORS_MOST,
     "this many sectors: only the first " SECTORS_MOST " by id count"},
    {"SELECT 'attribute', id, unit FROM site_attribute WHERE kind <> 'number' AND TRIM(unit) <> ''",
     "a unit without a number: it is not shown; the kind must be number"},
    {"SELECT 'attribute', a.id, a.unit FROM site_attribute a JOIN site_attribute b ON LOWER(TRIM(a.unit)) ="
     " LOWER(TRIM(b.unit)) AND HEX(a.unit) <> HEX(b.unit)",
     "another attribute spells this unit differently"},
    {"SELECT 'attribute', a.id, a.slug FROM site_attribute a WHERE a.status = 'published'"
     " AND NOT EXISTS (SELECT 1 FROM site_fact v WHERE v.attribute_id = a.id)",
     "published, and no product has a fact of it"},
    {"SELECT 'fact', v.id, a.slug FROM site_fact v JOIN site_attribute a ON a.id = v.attribute_id"
     " WHERE EXISTS (SELECT 1 FROM site_attribute_sector l WHERE l.attribute_id = a.id)"
     " AND NOT EXISTS (SELECT 1 FROM site_attribute_sector l JOIN site_product_sector s ON s.sector_id = l.sector_id"
     " WHERE l.attribute_id = a.id AND s.product_id = v.product_id)",
     "the attribute is not asked of any sector of this product: the fact is not shown"},
};

static enum err statement_check(struct lint *l, const char *sql, const char *meaning)
{
  struct db_rows rows;
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT * FROM (%s) AS odd LIMIT 100000", sql);
  for (size_t n = 0; err == ERR_OK && db_next(&rows); n++, l->found++)
    if (n < LINT_LINES_MOST)
      lint_line(l, db_text(&rows, 0), db_uint(&rows, 1), &rows, 2, meaning);
  if (err == ERR_OK)
    lint_more(l, rows.count);
  db_rows_free(&rows);
  return err;
}

static enum err old_check(struct lint *l)
{
  struct buf sql = BUF_INIT;
  int64_t frozen = db_config(l->db)->as_of_us, now_us = frozen == CLOCK_NEVER ? clock_now_us() : frozen;
  buf_puts(&sql, "SELECT 'fact', id, checked_on FROM site_fact WHERE checked_on < ");
  rows_sql_time(&sql, now_us - OLD_DAYS * CLOCK_DAY);
  enum err err = sql.failed ? ERR_NO_MEMORY : statement_check(l, buf_z(&sql), "checked more than a year ago: check it again");
  buf_free(&sql);
  return err;
}

/* ---- rules that read the texts */

enum { F_ID, F_VALUE, F_NOTE, F_SOURCE, F_KIND, F_UNIT };

#define FACT_RULES(X)                                                                                                  \
  X(BLANK, F_VALUE, "the value is blank: the fact is not shown")                                                       \
  X(UNIT, F_VALUE, "the value contains a unit: it belongs into the attribute, and the number stands alone")            \
  X(MISFIT, F_VALUE, "the value does not fit the kind of its attribute: it is shown and compared as text")             \
  X(LONG_VALUE, F_VALUE, "the value has more than 500 characters: the rest is not shown")                              \
  X(LONG_NOTE, F_NOTE, "the note has more than 500 characters: the rest is not shown")                                 \
  X(SOURCE, F_SOURCE, "the source is no http or https address with a host, or too long: it is not linked")

#define RULE_ENUM(name, column, meaning) RULE_##name,
enum { FACT_RULES(RULE_ENUM) RULE_COUNT };
#undef RULE_ENUM

/* "16 GB": a number, then something that is no number. */
static bool has_unit(struct span value)
{
  size_t n = 0;
  while (n < value.n && strchr("-.0123456789", value.p[n]) && value.p[n])
    n++;
  return n && n < value.n && attribute_fits(ATTRIBUTE_NUMBER, span_trim(span_head(value, n)));
}

static bool longer(struct span s, size_t most)
{
  return s.n > most && utf8_count(s) > most;
}

static void fact_judge(const struct db_rows *rows, bool odd[RULE_COUNT])
{
  struct span value = span_trim(db_text(rows, F_VALUE)), source = span_trim(db_text(rows, F_SOURCE));
  enum attribute_kind kind = attribute_kind_of(db_text(rows, F_KIND));
  odd[RULE_BLANK] = utf8_is_blank(value);
  bool fits = odd[RULE_BLANK] || attribute_fits(kind, value);
  odd[RULE_UNIT] = !fits && kind == ATTRIBUTE_NUMBER && has_unit(value);
  odd[RULE_MISFIT] = !fits && !odd[RULE_UNIT];
  odd[RULE_LONG_VALUE] = longer(value, PRODUCT_VALUE_CHARS);
  odd[RULE_LONG_NOTE] = longer(span_trim(db_text(rows, F_NOTE)), PRODUCT_VALUE_CHARS);
  odd[RULE_SOURCE] = source.n && (!url_web(source) || longer(source, PRODUCT_SOURCE_CHARS));
}

struct fact_counts {
  size_t counts[RULE_COUNT];
  uint64_t after;
};

static void facts_list(struct lint *l, struct db_rows *rows, struct fact_counts *w)
{
#define RULE_ROW(name, column, meaning) {column, meaning},
  static const struct {
    unsigned column;
    const char *meaning;
  } fact_rules[] = {FACT_RULES(RULE_ROW)};
#undef RULE_ROW
  while (db_next(rows)) {
    bool odd[RULE_COUNT];
    uint64_t id = db_uint(rows, F_ID);
    if (id == w->after)
      continue; /* a copy */
    w->after = id;
    fact_judge(rows, odd);
    for (size_t i = 0; i < RULE_COUNT; i++)
      if (odd[i] && w->counts[i]++ < LINT_LINES_MOST)
        lint_line(l, SPAN("fact"), id, rows, fact_rules[i].column, fact_rules[i].meaning);
  }
}

static enum err facts_check(struct lint *l)
{
  struct db_rows rows;
  struct fact_counts w = {.after = 0};
  size_t count = LINT_CHUNK;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == LINT_CHUNK) {
    err = lint_ask(l, &rows, "SELECT v.id, v.value, v.note, v.source_url, a.kind, a.unit FROM site_fact v"
                             " JOIN site_attribute a ON a.id = v.attribute_id WHERE v.id > %llu ORDER BY v.id LIMIT %d",
                   (unsigned long long)w.after, LINT_CHUNK);
    count = err == ERR_OK ? rows.count : 0;
    if (err == ERR_OK)
      facts_list(l, &rows, &w);
    db_rows_free(&rows);
  }
  for (size_t i = 0; i < RULE_COUNT; i++) {
    lint_more(l, w.counts[i]);
    l->found += w.counts[i];
  }
  return err;
}

/* ---- attributes */

enum { A_ID, A_SLUG, A_UNIT };

static bool unit_odd(struct span unit)
{
  for (size_t i = 0; i < unit.n; i++)
    if (unit.p[i] >= '0' && unit.p[i] <= '9')
      return true;
  return longer(unit, UNIT_CHARS);
}

static enum err attributes_check(struct lint *l)
{
  struct db_rows rows;
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT id, slug, unit FROM site_attribute ORDER BY id");
  if (err == ERR_OK && rows.count > ATTRIBUTES_MAX) {
    fprintf(l->out, "site_attribute: %zu attributes: only the first %d by id are shown\n", rows.count, ATTRIBUTES_MAX);
    l->found++;
  }
  while (err == ERR_OK && db_next(&rows)) {
    if (attribute_reserved(db_text(&rows, A_SLUG))) {
      lint_line(l, SPAN("attribute"), db_uint(&rows, A_ID), &rows, A_SLUG,
                "pages say this already, from a column of the product: the attribute is left out");
      l->found++;
    }
    if (unit_odd(db_text(&rows, A_UNIT))) {
      lint_line(l, SPAN("attribute"), db_uint(&rows, A_ID), &rows, A_UNIT,
                "not a unit: it has a digit or more than 24 characters");
      l->found++;
    }
  }
  db_rows_free(&rows);
  return err;
}

enum err lint_facts(struct lint *l)
{
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < sizeof rules / sizeof *rules; i++)
    err = statement_check(l, rules[i].sql, rules[i].meaning);
  if (err == ERR_OK)
    err = old_check(l);
  if (err == ERR_OK)
    err = facts_check(l);
  return err == ERR_OK ? attributes_check(l) : err;
}
