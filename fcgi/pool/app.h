/* The interface between the pool and the site: callbacks for the master, the workers and the watcher.
 * app/app_site.c defines the struct app of diptych.  The pool knows requests and responses; it knows no page,
 * no SQL and no cache.
 *
 * Each process calls its callbacks in this order:
 *
 *   master   shared_create and resources_open once, before the first fork.  status when an operator asks.
 *            At a reload, after the check: resources_open for the new configuration, then resources_close
 *            for the configuration that is no longer in force.
 *   checker  check and admit.  A child of the master, at a reload; at a start admit only.
 *   worker   worker_open, worker_handle for each request with worker_idle in between, worker_close.
 *            A worker opens its backends itself, when it first needs them.
 *   watcher  watcher_run.  The master starts a new watcher when it returns before the pool stops.
 *
 * A reload starts new workers and a new watcher with the new configuration.  The shared memory of
 * shared_create lives as long as the master.  A `struct config` given to a callback lives as long as the
 * process.  Optional callbacks may be NULL. */
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

/* The shared memory and descriptors of one process, which is the only writer of metrics, stage and heartbeat. */
struct app_process {
  int index;                      /* worker: 0 .. SCOREBOARD_SLOTS-1, its number in the log; watcher: -1 */
  struct metrics *metrics;        /* its successor continues these counters */
  struct stage *stage;
  _Atomic int64_t *heartbeat_us;  /* see app_heartbeat */
  const struct scoreboard *board; /* for report_metrics */
  int stop_fd;                    /* watcher: poll reports POLLIN or POLLHUP when it should return; worker: -1 */
  const void *resources;          /* worker: the result of resources_open for its configuration */
};

/* The watcher must call this regularly.  The master ends and replaces a watcher whose last call is older than
 * 30 s and request_timeout, or which has not called it two minutes after its start.  Workers need not call it. */
static inline void app_heartbeat(const struct app_process *process)
{
  atomic_store_explicit(process->heartbeat_us, clock_mono_us(), memory_order_relaxed);
}

struct app_admission {
  const struct config *in_force; /* NULL: the pool starts */
  const struct config *next;
  int workers_now, workers;      /* workers: those of `next` */
};

struct app {
  void *context; /* first argument of most callbacks without `self` */

  /* Optional.  Names of what answers, for metrics and the request log; struct response has an index of them, and routes[0] is
   * of answers without a route.  At most ROUTE_COUNTS_ROUTES. */
  const char *const *routes;
  unsigned n_routes;

  /* Both or neither.  Reads once what the configuration names (templates, assets), for all workers of this
   * configuration: a replaced worker uses the same templates as the others, even when the files have changed.
   * NULL: the faults are written to why. */
  void *(*resources_open)(const struct config *c, FILE *why);
  void (*resources_close)(void *resources);

  /* Optional.  Called first.  Creates shared memory that children inherit.  0: done; else the reason is written to why. */
  int (*shared_create)(void *context, const struct config *c, FILE *why);

  /* NULL: it has logged the reason, and the worker exits. */
  void *(*worker_open)(void *context, const struct config *c, const struct app_process *process);
  /* Always fills *out, also on errors.  out->headers is empty and owned by the caller.  When it sets
   * out->deferred, it is called again with the same request after the work is done or the deadline has come.
   * When rq->may_defer is false, it must answer: the deadline has come, or too many requests are deferred. */
  void (*worker_handle)(void *self, const struct request *rq, struct response *out);
  /* Optional.  Called when no event waits.  Must return within milliseconds. */
  void (*worker_idle)(void *self);
  /* Both or neither; without them worker_handle must not set out->deferred.  worker_fd returns a descriptor that
   * stays the same for the life of the worker.  When it is readable, the gateway calls worker_work, which must
   * return within milliseconds and may set `done` of some struct deferred. */
  int (*worker_fd)(void *self);
  void (*worker_work)(void *self);
  void (*worker_close)(void *self); /* optional */

  /* Optional.  Runs until process->stop_fd is readable, then returns the exit status of the process. */
  int (*watcher_run)(void *context, const struct config *c, const struct app_process *process);

  /* Optional.  Checks whether the site can serve with this configuration.  0: yes; else the faults are written to
   * why. */
  int (*check)(void *context, const struct config *c, FILE *why);

  /* Optional.  Runs in a child, at a start and after `check` at a reload.  Asks the backends of `next` whether the pool can
   * work with them.  0: yes, or nobody can tell because they are away; else the reasons are written to why. */
  int (*admit)(void *context, const struct app_admission *a, FILE *why);

  /* Optional.  Reads shared memory only and never blocks.  false: the backends admit fewer workers than `workers`; the reason
   * is written to why.  true: also when nothing is known. */
  bool (*admitted)(void *context, int workers, struct buf *why);

  /* Optional.  Reads shared memory only and never blocks.  true: workers have what they need for every page. */
  bool (*ready)(void *context);

  /* Optional.  Reads shared memory only and never blocks.  true: pages can be served and follow their source; `why` may get one
   * sentence about what fails nevertheless.  false: `why` gets the reason. */
  bool (*serves)(void *context, const struct config *c, struct buf *why);

  /* Optional.  Reads shared memory only and never blocks.  json: writes object members without outer braces or
   * outer commas, as in "products":100,"lag_ms":3.  Otherwise writes lines of plain text. */
  void (*status)(void *context, struct buf *out, bool json);
  /* Optional.  Like status, also in workers: metrics of the app in the Prometheus text format. */
  void (*metrics)(void *context, struct buf *out);
};

#endif
