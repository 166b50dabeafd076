/* What the processes of a pool may do.
 *
 *   master    leaves root for the account of the configuration before it makes a socket or a file (confine/account.h).  It
 *             gains no rights by executing programs, and writes no core (confine/limits.h).
 *   workers   and their image workers and Markdown children, the watcher and the metrics process: also stay within a fence
 *             (confine/fence.h).
 *
 * The processes write into their slots of the scoreboard which parts of the fence the kernel gave them. */
#ifndef DIPTYCH_POOL_CONFINEMENT_H
#define DIPTYCH_POOL_CONFINEMENT_H

#include "base/buf.h"
#include "confine/fence.h"
#include "pool/listener.h"
#include "pool/scoreboard.h"

/* In the master, before it opens sockets.  It opens TCP ports that only root may open into l and metrics, unless l has a
 * socket.  False: the pool may not start so; the reason is written to why. */
MUST_USE bool confinement_begin(const struct config *c, struct listener *l, struct listener *metrics, FILE *why);

/* In a child of the master, before it opens anything.  slot: NULL for the metrics process.  False: it must not serve; the
 * reason is logged. */
MUST_USE bool confinement_enter(const struct config *c, enum fence_kind kind, struct scoreboard_slot *slot);

/* "confined: seccomp yes, landlock no (kernel 5.10.0)\n", and the same as a member of a JSON object. */
void confinement_text(const struct scoreboard *b, struct buf *out);
void confinement_json(const struct scoreboard *b, struct buf *out);

#endif
