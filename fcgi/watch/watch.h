/* Internal header of the watcher, shared by its parts:
 *
 *   watch_loop.c      the loop: connect, poll, wait, publish the state
 *   watch_base.c      deadlines, stop requests, lists of ids; no part below it
 *   watch_apply.c     reads changed rows and stages them
 *   watch_poll.c      reads the change log; watch_entries.c its entries, watch_gaps.c what commits late
 *   watch_load.c      reads everything; watch_prefetch.c does so over several connections
 *   watch_sweep.c     compares versions, rate-limited
 *   watch_doubt.c     whether a reading is believed, or a restore is in its way
 *   watch_clock.c     changes that come with time alone
 *   watch_replica.c   how far a replica is behind
 *   watch_galera.c    whether a node of a Galera cluster has what the cluster committed
 *   watch_limits.c    how many connections the server admits
 *   watch_primary.c   which of several servers is followed
 *   watch_purge.c     whether somebody purges the change log
 *   watch_schema.c    what the schema lacks
 *   watch_try.c       checks that the statements of pages work
 *   watch_file.c      the state file
 *
 * Calls go one way: the loop calls the parts, the parts call watch_doubt.c, watch_apply.c and watch_base.c.  The sweep
 * also polls. */
#ifndef DIPTYCH_WATCH_WATCH_H
#define DIPTYCH_WATCH_WATCH_H

#include "catalog/catalog_writer.h"
#include "rows/rows_batch.h"
#include "rows/rows_census.h"
#include "rows/rows_signs.h"
#include "rows/rows_terms.h"
#include "watch/watch_loop.h"

#define WATCH_ANSWER_MS 15000   /* longest wait for the answer to one bulk statement */
#define WATCH_BATCH 500         /* products read in one snapshot */

struct watch_ids {
  uint64_t *v;
  size_t n, cap;
};

struct watch_sweep {
  uint64_t after;          /* ids up to this one are compared in this round */
  int64_t next_us;         /* monotonic: when the next slice is due; 0: at once */
  int64_t fast_until_us;   /* monotonic: the sweep stays fast at least until then */
  uint64_t found;          /* unlogged differences in this round */
  bool fast;               /* rounds follow each other faster, until one finds nothing */
  bool doubted;            /* this round found differences that are not believed */
  char trouble[160];       /* empty, or one sentence for operators */
};

/* The new counts of one product after the hour moved. */
struct watch_count {
  uint64_t id;
  struct version version;
  uint32_t n90, s30;
  uint16_t past[SCORE_MONTHS]; /* only when a month ended */
};

/* A recount gathers counts slice by slice and stages them all at its end.  When a month ended, it also gathers those of the
 * past months.  Products that are read meanwhile are staged with the old months, and read again at its end. */
struct watch_recount {
  bool running;
  bool month_ended;
  struct watch_ids read; /* products that were read since it began; only when a month ended */
  int64_t window_us;
  uint64_t after;          /* ids up to this one are counted */
  struct watch_count *v;
  size_t n, cap;
};

#define WATCH_LAG_UNKNOWN INT64_C(-1)

struct watch_replica {
  int64_t asked_us;           /* real time just before the last status query */
  int64_t lag_us;             /* behind its primary; 0 also for a database that is no replica */
  int64_t caught_up_since_us; /* monotonic: since when lag_us is 0; 0: it is not, or was never asked */
  bool waits;                 /* the replica has not reached the catalog's position yet */
};

/* See watch_galera.c. */
struct watch_galera {
  bool on;                 /* the database is a node of a cluster */
  int64_t ask_after_us;    /* monotonic, as the others: ask again whether it is */
  struct db *db;           /* for causal reads */
  struct breaker breaker;  /* of that connection */
  int64_t sync_after_us, pause_us;
  unsigned candidate;      /* the place of the node that was asked last for its being in step, other than the followed one */
  int64_t back_after_us;
  char trouble[200];       /* empty, or one sentence for operators */
  char gtid[64];           /* of the last commit that the last poll knew of */
  int64_t moved_us;        /* monotonic: when it changed last */
  unsigned still;          /* polls that asked for all gaps since it moved */
  int64_t gaps_after_us;
};

/* See watch_gaps.h. */
#define WATCH_SPANS 16
struct watch_span {
  uint32_t from, to;       /* gaps of the position; without the last */
  uint64_t known, counted; /* entries between the first number and the last */
};

struct watch_gaps {
  struct watch_span spans[WATCH_SPANS]; /* that this poll counts */
  uint32_t n_spans;
  uint32_t turn;    /* the gap at which the next poll goes on; 0: this poll counted the last */
  bool asked;       /* this poll asks for gaps */
  bool more;        /* a gap has more entries than one statement reads */
  uint64_t purged;  /* as of the last poll that counted all */
};

