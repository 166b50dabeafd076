/* Warns about files with secrets that every account of the machine may read.  Such a file does not stop a pool, so it does not
 * fail the check. */
#ifndef DIPTYCH_APP_CHECK_SECRETS_H
#define DIPTYCH_APP_CHECK_SECRETS_H

#include <stdio.h>

#include "config/config.h"

/* Writes a line for each to out. */
void check_secrets(const struct config *c, FILE *out);

#endif
