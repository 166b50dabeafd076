/* The master's table of workers: starts them, counts them, tells them to leave, ends those that hang,
 * and explains each death from what the dead one wrote on the scoreboard.
 *
 * There is one number to reach (`wanted`) and one step that goes towards it (workers_balance); signals,
 * commands and deaths only change the number or the table.  A worker that died before it finished a
 * request is replaced with growing delays, any other at once.  Nothing here waits. */
#ifndef DIPTYCH_POOL_WORKERS_H
#define DIPTYCH_POOL_WORKERS_H

#include <sys/types.h>

#include "base/log.h"
#include "pool/app.h"
#include "pool/scoreboard.h"

struct worker_process {
  pid_t pid;          /* 0: nobody */
  int64_t stop_requested_us;    /* told to leave at; 0: not told */
  int64_t aborted_us; /* sent SIGABRT at, for hanging; 0: not */
  bool killed;        /* sent SIGKILL by us */
};

struct workers {
  const struct app *app;
  const struct config *config; /* for workers started from now on */
  void *resources;                 /* of that configuration; see app.h */
  struct scoreboard *board;
  unsigned generation;         /* of those */
  int wanted;
  int listen_fd, life_fd, wakeup_fd; /* as in gateway.h */
  const int *transfer_fds;
  bool stopping;
  void (*in_child)(void *);    /* closes what is the master's alone */
  void *in_child_of;
  /* delays */
  int64_t fork_after_us;       /* no worker is started before */
  int64_t failed_us;           /* last early death or refused fork */
  unsigned failed_generation;  /* whose that was */
  unsigned failures;           /* in a row */
  struct log_limit fork_limit;
  struct worker_process members[SCOREBOARD_SLOTS];
};

void workers_want(struct workers *c, int64_t count); /* clamped to the configuration's limits */

/* Starts or retires workers of the current generation until `wanted` is met.  While stopping: none. */
void workers_balance(struct workers *c, int64_t now_us);

/* Ends workers that hang or that do not leave in time.  Call it every 100 ms or so. */
void workers_watch(struct workers *c, int64_t now_us);

/* A child ended.  false: it is none of the worker table. */
bool workers_reap(struct workers *c, pid_t pid, int status, int64_t now_us);

/* Tells all workers whose generation is (not) `generation` to leave. */
void workers_retire(struct workers *c, unsigned generation, bool of_it, int64_t now_us);

unsigned workers_count(const struct workers *c); /* processes, leaving ones too */
unsigned workers_ready(const struct workers *c, unsigned generation);
unsigned workers_serving(const struct workers *c, unsigned generation); /* starting or ready */

/* fork, and in the child: no master's descriptors, the role's log and signals.  -1 and errno as fork. */
pid_t workers_fork(struct workers *c, const char *role);

/* "(1234) killed by signal 9" or "(1234) exited with status 3", with core told. */
#define WORKERS_ENDING 64
void workers_ending(char *out, pid_t pid, int status);

/* Delay before try number `failures` after that many failures in a row: 50 ms, doubled up to 2 s. */
int64_t workers_delay_us(unsigned failures);

#endif
