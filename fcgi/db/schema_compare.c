/* Compares the parts of the schema with what a database has.  A type is narrow when some value that the migrations allow
 * does not fit. */
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "db/schema.h"

static bool contains_nocase(struct span s, const char *word)
{
  size_t n = strlen(word);
  for (size_t i = 0; i + n <= s.n; i++)
    if (strncasecmp(s.p + i, word, n) == 0)
      return true;
  return false;
}

/* ---- types */

enum family { FAMILY_OTHER, FAMILY_INT, FAMILY_TEXT, FAMILY_TIME, FAMILY_DATE, FAMILY_DECIMAL };

struct type {
  enum family family;
  uint64_t size;   /* bytes of an INT, most characters of a text, digits of fractions, digits before the point */
  uint64_t scale;  /* of a DECIMAL */
  bool is_unsigned;
};

static const struct {
  const char *name;
  enum family family;
  uint64_t size; /* 0: in brackets */
} types[] = {{"tinyint", FAMILY_INT, 1},       {"smallint", FAMILY_INT, 2},   {"mediumint", FAMILY_INT, 3},
             {"int", FAMILY_INT, 4},           {"bigint", FAMILY_INT, 8},     {"varchar", FAMILY_TEXT, 0},
             {"char", FAMILY_TEXT, 0},         {"tinytext", FAMILY_TEXT, 255}, {"text", FAMILY_TEXT, 65535},
             {"mediumtext", FAMILY_TEXT, 16777215}, {"longtext", FAMILY_TEXT, 4294967295}, {"datetime", FAMILY_TIME, 0},
             {"date", FAMILY_DATE, 1},         {"decimal", FAMILY_DECIMAL, 0}};

