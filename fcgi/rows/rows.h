/* Reads products and texts from the site_* views, to fill fragments.
 *
 * Each call reads one consistent snapshot with at most 11 statements, START TRANSACTION and COMMIT included.  The
 * version in a result identifies the rows in it: rev counts the product's change-log entries, hash covers every row
 * of the product that a page shows.  The server computes the digests of rows with the same expressions for every
 * reading (rows/rows_sql.h), so the watcher, which reads no texts, gets the same hashes.
 *
 * There are two clocks.  Editorials become due by the database's clock.  Activities, windows and ages follow the
 * site's clock, which the configuration may freeze.
 *
 * Rows of a foreign CMS may contain NULLs, zero dates, bytes that are not UTF-8, and unknown words: an unknown status
 * reads as draft, an unknown kind as release, an unknown class as trivial.  A product whose slug breaks the rules is
 * treated as absent; lint names it. */
#ifndef DIPTYCH_ROWS_ROWS_H
#define DIPTYCH_ROWS_ROWS_H

#include "base/arena.h"
#include "db/db.h"
#include "model/product.h"

#define ROWS_PRODUCTS_MAX 100

/* The size of a Markdown body in the database.  A body over `most` bytes (markdown_bytes) is not read whole. */
size_t rows_body_bytes(struct span body, size_t most);

struct rows_snapshot {
  int64_t db_now_us;   /* the database's clock */
  int64_t site_now_us; /* as_of if the configuration sets it, else db_now_us */
  int64_t window_us;   /* the full hour at or before site_now_us */
};

/* Reads n <= ROWS_PRODUCTS_MAX products; out[i] belongs to ids[i].  out[i].facts.id == 0: the product does not
 * exist.  Drafts and archived products are returned too: see facts.status.  All memory is the arena's.
 * deadline_us is monotonic. */
struct rows_wanted {
  const uint64_t *ids;
  size_t n;
  bool cards; /* what cards show, with the facts and the version; else whole products */
};
MUST_USE enum err rows_products(struct db *db, const struct rows_wanted *wanted, struct arena *arena, int64_t deadline_us,
                                struct product *out, struct rows_snapshot *snapshot);

/* Reads page `page` of a product's timeline; page 1 has the newest TIMELINE_PAGE activities.  `total` counts all
 * published and due activities.  NOT_FOUND: the product does not exist.  A page beyond the end has n == 0.
 * newer_us and older_us are the times of the activities next to those of the page; CLOCK_NEVER: there is none. */
struct rows_timeline {
  struct version version;
  int64_t newer_us, older_us;
  const struct activity *activities;
  size_t n, total;
};
MUST_USE enum err rows_timeline_read(struct db *db, uint64_t id, uint32_t page, struct arena *arena, int64_t deadline_us,
                                     struct rows_timeline *out);

/* Reads the index-th due editorial of a product, from the newest, and the one that came after it.  index 0, the current
 * editorial, is not a past one.  NOT_FOUND: there is no such product or editorial. */
struct rows_past {
  struct version version;
  struct editorial past, next;
  struct cited cited; /* by the bodies of both */
};
MUST_USE enum err rows_past_read(struct db *db, uint64_t id, uint32_t index, struct arena *arena, int64_t deadline_us,
                                 struct rows_past *out);

/* The questions of the site itself, in the order in which they are shown. */
struct rows_site {
  struct version version;
  const struct question *questions;
  size_t n;
};
MUST_USE enum err rows_site_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_site *out);

/* An editors' page.  NOT_FOUND: no page has that id. */
struct rows_page {
  struct version version;
  enum product_status status;
  struct span slug, title, body_md;
  enum body_format format;
  int64_t updated_us;
};
MUST_USE enum err rows_page_read(struct db *db, uint64_t id, struct arena *arena, int64_t deadline_us, struct rows_page *out);

/* Run the statements that pages need and discard the results: rows_try_products those of product pages, rows_try those
 * of all readings.  INVALID: the server refuses one of them; db_failure tells which one and why. */
MUST_USE enum err rows_try_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us);
MUST_USE enum err rows_try(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us);

#endif
