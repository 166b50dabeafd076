/* The writing side of the catalog: one process at a time, the watcher.
 *
 * Changes are staged with the put and remove functions and appear together with
 * catalog_writer_publish, which also stores the follower's cursor and gaps in the same step, so that a
 * watcher that dies before it loses nothing and one that dies after it repeats nothing harmful.
 *
 * LIMIT and NO_MEMORY leave what is published as it was.  After LIMIT the staged changes are still
 * there: publishing again may succeed once the other half's readers have had their time.  After
 * NO_MEMORY, close the writer, open another one and begin again from catalog_follow_get. */
#ifndef DIPTYCH_CATALOG_CATALOG_WRITER_H
#define DIPTYCH_CATALOG_CATALOG_WRITER_H

#include "catalog/catalog.h"

#define CATALOG_GAPS_MAX 4096

struct catalog_gap {
  uint64_t first, last; /* inclusive range of change-log numbers not seen yet */
  int64_t until_us;     /* real time after which it is given up */
};

struct catalog_follow {
  uint64_t cursor;
  uint64_t anchor_entity_id;  /* of the row with seq = cursor, to notice a replaced log */
  int64_t anchor_changed_us;
  char incarnation[64];
  uint32_t n_gaps;
  struct catalog_gap gaps[CATALOG_GAPS_MAX];
};

struct catalog_writer;

/* Takes over whatever is published (a former watcher's work); NULL: no memory.  What no writer makes is not
 * taken over: then catalog_follow_get knows no incarnation, and everything has to be read. */
struct catalog_writer *catalog_writer_open(struct catalog *c);
void catalog_writer_close(struct catalog_writer **w);

/* Staging.  Everything is copied.  LIMIT: the region is full (say so to the operator). */
enum err catalog_put(struct catalog_writer *w, const struct facts *f, const struct span *aliases, size_t n_aliases,
                     const uint64_t *pair_ids, size_t n_pairs) MUST_USE;
enum err catalog_remove(struct catalog_writer *w, uint64_t id) MUST_USE; /* NO_MEMORY or OK */
enum err catalog_put_sector(struct catalog_writer *w, const struct catalog_term *t) MUST_USE; /* ranking, median ignored */
void catalog_remove_sector(struct catalog_writer *w, uint64_t id);
enum err catalog_put_theme(struct catalog_writer *w, const struct catalog_term *t) MUST_USE;
void catalog_remove_theme(struct catalog_writer *w, uint64_t id);
enum err catalog_put_page(struct catalog_writer *w, const struct catalog_page *p) MUST_USE;
void catalog_remove_page(struct catalog_writer *w, uint64_t id);
void catalog_put_site(struct catalog_writer *w, struct version v, int64_t edited_us);
void catalog_put_window(struct catalog_writer *w, int64_t window_us);

/* Sets n90 and s30 of one product without another version (the hour moved). */
enum err catalog_put_counts(struct catalog_writer *w, uint64_t id, uint32_t n90, uint32_t s30, int64_t window_us) MUST_USE;

/* Begins an empty catalog beside the live one: everything put after it replaces the whole at the next
 * publish (full reload).  Abandoned by catalog_writer_close or another begin. */
enum err catalog_begin_full(struct catalog_writer *w) MUST_USE;
/* The database is of another history than before, say a backup: with the next publication, the versions
 * that workers told each other are forgotten.  A log that stepped back says so by itself. */
void catalog_forget_versions(struct catalog_writer *w);

enum err catalog_writer_publish(struct catalog_writer *w, const struct catalog_follow *follow) MUST_USE;
void catalog_follow_get(struct catalog_writer *w, struct catalog_follow *out);
int64_t catalog_next_due(struct catalog_writer *w); /* least next_due_us of all products; CLOCK_FOREVER */

/* Iterates products in id order for the sweep: ids greater than `after`, at most *n, which becomes how many. */
enum err catalog_ids(struct catalog_writer *w, uint64_t after, uint64_t *ids, struct version *versions, size_t *n) MUST_USE;

void catalog_state_put(struct catalog_writer *w, const struct catalog_state *s);

/* The file copy: temp file, fsync, rename; checksum, format number, incarnation, save time.
 * catalog_save writes a large one in a child process and returns OK at once, or RETRY while the last one
 * is still being written or rests; catalog_save_now waits until it is done.  NOT_FOUND: nothing is
 * published; RETRY also: changes are staged, publish them first.
 * catalog_load publishes what the file holds and sets from_file and confirmed_us of the state; NOT_FOUND:
 * none; INVALID: damaged, of another format, or with a field that no writer makes (the sentence goes to the
 * log); LIMIT: it does not fit. */
enum err catalog_save(struct catalog_writer *w, const char *path) MUST_USE;
enum err catalog_save_now(struct catalog_writer *w, const char *path) MUST_USE;
enum err catalog_load(struct catalog_writer *w, const char *path) MUST_USE;

#endif
