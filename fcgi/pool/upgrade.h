/* An upgrade: the running master starts the program that is now at its own path, passes it the listening sockets, and
 * leaves when the new pool is ready.
 *
 *   STARTING  The new program reads the configuration, starts its workers and its watcher.  The running pool serves.
 *   IDLE      The new pool is ready: the running one gives up the names of its sockets and stops as for a stop.
 *             Or the new program ended, or was not ready in time: it is ended, and the running pool goes on.
 *
 * Both pools accept from the same socket, so no request waits for either.  handover.h is the side of the new program. */
#ifndef DIPTYCH_POOL_UPGRADE_H
#define DIPTYCH_POOL_UPGRADE_H

#include <sys/types.h>

#include "base/err.h"
#include "pool/handover.h"

struct upgrade {
  pid_t pid;        /* of the new program; 0: it has ended, or there is none */
  int fd;           /* reads "ready\n"; -1: no upgrade is going on */
  int status;       /* of the new program, as from waitpid */
  int64_t since_us;
  char why[256];    /* of a refusal */
};

#define UPGRADE_NONE {.fd = -1}

enum upgrade_result { UPGRADE_NOTHING, UPGRADE_DONE, UPGRADE_REFUSED };

/* Starts `program serve --config config_path` with the sockets.  false: u->why has the reason. */
struct upgrade_program {
  const char *program, *config_path;
  const struct listener *listener, *metrics, *control; /* metrics: its fd is -1 without metrics_listen */
  const char *pid_file;                      /* NULL: none */
  char scaling[HANDOVER_SCALING];            /* see scaling_pass */
};
MUST_USE bool upgrade_begin(struct upgrade *u, const struct upgrade_program *next, int64_t now_us);
bool upgrade_reap(struct upgrade *u, pid_t pid, int status); /* false: it is not the new program */
/* Goes on without blocking.  UPGRADE_REFUSED: u->why has the reason. */
enum upgrade_result upgrade_turn(struct upgrade *u, int64_t now_us);
void upgrade_abandon(struct upgrade *u); /* when the pool stops */

static inline bool upgrade_goes_on(const struct upgrade *u)
{
  return u->fd >= 0;
}

#endif
