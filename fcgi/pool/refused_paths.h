/* Paths that ended workers.  Such a path is refused for a while: workers answer 500 before libfcgi parses the request.
 *
 * The master learns from the scoreboard slot of a dead worker which request it had.  Only faults of the program count:
 * SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, and a worker that the master ended because it hung.  SIGKILL and SIGTERM
 * come from operators and from the kernel, so they do not count.
 *
 * A target (path and query) is refused after 2 deaths within a minute.  A path is refused with every query after deaths
 * by 3 different queries, because a client can choose the query freely.  The first refusal lasts 10 s.  A path that ends
 * a worker again later is refused at once, for twice the time as before, up to 10 minutes.  A path that ends no worker
 * for 10 minutes after its refusal is forgotten.  A reload forgets all.
 *
 * The table is in shared memory.  The master is the only writer; workers read `hash` and `until_us` without locks.  A
 * target is identified by a keyed hash (SipHash-2-4 with a key of this pool), so a client cannot construct a request
 * with the hash of another page.  The table is bounded.  When it is full, a new entry replaces an entry that is not
 * refused, or else the entry whose refusal ends first. */
#ifndef DIPTYCH_POOL_REFUSED_PATHS_H
#define DIPTYCH_POOL_REFUSED_PATHS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/span.h"

#define REFUSED_PATHS_MAX 64
#define REFUSED_PATHS_TEXT 160 /* bytes of the target that are kept, NUL included */

/* What identifies a request. */
struct request_ids {
  uint64_t target; /* hash of path and query; 0: no request */
  uint64_t path;   /* hash of the path; 0: there is no query */
};

struct refused_path {
  _Atomic uint64_t hash;    /* 0: the entry is free */
  _Atomic int64_t until_us; /* monotonic: refused until then; 0: never refused */
  int64_t death_us;         /* monotonic: of the last death */
  uint64_t last_target;     /* any_query: the target of the last death */
  unsigned deaths;          /* workers that it ended; any_query: by how many different queries in a row */
  unsigned refusals;        /* how often it was refused */
  bool any_query;
  struct worker_fault {
    int signal;
    bool hung; /* the master ended the worker */
  } last;
  char text[REFUSED_PATHS_TEXT]; /* cut at its end */
};

struct refused_paths {
  unsigned char key[16];
  _Atomic int64_t until_us; /* no path is refused from then on */
  struct log_limit limit;   /* an attacker may have many paths */
  struct refused_path v[REFUSED_PATHS_MAX];
};

void refused_paths_open(struct refused_paths *t); /* makes the key; the memory is zero */

/* Worker. */
struct request_ids refused_paths_ids(const struct refused_paths *t, struct span target);
MUST_USE bool refused_paths_refuses(const struct refused_paths *t, struct request_ids ids, int64_t now_us);

/* Master: this request ended a worker.  window_us: deaths further apart do not add up.  Logs a line when a refusal
 * begins. */
struct worker_death {
  struct request_ids ids;
  struct span target;
  struct worker_fault fault;
  int64_t now_us, window_us;
};
void refused_paths_death(struct refused_paths *t, const struct worker_death *d);
void refused_paths_clear(struct refused_paths *t);
/* True: a death by this signal counts. */
MUST_USE bool refused_paths_counts(int signal);

/* Any process. */
unsigned refused_paths_count(const struct refused_paths *t, int64_t now_us);
/* Master: lines for `status`, or the elements of a JSON array without its brackets. */
void refused_paths_text(const struct refused_paths *t, int64_t now_us, struct buf *out);
void refused_paths_json(const struct refused_paths *t, int64_t now_us, struct buf *out);

#endif
