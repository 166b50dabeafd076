/* Counts the rows of the site_* views.  A view that repeats rows repeats them in each census, which does no harm to a
 * comparison of two. */
#include "rows/rows_census.h"

#include "base/clock.h"

#define LONGEST_US (600 * CLOCK_SECOND) /* of all counts */

#define ROWS_CENSUS_ROW(name, words, number) {words, number},
static const struct {
  const char *words, *number;
} parts[ROWS_CENSUS_PARTS] = {ROWS_CENSUS_LIST(ROWS_CENSUS_ROW)};
#undef ROWS_CENSUS_ROW

const char *rows_census_words(enum rows_census_part part)
{
  return parts[part].words;
}

struct reading {
  const struct rows_census_wait *wait;
  struct rows_census *out;
};

static enum err count_read(struct db *db, const char *number, int64_t deadline_us, uint64_t *out)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_printf(&sql, "SELECT %s", number);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows))
    *out = db_uint(&rows, 0);
  db_rows_free(&rows);
  return err;
}

static enum err counts_read(struct db *db, void *arg)
{
  struct reading *r = arg;
  enum err err = ERR_OK;
  *r->out = (struct rows_census){0};
  for (unsigned i = 0; i < ROWS_CENSUS_PARTS && err == ERR_OK; i++)
    err = r->wait->stopping(r->wait->context) ? ERR_UNAVAILABLE
                                              : count_read(db, parts[i].number, r->wait->deadline_us(), &r->out->n[i]);
  return err;
}

enum err rows_census_read(struct db *db, const struct rows_census_wait *wait, struct rows_census *out)
{
  return db_snapshot(db, wait->deadline_us() + LONGEST_US, counts_read, &(struct reading){wait, out});
}
