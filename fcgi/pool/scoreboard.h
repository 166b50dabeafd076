/* The scoreboard: one mapping that every process of the pool shares, so that the master can say what
 * a worker was doing when it died, and can tell a hung one, without ever asking it.
 *
 * A slot is a place for one worker.  Its fields have one writer each: the master while the slot has
 * no process, then the worker (what it is doing) and the master (what it wants of it).  Nothing is
 * locked, so a process may die at any instruction.  A slot's metrics are never cleared: sums over
 * all slots do not step back when a worker is replaced.  The request's text is double-checked by a
 * sequence number; a reader that keeps losing the race gets SCOREBOARD_UNKNOWN. */
#ifndef DIPTYCH_POOL_SCOREBOARD_H
#define DIPTYCH_POOL_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/metrics.h"
#include "base/span.h"
#include "base/stage.h"

/* Twice the most workers (old and new ones overlap at reload), and a few that are still leaving. */
#define SCOREBOARD_SLOTS 1040
#define WATCHER_CANNOT_LIVE 2 /* watcher_failures from which the site is not ready */
#define SCOREBOARD_TEXT 256 /* bytes of "METHOD target", terminator included */

#define SCOREBOARD_STATES(X)                                                                                           \
  X(FREE, "free")                                                                                                      \
  X(STARTING, "starting") /* forked, not yet taking requests */                                                        \
  X(READY, "ready")                                                                                                    \
  X(LEAVING, "leaving") /* told to end after what it has accepted */

#define SCOREBOARD_ENUM(name, text) SCOREBOARD_##name,
enum scoreboard_state { SCOREBOARD_STATES(SCOREBOARD_ENUM) SCOREBOARD_STATE_COUNT };
#undef SCOREBOARD_ENUM

struct scoreboard_slot {
  /* master's */
  _Atomic int pid; /* 0: none */
  _Atomic int leaving;
  _Atomic unsigned generation; /* counts reloads */
  _Atomic int64_t started_us;  /* monotonic, as all times here */
  /* worker's */
  _Atomic int ready;
  struct stage stage;
  _Atomic int64_t heartbeat_us;    /* when it last came round its loop */
  _Atomic int64_t request_us; /* when the running request began; 0: none runs */
  _Atomic uint64_t begun;     /* hash of the running request's id and target; 0: none runs */
  _Atomic uint64_t died_of;   /* what ran when the last process here died; the master's */
  _Atomic int64_t idle_us;    /* since when it waits for connections; 0: it does not */
  _Atomic uint64_t requests;  /* finished in this life */
  _Atomic unsigned deferred;     /* requests whose answer comes later */
  _Atomic unsigned text_seq;  /* odd while the text is being written */
  _Atomic uint64_t text[SCOREBOARD_TEXT / 8];
  struct metrics metrics;
};

/* X(name, Prometheus help) -> diptych_pool_<name>_total; counted by the master */
#define SCOREBOARD_COUNTERS(X)                                                                                         \
  X(forks, "worker and watcher processes started")                                                                     \
  X(forks_failed, "attempts to start a process that the system refused")                                               \
  X(deaths_killed, "workers that a signal ended")                                                                      \
  X(deaths_exited, "workers that ended by themselves without a request to stop")                                              \
  X(deaths_hung, "workers that the master ended because they hung")                                                    \
  X(recycled, "workers replaced after worker_requests requests")                                                       \
  X(retired, "workers that left on request, by scaling, reload or stop")                                             \
  X(watcher_restarts, "watchers replaced after they died or hung")                                                     \
  X(reloads, "reloads that took effect")                                                                               \
  X(reloads_refused, "reloads refused because the configuration was not right")                                        \
  X(listen_full, "looks at the listen queue that found it full")

/* X(name, Prometheus help) -> diptych_pool_<name> */
#define SCOREBOARD_GAUGES(X)                                                                                           \
  X(workers_wanted, "workers that there should be")                                                                    \
  X(listen_queue, "connections that wait to be accepted")                                                              \
  X(listen_queue_limit, "connections that may wait before new ones are refused")                                       \
  X(generation, "number of the configuration in force, counted from 1 by reloads")                                     \
  X(watcher_failures, "times in a row that the watcher died soon after its start; 2 and more: it cannot live")

struct scoreboard {
#define SCOREBOARD_FIELD(name, help) _Atomic uint64_t name;
  SCOREBOARD_COUNTERS(SCOREBOARD_FIELD)
  SCOREBOARD_GAUGES(SCOREBOARD_FIELD)
#undef SCOREBOARD_FIELD
  _Atomic int64_t started_us;
  _Atomic int stopping;  /* the whole pool ends */
  _Atomic unsigned used; /* slots that ever had a process are below this */
  struct scoreboard_slot watcher;
  struct scoreboard_slot slots[SCOREBOARD_SLOTS];
};

#define SCOREBOARD_COUNT(board, name) atomic_fetch_add_explicit(&(board)->name, 1, memory_order_relaxed)

/* NULL: no memory.  Lives until the last process that has it ends. */
struct scoreboard *scoreboard_new(void);

/* Master: makes a slot ready for a new process, before the fork; its metrics stay. */
void scoreboard_slot_clear(struct scoreboard_slot *s, unsigned generation, int64_t now_us);
enum scoreboard_state scoreboard_slot_state(const struct scoreboard_slot *s);
const char *scoreboard_state_text(enum scoreboard_state state);

/* Worker: around each request. */
void scoreboard_request_begin(struct scoreboard_slot *s, int64_t now_us, struct span method, struct span target);
void scoreboard_request_end(struct scoreboard_slot *s);
void scoreboard_request_pause(struct scoreboard_slot *s); /* deferred, it is neither running nor finished */

/* Notes the request that begins.  true: another process has begun it before and never ended: it died of
 * it, or hung.  A web server asks again when a connection breaks, and a request that ends every worker
 * must not meet them all.  The id alone may be a client's word, so the target counts too. */
bool scoreboard_begun_before(const struct scoreboard *b, struct scoreboard_slot *own, struct span id,
                             struct span target);

/* "GET /x" of the running or last request into out[SCOREBOARD_TEXT]; "" before the first; SCOREBOARD_UNKNOWN when
 * its worker stands still, or was ended, in the middle of writing it. */
#define SCOREBOARD_UNKNOWN "a request not yet named"
void scoreboard_text_read(const struct scoreboard_slot *s, char *out);

/* "while GET /x (123 ms, waiting for the database)", "while idle" or "while starting"; what is deferred follows:
 * ", 2 deferred" */
#define SCOREBOARD_DOING (SCOREBOARD_TEXT + 96)
void scoreboard_doing(const struct scoreboard_slot *s, int64_t now_us, char *out);

/* Does another worker than `own` wait with nothing to do, for at least `least_us`? */
bool scoreboard_other_idle(const struct scoreboard *b, const struct scoreboard_slot *own, int64_t now_us,
                           int64_t least_us);

#endif
