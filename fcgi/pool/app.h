/* What the pool runs: the callbacks by which the master, its workers and its watcher reach a site
 * without knowing any.  main.c fills one struct app.  The master includes no page, no SQL and no adapter;
 * of the site the pool knows only what a request and a response are.
 *
 * Processes and order of calls:
 *   master   resources_open and shared_create once, before any fork; status whenever an operator asks; after
 *            the check of a reload resources_open, and resources_close for those that are no longer in force
 *   checker  (a child of the master, at reload) check
 *   worker   worker_open, then worker_handle for each request and worker_idle between them,
 *            worker_close; backends are opened in the worker, lazily, never before
 *   watcher  watcher_run, once; started again by the master when it ends before the pool does
 * A reload starts new workers and a new watcher with the new configuration; what shared_create made
 * is kept for the life of the master.  A `struct config` given to a callback lives as long as its
 * process.  Callbacks that are marked optional may be NULL. */
#ifndef DIPTYCH_POOL_APP_H
#define DIPTYCH_POOL_APP_H

#include <stdatomic.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/stage.h"
#include "config/config.h"
#include "http/request.h"
#include "http/response.h"

struct scoreboard;

/* A process's place in shared memory.  It is the only writer of its metrics, stage and beat. */
struct app_process {
  int index;                       /* worker: 0 .. SCOREBOARD_SLOTS-1, its number in the log; watcher: -1 */
  struct metrics *metrics;         /* kept when the process is replaced */
  struct stage *stage;
  _Atomic int64_t *heartbeat_us;        /* see app_heartbeat */
  const struct scoreboard *board;  /* for report_metrics */
  int stop_fd;                     /* readable (or hung up) when the process should end; wait on it with poll */
  const void *resources;               /* worker: what resources_open made of its configuration */
};

/* A watcher is taken for hung, and replaced, when it has not called this for request_timeout or 30 s,
 * whichever is longer; for the first time it has two minutes.  Workers need not call it. */
static inline void app_heartbeat(const struct app_process *process)
{
  atomic_store_explicit(process->heartbeat_us, clock_mono_us(), memory_order_relaxed);
}

struct app {
  void *context; /* first argument of the callbacks without `self` */

  /* Both or neither.  What a configuration names and all workers that will ever serve with it share, read
   * once: a worker that is replaced is like the others, whatever became of the files.  NULL: why has the reasons */
  void *(*resources_open)(const struct config *c, FILE *why);
  void (*resources_close)(void *resources);

  /* optional; makes shared memory that children inherit.  0: done; else the reason went to why */
  int (*shared_create)(void *context, const struct config *c, FILE *why);

  /* NULL: the worker cannot work (it said why in the log) and ends */
  void *(*worker_open)(void *context, const struct config *c, const struct app_process *process);
  /* always fills *out, whatever fails; out->headers is empty and owned by the caller; out->later: called
   * again with the same request, when that is done or the deadline has come, then without patience */
  void (*worker_handle)(void *self, const struct request *rq, struct response *out);
  void (*worker_idle)(void *self);  /* optional; nothing is waiting; must return within milliseconds */
  /* Both or neither: without them no out->later is ever set.  A descriptor, the same as long as the worker
   * lives, and what to call when it is readable; some out->later may be done then. */
  int (*worker_fd)(void *self);
  void (*worker_work)(void *self);  /* must return within milliseconds */
  void (*worker_close)(void *self); /* optional */

  /* optional; runs until seat->stop_fd is readable, then returns its exit status */
  int (*watcher_run)(void *context, const struct config *c, const struct app_process *process);

  /* optional; would this configuration serve (templates compile, ...)?  0: yes; else why has the reasons */
  int (*check)(void *context, const struct config *c, FILE *why);

  /* optional; reads shared memory only, never blocks.  json: object members without outer braces or
   * outer commas, like "products":100,"lag_ms":3; else whole lines for people */
  void (*status)(void *context, struct buf *out, bool json);
};

#endif
