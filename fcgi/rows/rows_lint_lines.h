/* What the rules of `diptych lint` share: statements and the lines that name rows. */
#ifndef DIPTYCH_ROWS_ROWS_LINT_LINES_H
#define DIPTYCH_ROWS_ROWS_LINT_LINES_H

#include <stdio.h>

#include "db/db.h"

#define LINT_LINES_MOST 20 /* for one rule; the rest is only counted */
#define LINT_CHUNK 20000   /* rows read by one statement */

struct lint {
  struct db *db;
  int64_t deadline_us;
  FILE *out;
  size_t found;
};

/* One statement; format is trusted SQL. */
MUST_USE enum err lint_ask(struct lint *l, struct db_rows *rows, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "site_fact id 7: "the column": meaning" */
void lint_line(struct lint *l, struct span table, uint64_t id, const struct db_rows *rows, unsigned column,
               const char *meaning);
/* Counts the lines beyond LINT_LINES_MOST. */
void lint_more(struct lint *l, size_t n);

#endif
