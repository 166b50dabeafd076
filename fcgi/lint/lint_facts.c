/* The rules about attributes and facts.
 *
 * Whether a value fits its kind is decided by the function that pages use (model/attribute.h), so every fact is read
 * once, in chunks.  The other rules are statements. */
#include "base/clock.h"
#include "lint/lint_findings.h"
#include "model/attribute.h"
#include "rows/rows_sql.h"
#include "text/address.h"
#include "text/utf8.h"

/* ---- rules that are statements: (id, value) */

#define FACTS_MOST LINT_NUMBER(PRODUCT_VALUES_MAX)
#define SECTORS_MOST LINT_NUMBER(ATTRIBUTE_SECTORS_MAX)

struct fact_rule {
  enum lint_rule rule;
  const char *table, *column, *sql, *meaning;
  const char *most; /* %1$s of the meaning */
};

static const struct fact_rule statements[] = {
    {LINT_too_many, "product", "facts",
     "SELECT product_id AS id, COUNT(DISTINCT attribute_id) AS value FROM site_fact GROUP BY product_id"
     " HAVING COUNT(DISTINCT attribute_id) > " FACTS_MOST,
     N_("this many facts: only the first %1$s by id of the attribute are shown"), FACTS_MOST},
    {LINT_fact_repeated, "fact", "attribute_id",
     "SELECT MAX(id) AS id, attribute_id AS value FROM site_fact GROUP BY product_id, attribute_id HAVING COUNT(DISTINCT id) > 1",
     N_("the product has another fact of this attribute: only the first is shown"), NULL},
    {LINT_too_many, "attribute", "sectors",
     "SELECT attribute_id AS id, COUNT(DISTINCT sector_id) AS value FROM site_attribute_sector GROUP BY attribute_id"
     " HAVING COUNT(DISTINCT sector_id) > " SECTORS_MOST,
     N_("this many sectors: only the first %1$s by id count"), SECTORS_MOST},
    {LINT_unit_without_number, "attribute", "unit",
     "SELECT id, unit AS value FROM site_attribute WHERE kind <> 'number' AND TRIM(unit) <> ''",
     N_("a unit without a number: it is not shown"), NULL},
    {LINT_unit_spelling, "attribute", "unit",
     "SELECT a.id, a.unit AS value FROM site_attribute a JOIN site_attribute b ON LOWER(TRIM(a.unit)) ="
     " LOWER(TRIM(b.unit)) AND HEX(a.unit) <> HEX(b.unit)",
     N_("another attribute spells this unit differently"), NULL},
    {LINT_attribute_unused, "attribute", "slug",
     "SELECT a.id, a.slug AS value FROM site_attribute a WHERE a.status = 'published'"
     " AND NOT EXISTS (SELECT 1 FROM site_fact v WHERE v.attribute_id = a.id)",
     N_("published, and no product has a fact of it"), NULL},
    {LINT_fact_unasked, "fact", "attribute_id",
     "SELECT v.id, a.slug AS value FROM site_fact v JOIN site_attribute a ON a.id = v.attribute_id"
     " WHERE EXISTS (SELECT 1 FROM site_attribute_sector l WHERE l.attribute_id = a.id)"
     " AND NOT EXISTS (SELECT 1 FROM site_attribute_sector l JOIN site_product_sector s ON s.sector_id = l.sector_id"
     " WHERE l.attribute_id = a.id AND s.product_id = v.product_id)",
     N_("the attribute is not asked of any sector of this product: the fact is not shown"), NULL},
};

static enum err statement_check(struct lint *l, const struct fact_rule *rule)
{
  struct db_rows rows;
  struct lint_place at = {.table = span_z(rule->table), .column = rule->column};
  if (!lint_wants(l, at.table, 0))
    return ERR_OK;
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT id, value FROM (%s) AS odd LIMIT 100000", rule->sql);
  while (err == ERR_OK && db_next(&rows)) {
    at.id = db_uint(&rows, 0);
    lint_found_cell(l, rule->rule, &at, &rows, 1, LINT_SAYING(rule->meaning, rule->most));
  }
  db_rows_free(&rows);
  return err;
}

static enum err old_check(struct lint *l)
{
  struct buf sql = BUF_INIT;
  int64_t frozen = db_config(l->db)->as_of_us, now_us = frozen == CLOCK_NEVER ? clock_now_us() : frozen;
  buf_puts(&sql, "SELECT id, checked_on AS value FROM site_fact WHERE checked_on > " ROWS_EARLIEST " AND checked_on < ");
  rows_sql_time(&sql, now_us - LINT_OLD_DAYS * CLOCK_DAY);
  struct fact_rule rule = {LINT_fact_old, "fact", "checked_on", buf_z(&sql), N_("checked more than a year ago"), NULL};
  enum err err = sql.failed ? ERR_NO_MEMORY : statement_check(l, &rule);
  buf_free(&sql);
  return err;
}

/* ---- rules that read the texts */

enum { F_ID, F_VALUE, F_NOTE, F_SOURCE, F_KIND };

/* "16 GB": a number, then something that is no number; not "1,000" and not "1e3". */
static bool has_unit(struct span value)
{
  size_t n = 0;
  while (n < value.n && strchr("-.0123456789", value.p[n]) && value.p[n])
    n++;
  struct span rest = span_from(value, n);
  if (rest.n > 1 && strchr(",eE", rest.p[0]) && strchr("+-0123456789", rest.p[1]))
    return false;
  return n && n < value.n && attribute_fits(ATTRIBUTE_NUMBER, span_trim(span_head(value, n)));
}

static bool longer(struct span s, size_t most)
{
  return s.n > most && utf8_count(s) > most;
}

