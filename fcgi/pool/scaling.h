/* Sets the number of workers while the pool runs: `diptych scale` and the signals TTIN and TTOU.
 *
 * A number outside workers_min and workers_max is refused as a wrong argument.  A number that the database does not
 * admit (app.admitted) is refused as a failure.  A refused command changes nothing and is answered with the reason. */
#ifndef DIPTYCH_POOL_SCALING_H
#define DIPTYCH_POOL_SCALING_H

#include "pool/control.h"
#include "pool/workers.h"

void scaling_command(struct workers *w, struct control_client *client, struct span argument);
void scaling_signal(struct workers *w, int step, const char *source); /* step 1 or -1 */

/* Logs when the backends admit fewer workers than there are, at most once a minute.  Call it now and then. */
void scaling_watch(const struct workers *w);

/* The number of workers after a reload to `next`: the one that was set while the pool ran, unless `workers` has changed in
 * the file.  It lies within the limits of `next`. */
int scaling_after_reload(const struct workers *w, const struct config *next);
/* Writes a line about a number that differs from the configuration's, or that a reload has replaced.  was: before the
 * reload, from the configuration `previous_configured`. */
void scaling_explain(const struct workers *w, int was, int previous_configured, struct buf *out);

#endif
