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

/* ids must be sorted and unique. */
MUST_USE enum err rows_batch_list(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us,
                                  struct rows_batch *out);

struct rows_range { /* after < id <= until */
  uint64_t after, until;
  size_t most;   /* the largest number of products to read */
  bool versions; /* facts.texts are not needed */
};
MUST_USE enum err rows_batch_range(struct db *db, const struct rows_range *range, struct arena *arena,
                                   int64_t deadline_us, struct rows_batch *out);

#endif