static void value_judge(struct lint *l, const struct db_rows *rows, const struct lint_place *at)
{
  struct span value = utf8_trim(db_text(rows, F_VALUE));
  enum attribute_kind kind = attribute_kind_of(db_text(rows, F_KIND));
  bool fits = attribute_fits(kind, value);
  if (utf8_is_blank(value))
    lint_found_cell(l, LINT_fact_blank, at, rows, F_VALUE, LINT_SAYING(N_("the value is blank: the fact is not shown")));
  else if (!fits && kind == ATTRIBUTE_NUMBER && has_unit(value))
    lint_found_cell(l, LINT_fact_unit, at, rows, F_VALUE, LINT_SAYING(N_("the value contains a unit")));
  else if (!fits)
    lint_found_cell(l, LINT_fact_misfit, at, rows, F_VALUE,
                    LINT_SAYING(N_("the value does not fit the kind of its attribute: it is shown and compared as text")));
  if (kind == ATTRIBUTE_URL && address_has_user(value))
    lint_found_cell(l, LINT_address_user, at, rows, F_VALUE,
                    LINT_SAYING(N_("a name before the @, which readers take for the site")));
  if (longer(value, PRODUCT_VALUE_CHARS))
    lint_found_cell(l, LINT_fact_long, at, rows, F_VALUE,
                    LINT_SAYING(N_("the value has more than %1$s characters: the rest is not shown"),
                                LINT_NUMBER(PRODUCT_VALUE_CHARS)));
}

static void fact_judge(struct lint *l, const struct db_rows *rows, uint64_t id)
{
  struct lint_place at = {.table = SPAN("fact"), .id = id, .column = "value"};
  struct span source = utf8_trim_unseen(db_text(rows, F_SOURCE));
  value_judge(l, rows, &at);
  at.column = "note";
  if (longer(utf8_trim(db_text(rows, F_NOTE)), PRODUCT_VALUE_CHARS))
    lint_found_cell(l, LINT_fact_long, &at, rows, F_NOTE,
                    LINT_SAYING(N_("the note has more than %1$s characters: the rest is not shown"),
                                LINT_NUMBER(PRODUCT_VALUE_CHARS)));
  at.column = "source_url";
  if (source.n && (!address_is_web(source) || longer(source, PRODUCT_SOURCE_CHARS)))
    lint_found_cell(l, LINT_fact_source, &at, rows, F_SOURCE,
                    LINT_SAYING(N_("the source is no http or https address with a host, or too long: it is shown as text, or"
                                   " not at all")));
  else if (source.n && address_has_user(source))
    lint_found_cell(l, LINT_address_user, &at, rows, F_SOURCE,
                    LINT_SAYING(N_("a name before the @, which readers take for the site")));
}

static enum err facts_check(struct lint *l)
{
  struct db_rows rows;
  uint64_t after = 0;
  size_t count = LINT_CHUNK;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == LINT_CHUNK && lint_wants(l, SPAN("fact"), 0)) {
    err = lint_ask(l, &rows, "SELECT v.id, v.value, v.note, v.source_url, a.kind FROM site_fact v"
                             " JOIN site_attribute a ON a.id = v.attribute_id WHERE v.id > %llu ORDER BY v.id LIMIT %d",
                   (unsigned long long)after, LINT_CHUNK);
    count = err == ERR_OK ? rows.count : 0;
    while (err == ERR_OK && db_next(&rows)) {
      bool copy = db_uint(&rows, F_ID) == after;
      after = db_uint(&rows, F_ID);
      if (!copy)
        fact_judge(l, &rows, after);
    }
    db_rows_free(&rows);
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
  return longer(unit, LINT_UNIT_CHARS);
}

static void attribute_judge(struct lint *l, const struct db_rows *rows)
{
  struct lint_place slug = {.table = SPAN("attribute"), .id = db_uint(rows, A_ID), .column = "slug"}, unit = slug;
  unit.column = "unit";
  if (attribute_reserved(db_text(rows, A_SLUG)))
    lint_found_cell(l, LINT_attribute_reserved, &slug, rows, A_SLUG,
                    LINT_SAYING(N_("pages say this already, from a column of the product: the attribute is left out")));
  if (unit_odd(db_text(rows, A_UNIT)))
    lint_found_cell(l, LINT_unit, &unit, rows, A_UNIT,
                    LINT_SAYING(N_("not a unit: it has a digit or more than %1$s characters"), LINT_NUMBER(LINT_UNIT_CHARS)));
}

static enum err attributes_check(struct lint *l)
{
  struct db_rows rows;
  size_t n = 0;
  if (!lint_wants(l, SPAN("attribute"), 0))
    return ERR_OK;
  enum err err = lint_ask(l, &rows, "SELECT DISTINCT id, slug, unit FROM site_attribute ORDER BY id");
  while (err == ERR_OK && db_next(&rows)) {
    struct lint_place at = {.table = SPAN("attribute"), .id = db_uint(&rows, A_ID), .column = "id"};
    if (n++ == ATTRIBUTES_MAX)
      lint_found_cell(l, LINT_too_many, &at, &rows, A_SLUG,
                      LINT_SAYING(N_("more attributes than a site shows: this one and those after it are left out")));
    attribute_judge(l, &rows);
  }
  db_rows_free(&rows);
  return err;
}

enum err lint_facts(struct lint *l)
{
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < sizeof statements / sizeof *statements; i++)
    err = statement_check(l, &statements[i]);
  if (err == ERR_OK)
    err = old_check(l);
  if (err == ERR_OK)
    err = facts_check(l);
  return err == ERR_OK ? attributes_check(l) : err;
}
