/* A reload, as a state machine in the master's event loop:
 *
 *   CHECKING  A child reads the configuration and calls app.check (do the templates compile?) and app.admit (does the
 *             database accept it?).  The master reads its messages from a pipe.
 *   STARTING  Workers of a new generation start with the new configuration.  The old workers go on serving.
 *   IDLE      When all new workers are ready, the old workers leave after the requests that they have accepted.
 *
 * A fault before the last step leaves the old configuration in force.  A reload that is requested during another
 * reload begins after it. */
#ifndef DIPTYCH_POOL_RELOAD_H
#define DIPTYCH_POOL_RELOAD_H

#include "pool/scaling.h"
#include "pool/watcher_process.h"
#include "pool/workers.h"

enum reload_state { RELOAD_IDLE, RELOAD_CHECKING, RELOAD_STARTING };

struct reload {
  enum reload_state state;
  bool queued;       /* another reload was requested meanwhile */
  unsigned number;   /* reloads begun */
  pid_t pid;         /* of the checker; 0: it has ended */
  int status;        /* of the checker, as from waitpid */
  int fd;            /* reads the checker's messages; -1: closed */
  char why[4096];    /* the checker's messages, or the reason of a refusal */
  size_t n;          /* bytes in why */
  bool truncated;    /* not all messages fit into why */
  int64_t since_us;
  struct config *next;     /* STARTING: the new configuration; previous*: the state to roll back to */
  struct config *previous;
  void *next_resources, *previous_resources;
  struct config *started; /* of the start of the pool, once another one is in force; NULL before */
  unsigned previous_generation, generations;
  struct scaling previous_scaling, start_scaling; /* start_scaling: chosen by this reload */
  bool socket_passed; /* see config_diff.h; set by the master */
};

#define RELOAD_NONE {.fd = -1, .generations = 1}

enum reload_result { RELOAD_NOTHING, RELOAD_DONE, RELOAD_REFUSED };

/* Requests a reload.  Returns its number: that reload reads the configuration as it is now, or later. */
unsigned reload_ask(struct reload *r, struct workers *w, int64_t now_us);
/* Handles the end of child `pid`.  false: it is not the checker. */
bool reload_reap(struct reload *r, pid_t pid, int status);
void reload_resources_close(const struct workers *w, void **resources);
void reload_abandon(struct reload *r); /* when the pool stops */

/* Advances the reload without blocking.  RELOAD_DONE: *config is the new configuration, and the old one is freed.
 * r->why (r->n bytes) has the answer: "reloaded" and what else the operator should know; RELOAD_REFUSED: the reasons. */
enum reload_result reload_turn(struct reload *r, struct workers *w, struct config **config, int64_t now_us);

#endif
