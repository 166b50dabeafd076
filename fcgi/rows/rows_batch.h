/* Products without other texts than those for the search, for the watcher: each call reads one snapshot. */
#ifndef DIPTYCH_ROWS_ROWS_BATCH_H
#define DIPTYCH_ROWS_ROWS_BATCH_H

#include "rows/rows.h"

struct rows_batch {
  struct product *products; /* sorted by id; products that do not exist are left out */
  size_t n;
  struct rows_snapshot snapshot;
  uint64_t last; /* of a range: it is read up to this id */
  bool ended;    /* of a range: no product has a greater id */
};

struct rows_list {
  const uint64_t *ids; /* sorted and unique */
  size_t n;
  int64_t past_us; /* facts.past counts the months before this time; 0: it is not read */
};
MUST_USE enum err rows_batch_list(struct db *db, const struct rows_list *list, struct arena *arena, int64_t deadline_us,
                                  struct rows_batch *out);

struct rows_range { /* after < id <= until */
  uint64_t after, until;
  size_t most;   /* the largest number of products to read */
  bool versions; /* facts.texts are not needed */
  int64_t past_us;
};
MUST_USE enum err rows_batch_range(struct db *db, const struct rows_range *range, struct arena *arena,
                                   int64_t deadline_us, struct rows_batch *out);

#endif
