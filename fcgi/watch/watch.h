/* The watcher's inside, shared by its parts.  Each part is one thing it looks after:
 *
 *   watcher.c      the loop: connect, poll, wait, tell the state
 *   watch_poll.c   one look at the change log
 *   watch_replica.c  how far a replica is behind
 *   watch_apply.c  reads again what changed and stages it
 *   watch_load.c   reads everything anew; watch_prefetch.c over several connections
 *   watch_sweep.c  compares versions, rate-limited
 *   watch_clock.c  what time alone changes
 *   watch_try.c    whether the readings of pages work
 *   watch_file.c   the file copy */
#ifndef DIPTYCH_WATCH_WATCH_H
#define DIPTYCH_WATCH_WATCH_H

#include "catalog/catalog_writer.h"
#include "rows/rows_facts.h"
#include "rows/rows_terms.h"
#include "watch/watch_loop.h"

#define WATCH_ANSWER_MS 15000   /* longest wait for one answer to a bulk reading */
#define WATCH_BATCH 500         /* products read again in one snapshot */

struct watch_ids {
  uint64_t *v;
  size_t n, cap;
};

/* The sweep's place in its round. */
struct watch_sweep {
  uint64_t after;          /* compared up to this id */
  int64_t next_us;         /* monotonic: when the next slice is due; 0: at once */
  int64_t hurry_until_us;  /* monotonic: until then, and until a round finds nothing, it runs faster */
  uint64_t found, looked;  /* in this round */
  bool hurry;
  char trouble[160];
};

/* Counts of windows that end at another hour, gathered slice by slice before they are staged. */
struct watch_count {
  uint64_t id;
  struct version version;
  uint32_t n90, s30;
};

struct watch_recount {
  bool running;
  int64_t window_us;
  uint64_t after;
  struct watch_count *v;
  size_t n, cap;
};

#define WATCH_LAG_UNKNOWN INT64_C(-1)

struct watch_replica {
  int64_t asked_us;       /* real time just before it was asked */
  int64_t lag_us;         /* behind its primary; 0 also for a database that is no replica */
  int64_t level_since_us; /* monotonic: since when lag_us is 0; 0: it is not, or nobody has asked */
  bool waits;             /* it has yet to come to where the catalog is */
};

struct watch {
  const struct config *config;
  struct catalog *catalog;
  struct catalog_writer *writer;
  struct metrics *metrics;
  struct breaker *breaker; /* of the database, shared with the workers */
  _Atomic int64_t *heartbeat_us;
  int stop_fd;

  struct db *db;
  struct arena *arena;            /* of one batch */
  struct catalog_follow *follow;  /* as published */
  struct catalog_follow *next;    /* while a poll is applied */
  struct catalog_state state;

  int64_t db_now_us;   /* of the last poll */
  int64_t logged_us;     /* newest time of a change that the last poll told; CLOCK_NEVER: it told none */
  int64_t site_now_us;
  uint32_t gap_turn;   /* which of many ranges are asked for next */
  bool behind;         /* the last poll was full: ask again at once */
  bool load_wanted;    /* everything must be read anew */
  char reason[128];    /* why */
  bool replaced;       /* ... for the log is not the one that was followed */
  struct watch_ids changed;
  bool terms_changed;

  uint64_t try_id;           /* the readings of pages are tried for it next; 0: for none */
  int64_t try_after_us;      /* monotonic */
  char failing[384];         /* what the last try was told; empty: it worked */

  struct watch_replica replica;
  struct watch_sweep sweep;
  struct watch_recount recount;
  bool full, refused;        /* the catalog's memory did not suffice; since the last publication */
  bool left;                 /* something is shown as it was, for want of room; until a sweep finds nothing */
  int64_t full_since_us;     /* monotonic */
  bool loading;              /* everything is being read */
  int64_t polled_us;         /* real time just before the last poll */
  bool trying;               /* the state file is marked as being tried */
  bool unsaved;
  int64_t save_after_us;     /* monotonic */
  int64_t down_since_us;     /* monotonic; 0: up */
};

bool watch_stopping(const struct watch *w) MUST_USE; /* asks stop_fd, without waiting; also tells the beat */
/* When what is applied now was changed: as the log says, or now, if that came late or nobody told it. */
int64_t watch_changed_us(const struct watch *w);
int64_t watch_deadline(void);               /* of one bulk reading */
/* The incarnation as followed: the database's word, and what else makes facts what they are. */
void watch_incarnation(const struct watch *w, char out[64], struct span word);

/* A gap of the change log was given up for want of room: what commits there late, the sweep has to find. */
void watch_gap_lost(struct watch *w);

bool watch_ids_add(struct watch_ids *ids, uint64_t id) MUST_USE; /* false: no memory */
void watch_ids_sort(struct watch_ids *ids);             /* and without doubles */

/* UNAVAILABLE, INVALID: the database.  LIMIT: the catalog. */
enum err watch_poll(struct watch *w) MUST_USE;
enum err watch_load(struct watch *w) MUST_USE;
enum err watch_clock(struct watch *w) MUST_USE;
enum err watch_try(struct watch *w) MUST_USE;
enum err watch_replica_check(struct watch *w) MUST_USE;
/* The log's highest number is `most`: is that a replica that must catch up before it is read? */
bool watch_replica_waits(struct watch *w, uint64_t most) MUST_USE;
int64_t watch_replica_confirms(const struct watch *w);      /* real time up to which the catalog is right */
const char *watch_replica_trouble(const struct watch *w); /* "": none */
enum err watch_sweep_step(struct watch *w) MUST_USE;

/* Reads products again and stages what they are now.  ids sorted, without doubles. */
enum err watch_products(struct watch *w, const uint64_t *ids, size_t n) MUST_USE;
/* Sectors, themes, pages, the site's questions: stages those that differ, or all; *found counts them. */
enum err watch_terms(struct watch *w, bool all, size_t *found) MUST_USE;
/* LIMIT: later there may be room again, don't advance yet.  When there is none for long, or everything
 * is being read, the product is left as it was: the sweep tries again. */
enum err watch_put(struct watch *w, const struct product *p) MUST_USE;
/* The same of any staging. */
enum err watch_staged(struct watch *w, enum err err) MUST_USE;
void watch_noted(struct watch *w, enum err err); /* of a staging: LIMIT and NO_MEMORY */
enum err watch_publish(struct watch *w, const struct catalog_follow *follow) MUST_USE;

bool watch_file_load(struct watch *w) MUST_USE;
void watch_file_lived(struct watch *w); /* after a round of work: whatever comes now, the file is not to blame */
void watch_file_save(struct watch *w, bool now);

#endif
