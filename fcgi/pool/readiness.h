/* Whether this pool should be sent requests, and whether its master works.  Both read shared memory only, so they answer
 * while all workers are busy or stopped. */
#ifndef DIPTYCH_POOL_READINESS_H
#define DIPTYCH_POOL_READINESS_H

#include "pool/app.h"
#include "pool/scoreboard.h"

/* true: workers take requests and can serve pages; `why` may get one sentence about what fails nevertheless.
 * false: `why` gets the reason. */
MUST_USE bool readiness_of(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *why);

/* false: the master has not run for 10 s; `why` gets a sentence. */
MUST_USE bool readiness_master_runs(const struct scoreboard *b, int64_t now_us, struct buf *why);

#endif