static struct type type_of(struct span s)
{
  struct type t = {0};
  size_t n = 0;
  while (n < s.n && ((s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z'))
    n++;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strlen(types[i].name) == n && strncasecmp(types[i].name, s.p, n) == 0) {
      t.family = types[i].family;
      t.size = types[i].size;
    }
  struct span in = n < s.n && s.p[n] == '(' ? span_head(span_from(s, n + 1), span_find(span_from(s, n + 1), ')')) : SPAN("");
  if (!t.size && in.n) {
    char digits[32] = "", *end;
    memcpy(digits, in.p, in.n < 31 ? in.n : 31);
    t.size = strtoull(digits, &end, 10);
    t.scale = *end == ',' ? strtoull(end + 1, NULL, 10) : 0;
    t.size -= t.family == FAMILY_DECIMAL ? t.scale : 0;
  }
  t.is_unsigned = contains_nocase(s, "unsigned");
  return t;
}

static bool narrower(struct type has, struct type wants)
{
  if (wants.family == FAMILY_OTHER)
    return false;
  if (wants.family == FAMILY_DATE && has.family == FAMILY_TIME)
    return false;
  return has.family != wants.family || has.size < wants.size || has.scale < wants.scale ||
         (wants.is_unsigned && !has.is_unsigned);
}

/* ---- columns */

static struct span definition(const struct schema_part *part)
{
  struct span s = part->text;
  while (s.n && s.p[0] != ' ')
    s = span_from(s, 1);
  while (s.n && s.p[0] == ' ')
    s = span_from(s, 1);
  return s;
}

static const char *column_fault(const struct schema_part *part, const struct schema_row *row, enum schema_trouble *trouble)
{
  struct span wants = definition(part);
  bool generated = contains_nocase(wants, "GENERATED ALWAYS");
  *trouble = TROUBLE_NARROW;
  if (!generated && narrower(type_of(row->form), type_of(wants)))
    return "is narrower than it should be";
  if (type_of(wants).family == FAMILY_TEXT && !contains_nocase(wants, "CHARACTER SET") && row->definer.n &&
      !span_eq(row->definer, SPAN("utf8mb4")))
    return "does not hold all characters";
  *trouble = TROUBLE_OTHER;
  if (generated && !contains_nocase(row->form, "GENERATED"))
    return "is not generated";
  if (contains_nocase(wants, "NOT NULL") && !contains_nocase(row->form, "not null"))
    return "may be NULL";
  if (contains_nocase(wants, "DEFAULT") && !contains_nocase(wants, "GENERATED") && !contains_nocase(wants, "DEFAULT NULL") &&
      contains_nocase(row->form, "undefaulted"))
    return "has lost its default";
  return contains_nocase(wants, "AUTO_INCREMENT") && !contains_nocase(row->form, "auto_increment") ? "does not count up" : NULL;
}

/* The columns of an index without blanks, after "unique " when it is unique: as in site_schema. */
static bool index_same(const struct schema_part *part, struct span form)
{
  char wants[512];
  size_t n = 0, at = span_find(part->text, '(');
  if (contains_nocase(span_head(part->text, at), "UNIQUE") || span_eq(part->name, SPAN("PRIMARY")))
    n = (size_t)(stpcpy(wants, "unique ") - wants);
  for (size_t i = at + 1; i < part->text.n && part->text.p[i] != ')' && n < sizeof wants; i++)
    if (part->text.p[i] != ' ' && part->text.p[i] != '`')
      wants[n++] = part->text.p[i];
  return span_eq(span_of(wants, n), form);
}

/* ---- all parts */

static const char *const kinds[] = {"table", "column", "index", "constraint", "procedure", "function", "trigger", "view", "event"};

static const struct schema_row *row_find(const struct schema_row *rows, size_t n, const struct schema_part *part)
{
  for (size_t i = 0; i < n; i++)
    if (span_eq(rows[i].kind, span_z(kinds[part->kind])) && span_eq(rows[i].name, part->name) &&
        (part->kind == PART_TRIGGER || span_eq(rows[i].place, part->table)))
      return &rows[i];
  return NULL;
}

static bool owner_known(const struct schema_row *rows, size_t n, struct span owner)
{
  bool any = false;
  for (size_t i = 0; i < n; i++)
    if (span_eq(rows[i].kind, SPAN("account"))) {
      any |= !span_eq(rows[i].name, owner);
      if (span_eq(rows[i].name, owner))
        return true;
    }
  return !any || !owner.n;
}

static const char *other_fault(const struct schema_part *part, const struct schema_row *row)
{
  if (part->kind == PART_TRIGGER && !span_eq(row->place, part->table))
    return "belongs to another table";
  if (part->kind == PART_INDEX && !index_same(part, row->form))
    return "has other columns";
  if (part->kind == PART_VIEW && span_ends(row->form, SPAN("placeholder")))
    return "is the placeholder of a dump";
  return part->kind == PART_EVENT && span_eq(row->form, SPAN("DISABLED")) ? "is disabled" : NULL;
}

static bool part_fault(const struct schema *s, const struct schema_row *rows, size_t n, const struct schema_part *part,
                       struct schema_fault *out)
{
  const struct schema_row *row = row_find(rows, n, part);
  const char *words = "is missing";
  out->part = part;
  out->row = row;
  out->trouble = row ? TROUBLE_OTHER : TROUBLE_MISSING;
  if (row)
    words = part->kind == PART_COLUMN ? column_fault(part, row, &out->trouble) : other_fault(part, row);
  if (row && !words && part->kind >= PART_PROCEDURE && !owner_known(rows, n, row->definer))
    words = "belongs to an account that does not exist";
  if (!words)
    return false;
  bool of_table = part->kind == PART_COLUMN || part->kind == PART_INDEX || part->kind == PART_CONSTRAINT;
  out->words = arena_printf(s->arena, "the %s %.*s%s%.*s %s", kinds[part->kind], of_table ? (int)part->table.n : 0,
                            span_chars(part->table), of_table ? "." : "", SPAN_ARG(part->name), words);
  if (out->trouble == TROUBLE_NARROW)
    out->words = arena_printf(s->arena, "%.*s: it is %.*s", SPAN_ARG(out->words), (int)span_find(row->form, ' '), row->form.p);
  return true;
}

/* Of a missing table, and of a database whose tables the account does not see, nothing else is said. */
static bool table_present(const struct schema_row *rows, size_t n, struct span table)
{
  for (size_t i = 0; i < n; i++)
    if (span_eq(rows[i].kind, SPAN("table")) && span_eq(rows[i].name, table))
      return true;
  return false;
}

size_t schema_compare(const struct schema *s, const struct schema_row *rows, size_t n, struct schema_fault *out, size_t most)
{
  size_t found = 0;
  for (enum schema_kind kind = PART_TABLE; kind <= PART_EVENT; kind++)
    for (size_t i = 0; i < s->n && found < most; i++) {
      const struct schema_part *part = &s->v[i];
      bool of_table = kind == PART_COLUMN || kind == PART_INDEX || kind == PART_CONSTRAINT || kind == PART_TRIGGER;
      if (part->kind != kind || part->gone || (part->mysql && !s->mysql) || (of_table && !table_present(rows, n, part->table)))
        continue;
      found += part_fault(s, rows, n, part, &out[found]);
    }
  return found;
}
