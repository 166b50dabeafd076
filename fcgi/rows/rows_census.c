/* Counts the rows of the site_* views.  A view that repeats rows repeats them in each census, which does no harm to a
 * comparison of two. */
#include "rows/rows_census.h"

#define ROWS_CENSUS_ROW(name, words, number) {words, number},
static const struct {
  const char *words, *number;
} parts[ROWS_CENSUS_PARTS] = {ROWS_CENSUS_LIST(ROWS_CENSUS_ROW)};
#undef ROWS_CENSUS_ROW

const char *rows_census_words(enum rows_census_part part)
{
  return parts[part].words;
}

enum err rows_census_read(struct db *db, int64_t deadline_us, struct rows_census *out)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  for (unsigned i = 0; i < ROWS_CENSUS_PARTS; i++)
    buf_printf(&sql, "%s(SELECT %s)", i ? ", " : "SELECT ", parts[i].number);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  *out = (struct rows_census){0};
  if (err == ERR_OK && db_next(&rows))
    for (unsigned i = 0; i < ROWS_CENSUS_PARTS; i++)
      out->n[i] = db_uint(&rows, i);
  db_rows_free(&rows);
  return err;
}