/* See watch_doubt.c. */
struct watch_doubt {
  struct rows_signs signs, accepted; /* those of the last reading; those that are believed to stay */
  struct rows_census before, counts; /* of what is believed; of the last reading */
  bool before_known;                 /* `before` was counted */
  bool logged;                       /* change-log entries were applied since then */
  uint64_t polls, loss_polls;        /* successful polls; as of the first reading with a loss that no sign explains, 0: none */
  bool active;                       /* a reading is not believed */
  bool restoring;                    /* signs of a restore were there since the last settled sweep */
  int64_t signs_us;                  /* monotonic: when the signs were read, or known to be the same; 0: never */
  int64_t looked_us;                 /* monotonic: when they were read */
  uint64_t source;                   /* what they follow from (rows_signs_source), as of the last look at it; 0: not known */
  int64_t source_since_us;           /* monotonic: since when it is the same */
  int64_t next_us;                   /* monotonic: when the rows may be counted again */
  int64_t same_since_us;             /* monotonic: since when all readings agree */
  char trouble[240];                 /* for operators, while active */
};

struct watcher {
  const struct config *config;
  struct catalog *catalog;
  struct catalog_writer *writer;
  struct metrics *metrics;
  struct breaker *breaker; /* of the database, shared with the workers */
  _Atomic int64_t *heartbeat_us;
  int stop_fd;

  struct db *db;
  struct arena *arena;                     /* of one batch */
  struct catalog_position *position;       /* as published */
  struct catalog_position *next_position;  /* while a poll is applied */
  struct catalog_state state;

  int64_t db_now_us;         /* the database's time at the last poll */
  int64_t site_now_us;       /* db_now_us, or as_of when it is configured */
  int64_t past_us;           /* while the window of the next publication is another one: that window; else 0 */
  int64_t newest_change_us;  /* newest changed_at of the last poll; CLOCK_NEVER: no entry had one */
  bool behind;               /* the last poll was full: poll again at once */
  bool load_needed;          /* everything must be read */
  char load_reason[128];
  bool log_replaced;         /* the reason is that another change log took the place of the known one */
  struct watch_ids changed;
  bool terms_changed;

  uint64_t try_id;           /* product for the next check of the pages' statements; 0: none */
  int64_t try_after_us;      /* monotonic */
  char try_failure[384];     /* the server's words at the last check; empty: it worked */

  int64_t limits_after_us;   /* monotonic */
  int64_t primary_after_us;  /* monotonic */
  char primary_trouble[100]; /* empty: there is a primary */
  struct db *explorer;       /* asks servers of unknown role */
  struct breaker explorer_breaker;
  int64_t purge_after_us;    /* monotonic */
  char purge_trouble[280];   /* nobody purges the change log; empty: it is not overdue */
  char schema_trouble[280];  /* what the schema lacks; empty: nothing */
  char file_trouble[320];    /* the state file cannot be saved; empty: it can */
  int64_t schema_after_us;   /* monotonic */

  struct watch_replica replica;
  struct watch_galera galera;
  struct watch_gaps gaps;
  struct watch_doubt doubt;
  struct watch_sweep sweep;
  struct watch_recount recount;
  bool memory_full;              /* the catalog's memory does not suffice */
  bool limit_met;                /* it did not suffice since the last publication */
  bool outdated;                 /* some products keep their old record for want of room; until a sweep finds nothing */
  int64_t memory_full_since_us;  /* monotonic */
  bool loading;                  /* a full load is running */
  int64_t polled_us;             /* real time just before the last poll */
  bool file_marked;              /* the state file is marked as being tried */
  bool unsaved;
  int64_t save_after_us;         /* monotonic */
  int64_t down_since_us;         /* monotonic; 0: the database is up */
};

/* ---- watch_base.c */
void watch_beat(const struct watcher *w); /* the pool ends a watcher without a heartbeat for 30 s */
MUST_USE bool watch_stopping(const struct watcher *w); /* does not wait; also updates the heartbeat */
bool watch_wait(const struct watcher *w, int64_t us);  /* true: a stop was requested meanwhile */
int64_t watch_deadline(void);                          /* of one bulk statement */
int64_t watch_soon(const struct watcher *w);           /* of one small statement: mysql_timeout */
/* Edit time of the changes that are applied now: as the log says, or now when the log says nothing or the entry is
 * old. */
int64_t watch_changed_us(const struct watcher *w);
/* The window whose past months facts.past counts: that of the catalog, or the one that a load or recount will publish. */
int64_t watch_past_us(const struct watcher *w);
/* The identity of what is followed: the database's incarnation, as_of and the format of facts (rows/rows_format.h). */
void watch_incarnation(const struct watcher *w, char out[64], struct span incarnation);

MUST_USE bool watch_ids_add(struct watch_ids *ids, uint64_t id); /* false: no memory */
void watch_ids_sort(struct watch_ids *ids);                      /* and removes duplicates */

