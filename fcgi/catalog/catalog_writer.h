/* The write side of the catalog, for one process at a time: the watcher.
 *
 * The put and remove functions stage changes.  catalog_writer_publish publishes them together and stores the
 * position in the change log in the same step: a watcher that dies before the step loses nothing, and one that dies
 * after it repeats nothing harmful.
 *
 * LIMIT and NO_MEMORY leave the published catalog as it was.  After LIMIT the changes stay staged, and publishing
 * may succeed once the other half's readers have had their grace.  After NO_MEMORY, close the writer, open a new one
 * and continue from catalog_position_get. */
#ifndef DIPTYCH_CATALOG_CATALOG_WRITER_H
#define DIPTYCH_CATALOG_CATALOG_WRITER_H

#include "catalog/catalog.h"

#define CATALOG_GAPS_MAX 4096

struct catalog_gap {
  uint64_t first, last; /* inclusive range of change-log numbers */
  uint64_t present;     /* how many of them have appeared, and fewer than all; 0: none, the gap is exact */
  int64_t until_us;     /* real time after which the gap is dropped */
};

struct catalog_position { /* in the change log; functions in catalog/catalog_position.h */
  uint64_t cursor;
  uint64_t anchor_entity_id;  /* of the entry with seq = cursor, to detect a replaced log */
  int64_t anchor_changed_us;
  char incarnation[64];
  uint32_t n_gaps;
  struct catalog_gap gaps[CATALOG_GAPS_MAX];
};

struct catalog_writer;

/* Takes over the published catalog of an earlier watcher.  NULL: no memory.  A damaged catalog is not taken over: then
 * the incarnation of catalog_position_get is empty, and everything must be read. */
struct catalog_writer *catalog_writer_open(struct catalog *c);
void catalog_writer_close(struct catalog_writer **w);
/* alive is called at least once for about every 100,000 products that a publication handles, between its steps and within
 * them: the publication of a full load takes seconds. */
void catalog_writer_alive(struct catalog_writer *w, void (*alive)(void *arg), void *arg);

/* Staging.  Arguments are copied.  The counts of past months of all products must belong to the same months, those before
 * the window of the next publication.  LIMIT: the region is full (logged). */
MUST_USE enum err catalog_put_product(struct catalog_writer *w, const struct facts *f, const struct span *aliases,
                                      size_t n_aliases, const uint64_t *pair_ids, size_t n_pairs);
MUST_USE enum err catalog_remove_product(struct catalog_writer *w, uint64_t id); /* NO_MEMORY or OK */
MUST_USE enum err catalog_put_sector(struct catalog_writer *w, const struct term *t);
void catalog_remove_sector(struct catalog_writer *w, uint64_t id);
MUST_USE enum err catalog_put_theme(struct catalog_writer *w, const struct term *t);
void catalog_remove_theme(struct catalog_writer *w, uint64_t id);
MUST_USE enum err catalog_put_page(struct catalog_writer *w, const struct page_head *p);
void catalog_remove_page(struct catalog_writer *w, uint64_t id);
MUST_USE enum err catalog_put_attribute(struct catalog_writer *w, const struct attribute *a);
void catalog_remove_attribute(struct catalog_writer *w, uint64_t id);
void catalog_put_site(struct catalog_writer *w, struct version v, int64_t edited_us);
void catalog_put_public(struct catalog_writer *w, int64_t us); /* as catalog_public_changed; an earlier time changes nothing */
void catalog_put_window(struct catalog_writer *w, int64_t window_us);

/* Sets counts of one product without another version (the hour moved, or a month ended).  past: as in struct facts; NULL:
 * the counts of past months stay. */
struct catalog_counts {
  uint32_t n90, s30;
  const uint16_t *past;
};
MUST_USE enum err catalog_put_counts(struct catalog_writer *w, uint64_t id, const struct catalog_counts *counts,
                                     int64_t window_us);

/* Begins a full load: the next publication removes everything that was not put since.  catalog_writer_close and another
 * begin abandon it. */
MUST_USE enum err catalog_begin_full(struct catalog_writer *w);
/* The database has another history than before, for example after a restore: the next publication clears version floors
 * and stored versions.  A publication whose cursor stepped back does so by itself. */
void catalog_forget_versions(struct catalog_writer *w);

MUST_USE enum err catalog_writer_publish(struct catalog_writer *w, const struct catalog_position *position);
void catalog_position_get(struct catalog_writer *w, struct catalog_position *out);
int64_t catalog_next_due(struct catalog_writer *w); /* least next_due_us of all products; CLOCK_FOREVER */

/* Products in id order, for the sweep: up to *n ids greater than `after`; *n becomes their number. */
MUST_USE enum err catalog_ids(struct catalog_writer *w, uint64_t after, uint64_t *ids, struct version *versions, size_t *n);

void catalog_state_put(struct catalog_writer *w, const struct catalog_state *s);

/* The state file: a temporary file, fsync, rename.  It has checksums, a format number, the incarnation and times.
 * catalog_save writes a large catalog in a child process and returns OK at once; catalog_save_now waits.
 *   NOT_FOUND  nothing is published
 *   RETRY      changes are staged and must be published first, or a child is writing or has written a moment ago
 *   IO         logged
 * catalog_load publishes the content of the file and sets from_file and confirmed_us of the state.
 *   NOT_FOUND  there is no file
 *   INVALID    damaged, of another format, or with a value that no writer writes; logged
 *   LIMIT      it does not fit */
MUST_USE bool catalog_save_refused(const struct catalog_writer *w); /* it could not be written when that was tried last */
MUST_USE enum err catalog_save(struct catalog_writer *w, const char *path);
MUST_USE enum err catalog_save_now(struct catalog_writer *w, const char *path);
MUST_USE enum err catalog_load(struct catalog_writer *w, const char *path);

#endif
