/* A reload, step by step, without ever stopping the master:
 *
 *   CHECKING  a child reads the configuration and lets the site try it (templates compile, ...); what
 *             it has to say comes back through a pipe
 *   STARTING  workers of a new generation start with it, beside the old ones, who serve on
 *   IDLE      all new ones are ready: the old ones leave after what they have accepted
 *
 * Any fault before the last step leaves everything as it was.  A reload asked for during another one
 * begins when that one is over. */
#ifndef DIPTYCH_POOL_RELOAD_H
#define DIPTYCH_POOL_RELOAD_H

#include "pool/watcher_process.h"
#include "pool/workers.h"

enum reload_state { RELOAD_IDLE, RELOAD_CHECKING, RELOAD_STARTING };

struct reload {
  enum reload_state state;
  bool again;        /* asked for once more meanwhile */
  unsigned number;   /* of reloads begun */
  pid_t pid;         /* of the checker; 0: it has ended */
  int status;
  int fd;            /* its words; -1: closed */
  char why[4096];
  size_t n;
  bool cut; /* there was more */
  int64_t since_us;
  struct config *next;     /* STARTING: the new one, and what to go back to */
  struct config *previous;
  void *next_resources, *previous_resources;
  unsigned previous_generation, generations;
  int previous_wanted;
};

#define RELOAD_NONE {.fd = -1, .generations = 1}

enum reload_result { RELOAD_NOTHING, RELOAD_DONE, RELOAD_REFUSED };

/* Returns the number of the reload that will see the configuration as it is now. */
unsigned reload_ask(struct reload *r, struct workers *c, int64_t now_us);
bool reload_reap(struct reload *r, pid_t pid, int status);
void reload_resources_close(const struct workers *c, void **resources);
void reload_abandon(struct reload *r); /* the pool stops */

/* Goes on as far as it can.  `*config` is replaced when the new one is in force; RELOAD_REFUSED: the
 * reasons are in r->why (r->n bytes). */
enum reload_result reload_turn(struct reload *r, struct workers *c, struct config **config, int64_t now_us);

#endif
