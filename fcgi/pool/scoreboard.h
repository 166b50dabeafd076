/* The scoreboard: shared memory of all processes of the pool.  The master reads from it whether a worker hangs,
 * and which request a worker was answering when it died.
 *
 * Each worker has one slot.  Each field has one writer at a time: the master while the slot is free, then the
 * process named in struct scoreboard_slot.  There are no locks, so a process may die at any instruction.  The
 * metrics of a slot are never cleared, so sums over all slots never decrease.  The text of the request is guarded
 * by a sequence number (a seqlock); a reader that fails 16 times gets SCOREBOARD_UNKNOWN. */
#ifndef DIPTYCH_POOL_SCOREBOARD_H
#define DIPTYCH_POOL_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/metrics.h"
#include "base/span.h"
#include "base/stage.h"
#include "pool/refused_paths.h"
#include "pool/route_counts.h"

/* Twice the maximum of workers_max, because old and new workers overlap at a reload, and a few leaving workers. */
#define SCOREBOARD_SLOTS 1040
#define WATCHER_FAILURES_DOWN 2 /* from this value of watcher_failures the site is not ready */
#define SCOREBOARD_UNFENCED 0x100 /* the configuration has fence = false */
#define SCOREBOARD_TEXT 256 /* bytes of "METHOD target", NUL included */

#define SCOREBOARD_STATES(X)                                                                                           \
  X(FREE, "free")                                                                                                      \
  X(STARTING, "starting") /* forked, not yet taking requests */                                                        \
  X(READY, "ready")                                                                                                    \
  X(LEAVING, "leaving") /* it ends after the requests that it has accepted */

#define SCOREBOARD_ENUM(name, text) SCOREBOARD_##name,
enum scoreboard_state { SCOREBOARD_STATES(SCOREBOARD_ENUM) SCOREBOARD_STATE_COUNT };
#undef SCOREBOARD_ENUM

struct scoreboard_slot {
  /* written by the master */
  _Atomic int pid; /* 0: none */
  _Atomic int leaving;
  _Atomic unsigned generation;  /* number of the configuration */
  _Atomic int64_t started_us;   /* all times here are monotonic */
  _Atomic unsigned restarts;    /* processes of this slot that ended without being asked to */
  _Atomic uint64_t fatal_hash;  /* request_hash of a process of this slot that died in a request; 0: none */
  /* written by the worker */
  _Atomic unsigned log_number;  /* reopenings of the request log that it has taken (log_file.h) */
  _Atomic int ready;
  _Atomic unsigned fence;       /* a set of enum fence_part, or SCOREBOARD_UNFENCED; see confinement.h */
  struct stage stage;
  _Atomic int64_t heartbeat_us; /* start of the last turn of the event loop */
  _Atomic int64_t turn_us;      /* since when it handles events; 0: it waits for events */
  _Atomic uint64_t occupied_us; /* time of all turns before; its successor continues this counter */
  _Atomic int64_t request_us;   /* start of the running request; 0: none runs */
  _Atomic uint64_t request_hash; /* of the id and target of the running request; 0: none runs */
  _Atomic uint64_t target_id, path_id; /* struct request_ids of the running request; 0: none runs */
  _Atomic int64_t idle_us;      /* since when it waits for connections; 0: it does not wait */
  _Atomic uint64_t requests;    /* answered by this process */
  _Atomic unsigned deferred;    /* requests that are deferred now */
  _Atomic unsigned text_seq;    /* odd while the text is being written */
  _Atomic uint64_t text[SCOREBOARD_TEXT / 8];
  struct metrics metrics;
};

/* X(name, process, reason) -> diptych_pool_restarts_total{process="...",reason="..."}; counted by the master */
#define SCOREBOARD_RESTARTS(X)                                                                                         \
  X(deaths_killed, "worker", "killed")  /* a signal ended it */                                                        \
  X(deaths_exited, "worker", "exited")  /* it was not asked to stop */                                                 \
  X(deaths_hung, "worker", "hung")      /* the master ended it */                                                      \
  X(recycled, "worker", "recycled")     /* after worker_requests requests */                                           \
  X(watcher_restarts, "watcher", "ended")                                                                              \
  X(metrics_restarts, "metrics", "ended")

/* X(name, Prometheus help) -> diptych_pool_<name>_total; counted by the master, log_lines_lost by all processes */
#define SCOREBOARD_COUNTERS(X)                                                                                         \
  X(forks, "worker and watcher processes started")                                                                     \
  X(forks_failed, "attempts to start a process that the system refused")                                               \
  X(retired, "workers that were asked to stop: by scaling, reload or stop")                                            \
  X(reloads, "reloads that took effect")                                                                               \
  X(reloads_refused, "reloads refused because the configuration had faults")                                           \
  X(listen_full, "polls of the listen queue that found it full")                                                       \
  X(scaled_command, "changes of the number of workers by diptych scale, TTIN or TTOU")                                 \
  X(scaled_reload, "changes of the number of workers by a reload")                                                     \
  X(scaled_busy, "changes of the number of workers by workers = auto, because workers were busy")                      \
  X(scaled_queue, "changes of the number of workers by workers = auto, because connections waited")                    \
  X(scaled_quiet, "changes of the number of workers by workers = auto, because workers were idle")                     \
  X(log_lines_lost, "log lines of all processes that could not be written")

