/* The master: binds, forks, counts, reloads, stops.  It parses no request, opens no database and
 * includes no page; every descriptor that it waits on is non-blocking, so nothing can hold it up.
 *
 *   HUP             reload                       TTIN, TTOU   one worker more, one less
 *   TERM INT QUIT   graceful stop                USR1         reopen the log (it is standard error: nothing)
 */
#ifndef DIPTYCH_POOL_MASTER_H
#define DIPTYCH_POOL_MASTER_H

#include "pool/app.h"

/* Runs the pool until it is told to stop.  Takes *config over (a reload replaces it) and frees it.
 * Returns the exit status: 0 stopped as told, 1 could not start (the reason is on standard error). */
int master_run(struct config **config, const struct app *app);

#endif
