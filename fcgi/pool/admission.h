/* Asks app.admit at the start of the pool, in a child, because the master opens no database.  The start waits for its answer,
 * but not long: a pool starts without a database. */
#ifndef DIPTYCH_POOL_ADMISSION_H
#define DIPTYCH_POOL_ADMISSION_H

#include "pool/workers.h"

/* false: the pool must not start with w->config; the reasons are written to why. */
MUST_USE bool admission_at_start(struct workers *w, FILE *why);

#endif
