/* Reading products and texts from the site_* views, for whoever fills fragments.
 *
 * Each call reads one consistent snapshot with at most 10 statements, START TRANSACTION and COMMIT
 * included.  What it returns under a version is exactly what that version names: rev counts the
 * product's change-log entries, hash covers every row that a page would show of it.  Hashes are taken
 * by the server with the same expressions wherever a product is read (rows/rows_facts.h), so the
 * watcher, who reads no texts, finds the same ones.
 *
 * Two clocks.  Editorials are due by the database's own clock.  Activities, windows and ages follow
 * the site's, which a configuration may have frozen.
 *
 * What a foreign CMS may hold is tolerated: NULLs, zero dates, unknown words (a status reads as
 * draft, a kind as release, a class as trivial), bytes that are not UTF-8.  A product whose slug
 * breaks the rules is as good as absent; rows_lint names it. */
#ifndef DIPTYCH_ROWS_ROWS_H
#define DIPTYCH_ROWS_ROWS_H

#include <stdio.h>

#include "base/arena.h"
#include "db/db.h"
#include "model/product.h"

#define ROWS_PRODUCTS_MAX 100

struct rows_snapshot {
  int64_t db_now_us;   /* the database's real clock */
  int64_t site_now_us; /* as_of when it is frozen, else db_now_us */
  int64_t window_us;   /* the full hour at or before site_now_us */
};

/* Everything of n <= ROWS_PRODUCTS_MAX products; out[i] belongs to ids[i].  out[i].facts.id == 0:
 * there is no such product.  Drafts and archived ones are returned too: look at facts.status.
 * All memory is the arena's.  deadline_us is monotonic. */
MUST_USE enum err rows_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us,
                       struct product *out, struct rows_snapshot *snapshot);

/* Page `page` (1: the newest TIMELINE_PAGE) of a product's timeline; *total counts all its published
 * and due activities.  NOT_FOUND: no such product.  A page beyond the end has *n == 0. */
struct rows_timeline {
  struct version version;
  const struct activity *activities;
  size_t n, total;
};
MUST_USE enum err rows_timeline_read(struct db *db, uint64_t id, uint32_t page, struct arena *arena, int64_t deadline_us,
                       struct rows_timeline *out);

/* The site's own questions, in their order. */
struct rows_site {
  struct version version;
  const struct question *questions;
  size_t n;
};
MUST_USE enum err rows_site_read(struct db *db, struct arena *arena, int64_t deadline_us, struct rows_site *out);

/* An editors' page.  NOT_FOUND: there is none with that id. */
struct rows_page {
  struct version version;
  enum product_status status;
  struct span slug, title, body_md;
  int64_t updated_us;
};
MUST_USE enum err rows_page_read(struct db *db, uint64_t id, struct arena *arena, int64_t deadline_us, struct rows_page *out);

/* Tries the statements of pages for these products, and with rows_try those of the other readings too, and
 * lets go what they read.  INVALID: db_failure says which one the server refuses, and why. */
MUST_USE enum err rows_try_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us);
MUST_USE enum err rows_try(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us);

/* Names on `out`, a line each, the rows that the site leaves out or shows differently from what an
 * editor of a foreign CMS would expect: slugs that break the rules, unknown words, missing owners.
 * *found counts them. */
MUST_USE enum err rows_lint(struct db *db, int64_t deadline_us, FILE *out, size_t *found);

#endif
