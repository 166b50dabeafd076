/* What the rules of lint share: statements, findings, and which rows were asked for. */
#ifndef DIPTYCH_LINT_LINT_FINDINGS_H
#define DIPTYCH_LINT_LINT_FINDINGS_H

#include "base/arena.h"
#include "lint/lint.h"

#define LINT_CHUNK 20000 /* rows read by one statement */

struct lint_links;
struct lint_texts;
struct lint_cited;

struct lint {
  struct db *db;
  const struct lint_options *options;
  int64_t deadline_us;
  struct arena *arena; /* for words of findings; emptied between rows */
  struct arena *said;  /* for what a finding says; emptied after each.  Failed: findings were lost */
  lint_sink *sink;
  void *arg;
  struct lint_counts *counts;
  struct lint_links *links; /* the pages of this site */
  struct lint_texts *texts; /* seen so far */
  struct lint_cited *cited; /* by bodies so far */
};

/* A cell of a row: where a finding is. */
struct lint_place {
  struct span table;
  uint64_t id, product; /* product: 0 when the row belongs to none */
  const char *column;
  uint64_t other; /* the other product of a pair, or 0 */
};

/* Whether rows of this table, or this row, were asked for. */
bool lint_wants(const struct lint *l, struct span table, uint64_t id);

/* One statement; format is trusted SQL. */
MUST_USE enum err lint_ask(struct lint *l, struct db_rows *rows, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* After a statement that failed: the database has no view of this table, and no page reads it, so an adapter may lack it. */
bool lint_is_optional(const struct lint *l, const char *table);

#define LINT_ARGS 3

/* What a finding says: messages that N_ marks, and what stands at %1$s to %3$s of them, the same in both. */
struct lint_saying {
  const char *meaning, *advice; /* advice NULL: that of the rule */
  const char *args[LINT_ARGS];
};
#define LINT_SAYING(id, ...) (&(const struct lint_saying){.meaning = (id), .args = {__VA_ARGS__}})
#define LINT_NUMBER_(number) #number
#define LINT_NUMBER(number) LINT_NUMBER_(number) /* a defined number as a text */

/* Rows that were not asked for are passed over. */
void lint_found(struct lint *l, enum lint_rule rule, const struct lint_place *at, struct span words, const struct lint_saying *s);
/* The same of a cell, which may be NULL. */
void lint_found_cell(struct lint *l, enum lint_rule rule, const struct lint_place *at, const struct db_rows *rows, unsigned column,
                     const struct lint_saying *s);

/* ---- the parts, in their order */

MUST_USE enum err lint_statements(struct lint *l);
MUST_USE enum err lint_facts(struct lint *l);
MUST_USE enum err lint_questions(struct lint *l);
MUST_USE enum err lint_columns(struct lint *l); /* needs links, texts and cited, unless it is quick */

#endif
