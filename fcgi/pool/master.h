/* The master process: opens the sockets, starts the workers, the watcher and the metrics process, reloads and stops.  It parses no
 * request and opens no database.  All descriptors in its event loop are non-blocking.
 *
 *   HUP               reload
 *   TERM, INT, QUIT   graceful stop
 *   TTIN, TTOU        one worker more, one less
 *   USR1              opens the file of the request log anew
 *   USR2              upgrade
 */
#ifndef DIPTYCH_POOL_MASTER_H
#define DIPTYCH_POOL_MASTER_H

#include "base/err.h"
#include "pool/app.h"

/* Runs the pool until a signal or `diptych stop` stops it.  Takes ownership of *config and sets it to NULL.
 * Returns the exit status: 0 after a stop; 1 when the pool could not start, with the reason on standard error. */
MUST_USE int master_run(struct config **config, const struct app *app);

#endif
