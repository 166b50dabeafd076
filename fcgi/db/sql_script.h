/* Cuts a file of SQL into statements, as the mariadb client does: at the delimiter (`;`, or what a
 * DELIMITER line says), but not inside quotes, identifiers in backticks, or comments.
 *
 * Comments and blanks before a statement belong to none; a comment that the server executes
 * (slash-star-! or slash-star-M!) is code.  A quote or comment that never closes takes the rest of the
 * file into its statement: the server then says what is wrong, with the line where it began.
 *
 * Pure; statements are views of the text. */
#ifndef DIPTYCH_DB_SQL_SCRIPT_H
#define DIPTYCH_DB_SQL_SCRIPT_H

#include "base/span.h"

struct sql_script {
  struct span text, delimiter;
  size_t at;
};

struct sql_statement {
  struct span text; /* without delimiter and blanks around */
  size_t line;      /* of the file, from 1 */
};

struct sql_script sql_script_open(struct span text);
bool sql_script_next(struct sql_script *script, struct sql_statement *out); /* false: no more */

/* What "CREATE [slash-star-M! OR REPLACE star-slash] TRIGGER name ... ON table" names: MySQL, which has
 * no OR REPLACE there, needs the old one dropped first.  `table` is empty for a procedure.
 * False: the statement replaces nothing. */
struct sql_replacement {
  struct span kind, name, table;
};
bool sql_script_replaces(struct span statement, struct sql_replacement *out);

#endif