/* X(name, Prometheus help) -> diptych_pool_<name> */
#define SCOREBOARD_GAUGES(X)                                                                                           \
  X(workers_wanted, "target number of workers")                                                                        \
  X(workers_configured, "workers in the configuration in force; 0: auto")                                              \
  X(workers_min, "fewest workers that scaling may leave")                                                              \
  X(workers_max, "most workers that scaling may start")                                                                \
  X(workers_auto, "1 when the pool chooses the number of workers")                                                     \
  X(restart_keys, "changed configuration keys that wait for a restart of the pool")                                    \
  X(listen_queue, "connections that wait in the listen queue")                                                         \
  X(listen_queue_limit, "maximum length of the listen queue")                                                          \
  X(generation, "number of the configuration in force; each reload adds 1")                                            \
  X(watcher_failures, "consecutive deaths of the watcher soon after its start; from 2 the site is not ready")

/* Who changed the target number of workers last, and why.  X(name, what) */
#define SCALING_REASONS(X)                                                                                             \
  X(none, "none since the start")                                                                                      \
  X(command, "a command")                                                                                              \
  X(reload, "a reload")                                                                                                \
  X(busy, "workers were busy")                                                                                         \
  X(queue, "connections waited")                                                                                       \
  X(quiet, "workers were idle")

#define SCALING_ENUM(name, text) SCALING_##name,
enum scaling_reason { SCALING_REASONS(SCALING_ENUM) SCALING_REASON_COUNT };
#undef SCALING_ENUM

struct scaling_change {
  _Atomic unsigned reason; /* enum scaling_reason */
  _Atomic int from, to;
  _Atomic int64_t at_us;
  char text[96];           /* as in the log; of the master only */
};

struct scoreboard {
#define SCOREBOARD_FIELD(name, ...) _Atomic uint64_t name;
  SCOREBOARD_RESTARTS(SCOREBOARD_FIELD)
  SCOREBOARD_COUNTERS(SCOREBOARD_FIELD)
  SCOREBOARD_GAUGES(SCOREBOARD_FIELD)
#undef SCOREBOARD_FIELD
  char restart_names[128]; /* of restart_keys, as in "listen, backlog"; of the master only */
  struct scaling_change scaled;
  _Atomic int64_t started_us;
  _Atomic int64_t master_us; /* the last turn of the master's loop */
  _Atomic int64_t metrics_heartbeat_us; /* the last turn of the metrics process's loop, which writes it */
  _Atomic unsigned log_number; /* reopenings of the request log; see log_file.h */
  _Atomic int stopping;  /* the whole pool ends */
  _Atomic unsigned used; /* all slots from this index on have never been used */
  struct refused_paths refused;
  struct scoreboard_slot watcher;
  struct scoreboard_slot slots[SCOREBOARD_SLOTS];
  /* Of the worker of each slot; apart from the slots, which every request reads. */
  struct route_counts routes[SCOREBOARD_SLOTS][ROUTE_COUNTS_ROUTES];
};

#define SCOREBOARD_COUNT(board, name) atomic_fetch_add_explicit(&(board)->name, 1, memory_order_relaxed)

/* NULL: no memory.  It lives until the last process of the pool ends. */
MUST_USE struct scoreboard *scoreboard_new(void);

/* Master: clears a slot before the fork of its new process, but keeps the metrics. */
void scoreboard_slot_clear(struct scoreboard_slot *s, unsigned generation, int64_t now_us);
enum scoreboard_state scoreboard_slot_state(const struct scoreboard_slot *s);
const char *scoreboard_state_text(enum scoreboard_state state);

/* Worker: counts an answer.  route: index of its name in struct app. */
void scoreboard_answer_count(struct scoreboard *b, const struct scoreboard_slot *own, unsigned route, const struct route_answer *a);

/* Worker: around each request. */
void scoreboard_request_begin(struct scoreboard_slot *s, int64_t now_us, struct span method, struct span target,
                              struct request_ids ids);
void scoreboard_request_end(struct scoreboard_slot *s);
void scoreboard_request_pause(struct scoreboard_slot *s); /* the request is deferred */

/* Records the request that begins now.  true: another worker began the same request and died, or has not ended it.
 * nginx repeats a request when the connection breaks; without this check a request that kills its worker could
 * kill all workers.  The hash includes the target, because the id may be chosen by the client. */
MUST_USE bool scoreboard_begun_before(const struct scoreboard *b, struct scoreboard_slot *own, struct span id,
                                      struct span target);

/* Writes "GET /x" of the running or last request into out[SCOREBOARD_TEXT]; "" before the first request;
 * SCOREBOARD_UNKNOWN when the worker was stopped or killed while it wrote the text. */
#define SCOREBOARD_UNKNOWN "an unknown request"
void scoreboard_text_read(const struct scoreboard_slot *s, char *out);

/* The request that runs, or that the worker had when it died.  target 0: none. */
struct request_ids scoreboard_request_ids(const struct scoreboard_slot *s);

/* Writes "while GET /x (123 ms, waiting for the database)", "while idle" or "while starting" into
 * out[SCOREBOARD_DOING], followed by ", 2 deferred" when requests are deferred. */
#define SCOREBOARD_DOING (SCOREBOARD_TEXT + 96)
void scoreboard_doing(const struct scoreboard_slot *s, int64_t now_us, char *out);

bool scoreboard_other_ready(const struct scoreboard *b, const struct scoreboard_slot *own);
/* true: a ready worker other than `own` has been idle for at least `least_us`. */
bool scoreboard_other_idle(const struct scoreboard *b, const struct scoreboard_slot *own, int64_t now_us,
                           int64_t least_us);

#endif
