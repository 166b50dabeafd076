/* Splits a file of SQL into statements, as the mariadb client does: at the delimiter (`;`, or the word of a DELIMITER
 * line), but not inside quotes, identifiers in backticks, or comments.
 *
 * Comments and blanks before a statement are skipped.  A comment that the server executes (slash-star-! or
 * slash-star-M!) is part of a statement.  A quote or comment that never closes extends the statement to the end of
 * the file; the server then reports the error, and the caller knows the line where the statement begins.
 *
 * No allocation: statements are spans of the text. */
#ifndef DIPTYCH_DB_SQL_SCRIPT_H
#define DIPTYCH_DB_SQL_SCRIPT_H

#include "base/err.h"
#include "base/span.h"

struct sql_script {
  struct span text, delimiter;
  size_t at;
};

struct sql_statement {
  struct span text; /* without the delimiter and surrounding blanks */
  size_t line;      /* in the file, from 1 */
};

struct sql_script sql_script_open(struct span text);
MUST_USE bool sql_script_next(struct sql_script *script, struct sql_statement *out); /* false: no more statements */

/* The names in "CREATE [slash-star-M! OR REPLACE star-slash] TRIGGER name ... ON table".  MySQL has no OR REPLACE for
 * triggers, so the old trigger must be dropped first.  `table` is empty for a procedure.
 * False: the statement replaces nothing. */
struct sql_replacement {
  struct span kind, name, table;
};
MUST_USE bool sql_script_replaces(struct span statement, struct sql_replacement *out);

#endif
