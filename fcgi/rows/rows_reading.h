/* One reading of many products: what all statements of it share.
 *
 * A reading runs inside db_snapshot.  rows_facts_read fills `products`, sorted by id; the other files add their part
 * to products that they find there.  Each part also mixes what it read into the product's hash. */
#ifndef DIPTYCH_ROWS_ROWS_READING_H
#define DIPTYCH_ROWS_ROWS_READING_H

#include "base/arena.h"
#include "db/db.h"
#include "rows/rows.h"
#include "rows/rows_preview.h"
#include "rows/rows_sql.h"

struct activity_row;

struct rows_reading {
  struct db *db;
  struct arena *arena;
  int64_t deadline_us;    /* monotonic */
  int64_t past_us;        /* read the counts of the months before this time (facts.past); 0: of none */
  bool texts;             /* read texts too: editorials, questions, texts on pairs */
  bool cards;             /* read the texts of cards: summaries, headlines, and of activities sparks and the latest release */
  bool search;            /* read what the search reads: facts.texts */
  bool listed;            /* read the activities one by one (rows_activity_list.h); false: the server counts them */
  bool last;              /* no statement follows rows_facts_read in this snapshot */
  uint32_t page;          /* of the timeline, from 1; 0: the first if there are texts, else none */
  struct rows_set set;    /* which products; a range is narrowed to the products that were read */
  uint64_t until;         /* of a range: its end */
  size_t most;            /* of a range: the largest number of rows to read */
  struct rows_snapshot snapshot;
  struct product *products;
  uint64_t *hashes;       /* one for each product, incomplete until all parts are read */
  size_t n;
  const struct activity_row *list; /* all activities, also those to come, while rows_facts_read takes its parts; NULL: not listed */
  size_t n_list;
  struct db_rows *list_rows;
  bool ended;             /* of a range: no product follows */
  const struct rows_preview *preview; /* rows to read as if they were published; NULL: none */
  bool repeats;           /* a view returns activities more than once: rows_activities_sql filters the copies */
};

struct product *rows_reading_find(const struct rows_reading *r, uint64_t id); /* NULL: not in this reading */
void rows_reading_mix(struct rows_reading *r, const struct product *p, uint64_t value); /* into its hash */
/* At `us` the product changes without an edit, because something falls due.  CLOCK_NEVER: never. */
void rows_reading_due(struct facts *f, int64_t us);

#endif
