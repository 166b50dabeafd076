/* The file with the process id of the master, for tools that know no other way. */
#ifndef DIPTYCH_POOL_PID_FILE_H
#define DIPTYCH_POOL_PID_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"

/* Writes the file as a whole.  *own: the path to remove at the end, to be freed; NULL when pid_file is empty.  false: the
 * reason is written to why. */
MUST_USE bool pid_file_write(const struct config *c, char **own, FILE *why);

#endif
