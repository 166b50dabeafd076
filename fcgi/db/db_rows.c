/* The rows of a statement, which the client library holds in memory. */
#include <mysql.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"

bool db_next(struct db_rows *rows)
{
  rows->cells = rows->result ? mysql_fetch_row(rows->result) : NULL;
  rows->lengths = rows->cells ? mysql_fetch_lengths(rows->result) : NULL;
  return rows->cells != NULL;
}

void db_rewind(struct db_rows *rows)
{
  if (rows->result)
    mysql_data_seek(rows->result, 0);
}

void *db_row(const struct db_rows *rows)
{
  return rows->result ? mysql_row_tell(rows->result) : NULL;
}

void db_row_again(struct db_rows *rows, void *row)
{
  if (rows->result)
    mysql_row_seek(rows->result, row);
}

void db_rows_free(struct db_rows *rows)
{
  if (rows->result)
    mysql_free_result(rows->result);
  *rows = (struct db_rows){0};
}

unsigned db_column(const struct db_rows *rows, const char *name)
{
  const MYSQL_FIELD *fields = rows->result ? mysql_fetch_fields(rows->result) : NULL;
  unsigned at = 0;
  while (at < rows->columns && strcmp(fields[at].name, name) != 0)
    at++;
  return at;
}

bool db_null(const struct db_rows *rows, unsigned column)
{
  return column >= rows->columns || !rows->cells[column];
}

struct span db_text(const struct db_rows *rows, unsigned column)
{
  if (db_null(rows, column))
    return (struct span){NULL, 0};
  return span_of(rows->cells[column], rows->lengths[column]);
}

uint64_t db_uint(const struct db_rows *rows, unsigned column)
{
  if (db_null(rows, column) || rows->cells[column][0] == '-')
    return 0;
  return strtoull(rows->cells[column], NULL, 10);
}

int64_t db_int(const struct db_rows *rows, unsigned column)
{
  return db_null(rows, column) ? 0 : strtoll(rows->cells[column], NULL, 10);
}

int64_t db_time(const struct db_rows *rows, unsigned column)
{
  int64_t us = CLOCK_NEVER;
  clock_parse(db_text(rows, column), &us);
  return us;
}