/* ---- the parts.  UNAVAILABLE and INVALID come from the database, LIMIT from the catalog. */
MUST_USE enum err watch_poll(struct watcher *w);
MUST_USE enum err watch_load(struct watcher *w);
MUST_USE enum err watch_clock(struct watcher *w);
void watch_recount_end(struct watcher *w); /* also of one that has not begun */
MUST_USE enum err watch_try(struct watcher *w);
MUST_USE enum err watch_limits(struct watcher *w);
MUST_USE enum err watch_sweep_step(struct watcher *w);
/* Compares what a worker reported: a product, or UINT64_MAX for an editors' page or the site's questions. */
MUST_USE enum err watch_sweep_suspect(struct watcher *w, uint64_t id);

/* ---- watch_doubt.c */
#define WATCH_SIGNS_US (CLOCK_SECOND / 4)       /* most age of the signs when rows are applied */
#define WATCH_SIGNS_IDLE_US (10 * CLOCK_SECOND) /* and when a slow sweep compares */
/* May what the database says now be published?  unlogged: it is not what change-log entries announced, so it may also lose
 * rows.  Otherwise only signs of a restore stand against it, and the signs may be age_us old. */
struct watch_claim {
  bool unlogged;
  bool loaded; /* everything was read since the last claim: a loss that entries of that time announce is none */
  int64_t age_us;
};
MUST_USE enum err watch_believe(struct watcher *w, struct watch_claim claim, bool *believed);
/* Rows are sound when the tables that they come from were not created anew while they were read: call watch_made before and
 * watch_sound after staging them.  Unsound: nothing of it may be published, and the watcher reads everything again. */
uint64_t watch_made(const struct watcher *w); /* as of the last watch_believe */
MUST_USE enum err watch_sound(struct watcher *w, uint64_t made, bool *sound);
MUST_USE bool watch_doubted(const struct watcher *w);
MUST_USE bool watch_held(const struct watcher *w); /* the same, because of signs of a restore */
/* A round of the sweep found the catalog equal to the rows. */
MUST_USE enum err watch_doubt_settle(struct watcher *w);

/* A poll of the change log succeeded, or its entries were published. */
void watch_doubt_polled(struct watcher *w);
void watch_doubt_applied(struct watcher *w);
void watch_sweep_hurry(struct watcher *w, int64_t us); /* the sweep begins now, and stays fast for us */

MUST_USE enum err watch_schema(struct watcher *w);
MUST_USE enum err watch_purge(struct watcher *w);
MUST_USE enum err watch_primary(struct watcher *w);
void watch_primary_end(struct watcher *w);

/* ---- watch_replica.c */
MUST_USE enum err watch_replica_check(struct watcher *w);
/* True: the database is a replica that must catch up before it is read.  newest: the log's highest number. */
MUST_USE bool watch_replica_waits(struct watcher *w, uint64_t newest);
int64_t watch_replica_confirmed_us(const struct watcher *w); /* real time up to which the catalog is known to be right */
const char *watch_replica_trouble(const struct watcher *w);  /* "": none */
void watch_replica_lag(struct watcher *w, int64_t lag_us);   /* as of replica.asked_us */
MUST_USE bool watch_replica_is(const struct watcher *w);     /* what others commit may come late: a replica, or a Galera node */

/* ---- watch_galera.c */
MUST_USE enum err watch_galera_check(struct watcher *w);
void watch_galera_end(struct watcher *w);
MUST_USE bool watch_galera_gaps_due(struct watcher *w);
void watch_galera_polled(struct watcher *w, struct span gtid); /* gtid: of the cluster's last commit, as the poll read it */

/* ---- watch_apply.c */
/* Reads products and stages them.  ids are sorted, without duplicates. */
MUST_USE enum err watch_products(struct watcher *w, const uint64_t *ids, size_t n);
/* Sectors, themes, pages, attributes, the site's questions: stages all, those that differ, or none; *found counts those that
 * differ. */
enum watch_staging { STAGE_ALL, STAGE_CHANGES, STAGE_NOTHING };
MUST_USE enum err watch_terms(struct watcher *w, enum watch_staging staging, size_t *found);
/* LIMIT: there may be room later, do not advance the position yet.  When the memory stays full, and in a full load,
 * the product keeps its old record and OK is returned: the sweep tries again. */
MUST_USE enum err watch_product_stage(struct watcher *w, const struct product *p);
/* Applies the same rule to the result of any staging. */
MUST_USE enum err watch_staging_result(struct watcher *w, enum err err);
void watch_limit_note(struct watcher *w, enum err err); /* logs and remembers LIMIT and NO_MEMORY */
MUST_USE enum err watch_publish(struct watcher *w, const struct catalog_position *position);

/* ---- watch_file.c */
MUST_USE bool watch_file_load(struct watcher *w);
void watch_file_unmark(struct watcher *w); /* after one round of work: the file did not end the process */
void watch_file_save(struct watcher *w, bool now);

#endif
