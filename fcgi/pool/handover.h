/* The side of a new program in an upgrade (upgrade.h).  It gets the listening socket and a pipe through its environment.
 *
 *   STARTING  It serves beside the old pool.  It has neither the lock of the socket nor the control socket.  It does not
 *             answer on metrics_listen, where the old pool answers: a scrape must not see two pools in turn.
 *   TAKING    It is ready and has said so.  The old pool gives up its names; the new one takes each as soon as it can.
 *   NONE      It is a pool like any other. */
#ifndef DIPTYCH_POOL_HANDOVER_H
#define DIPTYCH_POOL_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "pool/listener.h"

#define HANDOVER_SCALING 48 /* bytes of what scaling_pass writes */
#define HANDOVER_SOCKET 128 /* bytes of the path of a UNIX socket, at least */

enum handover_state { HANDOVER_NONE, HANDOVER_STARTING, HANDOVER_TAKING };

struct handover {
  enum handover_state state;
  int ready_fd;
  int64_t since_us; /* TAKING */
  char scaling[HANDOVER_SCALING]; /* what the old master passed on about its number of workers; see scaling_pass */
  int parent;                     /* the old master */
  /* Its files; empty: none.  metrics: only when metrics_listen is another now. */
  char pid_file[4096], control[HANDOVER_SOCKET], metrics[HANDOVER_SOCKET];
};

/* In the child of the old master, before exec.  false: no memory. */
MUST_USE bool handover_offer(const struct listener *l, int ready_fd, const char *scaling);
/* The old master's own files; NULL: none. */
MUST_USE bool handover_offer_files(const char *pid_file, const char *control);
/* The socket of metrics_listen; its fd may be -1. */
MUST_USE bool handover_offer_metrics(const struct listener *l);
/* Takes that socket when `address`, which is metrics_listen of the new program, is still the same.  false: there is none to
 * take. */
bool handover_take_metrics(struct handover *h, struct listener *l, const char *address);
/* Takes what was offered from the environment, and the socket into l.  false: nothing was offered to this process. */
bool handover_take(struct handover *h, struct listener *l);
void handover_ready(struct handover *h, int64_t now_us); /* tells the old master */
/* The names are taken.  Removes the files of the old master that have other names in the new configuration, and says which
 * address waits for a restart. */
void handover_end(struct handover *h, const struct listener *l, const struct config *c);

#endif
