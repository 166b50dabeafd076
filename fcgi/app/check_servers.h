/* Asks each server of the database what pages ask, and writes a line for each, and one for each way in which they do not fit
 * together.  A server that is needed only after a failover should be known to work before. */
#ifndef DIPTYCH_APP_CHECK_SERVERS_H
#define DIPTYCH_APP_CHECK_SERVERS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

#define CHECK_ANSWER_US (10 * CLOCK_SECOND) /* for each answer */

/* The first error.  Servers that do not fit together are named and fail nothing: a pool starts with them. */
MUST_USE enum err check_servers(const struct config *c, struct arena *arena, FILE *out);

#endif
