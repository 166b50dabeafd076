/* The master's table of workers.  It starts workers, asks them to stop, kills hung workers, and logs how each
 * worker ended, with the request that its scoreboard slot shows.
 *
 * `wanted` is the target number of workers.  Signals and commands change `wanted`, the end of a worker changes the
 * table, and workers_balance starts or retires workers until the table matches.  A worker that dies during its start
 * is replaced with increasing delays, because the next one would die too.  A worker that dies in a request is replaced
 * at once while fewer than half of the wanted workers serve.  Above that floor, many deaths in requests within a short
 * time cause increasing delays.  Every other worker is replaced at once.  No function blocks. */
#ifndef DIPTYCH_POOL_WORKERS_H
#define DIPTYCH_POOL_WORKERS_H

#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"
#include "pool/app.h"
#include "pool/autoscale.h"
#include "pool/log_file.h"
#include "pool/scoreboard.h"

#define WORKERS_DEATH_LINES 100 /* log lines about deaths in 10 s: an attacker may cause many */

struct worker_process {
  pid_t pid;                 /* 0: the slot is free */
  int64_t stop_requested_us; /* when it was sent SIGTERM; 0: it was not */
  int64_t aborted_us;        /* when it was sent SIGABRT because it hung; 0: it was not */
  bool killed;               /* it was sent SIGKILL */
};

struct workers {
  const struct app *app;
  const struct config *config; /* of new workers */
  void *resources;             /* of new workers; see app.h */
  struct scoreboard *board;
  unsigned generation;         /* of new workers */
  int wanted;                  /* target number of workers of this generation */
  bool automatic;              /* `wanted` is chosen by autoscale; written by scaling.c only */
  struct autoscale autoscale;
  int64_t sampled_us;          /* last sample for it */
  int listen_fd, alive_fd, wakeup_fd; /* as in gateway.h */
  const int *transfer_fds;
  struct log_file *log;        /* of new workers */
  bool stopping;
  int64_t turned_us;           /* last turn of the master */
  int64_t resumed_us;          /* the master had not run for a while before this time; 0: never */
  void (*in_child)(void *);    /* called in a child after fork: closes the master's own descriptors */
  void *in_child_context;
  int64_t fork_after_us;       /* start no worker before this time */
  int64_t failed_us;           /* time of the last failure: a death during the start or a failed fork */
  unsigned failed_generation;  /* generation of the last failure */
  unsigned failures;           /* number of consecutive failures */
  int64_t crowd_after_us;      /* start no worker above the floor before this time */
  int64_t request_death_us;    /* time of the last death in a request */
  unsigned request_deaths;     /* number of them in a row */
  struct log_limit fork_limit, death_limit, still_limit;
  struct worker_process members[SCOREBOARD_SLOTS];
};

void workers_want(struct workers *w, int64_t count); /* clamped to workers_min and workers_max */

/* Starts or retires workers of the current generation until there are `wanted`.  Does nothing while the pool
 * stops. */
void workers_balance(struct workers *w, int64_t now_us);

/* When workers_balance may start the next worker.  Monotonic. */
int64_t workers_next_start_us(const struct workers *w);

/* Call it first in each turn of the master. */
void workers_turn_begin(struct workers *w, int64_t now_us);

/* How long a process of the pool has been silent since since_us.  When the master itself did not run, because the pool was
 * frozen or the machine stood still, nobody else may have run, so only the time after it counts. */
MUST_USE int64_t workers_silent_us(const struct workers *w, int64_t since_us, int64_t now_us);

/* Kills workers that hang or that do not end within stop_grace.  Call it about every 100 ms. */
void workers_watch(struct workers *w, int64_t now_us);

/* Handles the end of child `pid`.  false: it is not a worker. */
MUST_USE bool workers_reap(struct workers *w, pid_t pid, int status, int64_t now_us);

/* matching: asks the workers of `generation` to stop; otherwise all workers of other generations. */
void workers_retire(struct workers *w, unsigned generation, bool matching, int64_t now_us);

unsigned workers_count(const struct workers *w); /* all worker processes, also those that are leaving */
unsigned workers_ready(const struct workers *w, unsigned generation);
/* All wanted workers are ready.  While deaths in requests delay starts, the floor is enough. */
bool workers_all_ready(const struct workers *w, int64_t now_us);
/* All wanted workers are ready, or some are ready a second after the start of the pool. */
bool workers_started(const struct workers *w, int64_t now_us);
unsigned workers_serving(const struct workers *w, unsigned generation); /* starting or ready */

/* Like fork; the child closes the master's descriptors and gets its role in the log and its signal mask. */
MUST_USE pid_t workers_fork(struct workers *w, const char *role);

/* Writes "(1234) killed by signal 9", "(1234) killed by signal 6, core dumped," or "(1234) exited with status 3" into
 * out[WORKERS_ENDING]. */
#define WORKERS_ENDING 64
void workers_ending(char *out, pid_t pid, int status);

#endif
