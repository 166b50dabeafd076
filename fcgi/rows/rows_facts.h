/* Reading many products at once: the part that the watcher and the pages share.
 *
 * A reading happens inside db_snapshot.  It fills an array of products, sorted by id, with their
 * facts, versions, links, aliases and the ids of pairs; with `texts` also with editorials, questions
 * and words on pairs.  Five statements.  A product whose slug breaks the rules is left out. */
#ifndef DIPTYCH_ROWS_ROWS_FACTS_H
#define DIPTYCH_ROWS_ROWS_FACTS_H

#include "rows/rows.h"
#include "rows/rows_sql.h"

struct rows_reading {
  struct db *db;
  struct arena *arena;
  int64_t deadline_us;
  bool texts;
  struct rows_set set;    /* which products; a range is narrowed to what was found */
  uint64_t until;         /* of a range: its end; `set` is narrowed to what was read */
  size_t most;            /* of a range: how many products at most */
  struct rows_snapshot snapshot;
  struct product *products;
  uint64_t *hashes; /* of products, while they are put together */
  uint64_t *digests; /* of their editorials */
  size_t n;
  bool ended;             /* of a range: nothing comes after these */
  bool repeats;           /* a view says activities several times: rows_activity_due takes each once */
};

/* For db_snapshot; arg is the reading. */
MUST_USE enum err rows_facts_read(struct db *db, void *arg);
struct product *rows_facts_find(const struct rows_reading *r, uint64_t id); /* NULL: not among them */

/* Parts of rows_facts_read, in files of their own. */
MUST_USE enum err rows_links_read(struct rows_reading *r);     /* revisions, sectors, themes, aliases */
MUST_USE enum err rows_questions_read(struct rows_reading *r); /* questions, words on pairs */
void rows_due_at(struct facts *f, int64_t us);           /* something falls due then; CLOCK_NEVER: nothing */
void rows_facts_mix(struct rows_reading *r, const struct product *p, uint64_t value); /* into its hash */

/* ---- activities, each taken once although a view that joins may say it several times
 * Copies are looked for by rows_activities_read, at little cost, and only when there are some the other
 * statements pay for leaving them out.  Of copies that differ the one with the least digest counts. */
struct rows_window {
  int64_t from_us, until_us; /* CLOCK_NEVER: from the earliest; CLOCK_FOREVER: no end */
};
/* " FROM ... a WHERE ...": the published activities of a set of products. */
void rows_activity_from(struct buf *sql, const struct rows_set *set, const struct rows_window *window, bool repeats);
/* The same, of this reading's products and due by the site's clock. */
void rows_activity_due(const struct rows_reading *r, struct buf *sql, int64_t from_us);
/* Reads counts, newest times and hashes; sets r->repeats. */
MUST_USE enum err rows_activities_read(struct rows_reading *r);

/* ---- inside a snapshot, for other readings
 * An activity of the columns id, kind, class, title, url, version, occurred_at from `column` on. */
void rows_activity_take(struct arena *arena, const struct db_rows *rows, unsigned column, struct activity *to);
MUST_USE enum err rows_revision(struct db *db, const char *entity, uint64_t id, int64_t deadline_us, uint64_t *rev);
MUST_USE enum err rows_site_version(struct db *db, int64_t deadline_us, struct version *out);

/* ---- for the watcher */
struct rows_batch {
  struct product *products; /* sorted by id; those that don't exist are not among them */
  size_t n;
  struct rows_snapshot snapshot;
  uint64_t last; /* of a range: all products up to this id are among them */
  bool ended;    /* of a range: no product has a greater id */
};
/* ids must be sorted and without doubles. */
MUST_USE enum err rows_batch_list(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us,
                         struct rows_batch *out);
struct rows_range { /* after < id <= until, at most so many products */
  uint64_t after, until;
  size_t most;
};
MUST_USE enum err rows_batch_range(struct db *db, const struct rows_range *range, struct arena *arena, int64_t deadline_us,
                          struct rows_batch *out);

#endif
