/* The schema as the migrations of sql_dir define it, and what a database lacks of it.
 *
 * schema_read goes through the files NNN_*.sql in order and keeps, of each table, its columns, indexes and constraints, and
 * the last statement that creates each trigger, view, procedure, function and event.  It understands the forms that migrations use:
 * CREATE, ALTER TABLE, and an ALTER TABLE in the text of a prepared statement.  Parts in a comment of version 50700 are for
 * MySQL: MariaDB ignores them.
 *
 * schema_compare holds these parts against the rows of the view site_schema.  What a site has beside them is its own affair.
 * A wider column is no fault, and a view may be defined over other tables.
 *
 * All spans live in the arena. */
#ifndef DIPTYCH_DB_SCHEMA_H
#define DIPTYCH_DB_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

enum schema_kind {
  PART_TABLE,
  PART_COLUMN,
  PART_INDEX,
  PART_CONSTRAINT,
  PART_PROCEDURE,
  PART_FUNCTION,
  PART_TRIGGER,
  PART_VIEW,
  PART_EVENT
};

struct schema_part {
  enum schema_kind kind;
  struct span table; /* of a column, index, constraint or trigger; otherwise the part's name */
  struct span name;
  struct span text;  /* "slug VARCHAR(65) ...", "KEY ...", "CONSTRAINT ...", or the whole statement */
  bool mysql;        /* MySQL only: it stands in a comment of version 50700 */
  bool gone;         /* a later migration removed it */
};

struct schema {
  struct arena *arena;
  struct schema_part *v; /* malloc */
  size_t n, cap;
  bool mysql;  /* while reading: the statement is for MySQL only; later: the database to compare with is MySQL */
  bool failed; /* memory ran out */
};

/* Reads the migrations up to version `last`.  false: a file cannot be read, or memory ran out. */
MUST_USE bool schema_read(struct schema *s, struct arena *arena, const struct config *config, unsigned last);
void schema_free(struct schema *s);

/* A row of site_schema. */
struct schema_row {
  struct span kind, place, name, definer, form;
};

enum schema_trouble { TROUBLE_MISSING, TROUBLE_NARROW, TROUBLE_OTHER };

struct schema_fault {
  enum schema_trouble trouble;
  const struct schema_part *part;
  const struct schema_row *row; /* as it is; NULL: MISSING */
  struct span words;            /* a sentence without a full stop */
};

/* Returns the number of faults, at most `most`.  The faults of a part whose table is missing are left out. */
size_t schema_compare(const struct schema *s, const struct schema_row *rows, size_t n, struct schema_fault *out, size_t most);

/* The SELECT of site_schema, for an account that sees everything by itself.  Empty: the migrations have none. */
struct span schema_select(const struct schema *s);

/* Reads the parts of the database through site_schema, on MySQL through site_visible_schema, and compares them with the
 * migrations that it records.
 * n: 0 also when nothing can be said: sql_dir has no files, or the database no such view.  `v` lives in the arena. */
struct db;
struct schema_faults {
  struct schema_fault *v; /* part and row: NULL when the view cannot be read */
  size_t n;
  bool hidden; /* MySQL shows the account its own tables only, and no site_visible_schema or none that can be read: v says which */
};
MUST_USE enum err schema_faults_read(struct db *db, struct arena *arena, int64_t deadline_us, struct schema_faults *out);

#endif
