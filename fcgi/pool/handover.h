/* The side of a new program in an upgrade (upgrade.h).  It gets the listening socket and a pipe through its environment.
 *
 *   STARTING  It serves beside the old pool.  It has neither the lock of the socket nor the control socket.
 *   TAKING    It is ready and has said so.  The old pool gives up its names; the new one takes each as soon as it can.
 *   NONE      It is a pool like any other. */
#ifndef DIPTYCH_POOL_HANDOVER_H
#define DIPTYCH_POOL_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "pool/listener.h"

enum handover_state { HANDOVER_NONE, HANDOVER_STARTING, HANDOVER_TAKING };

struct handover {
  enum handover_state state;
  int ready_fd;
  int64_t since_us; /* TAKING */
};

/* In the child of the old master, before exec.  false: no memory. */
MUST_USE bool handover_offer(const struct listener *l, int ready_fd);
/* Takes what was offered from the environment, and the socket into l.  false: nothing was offered to this process. */
bool handover_take(struct handover *h, struct listener *l);
void handover_ready(struct handover *h, int64_t now_us); /* tells the old master */

#endif
