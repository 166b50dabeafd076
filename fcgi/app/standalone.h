/* A site of this process's own, for commands that need pages without a running pool: a private
 * catalog, filled by a watcher in a child, and one worker's parts. */
#ifndef DIPTYCH_APP_STANDALONE_H
#define DIPTYCH_APP_STANDALONE_H

#include <stdio.h>

#include "config/config.h"

/* `diptych render PATH`: one answer with its headers on `out`.  The exit code: 0 for a status under
 * 400, else 1. */
int standalone_render(const struct config *c, const char *path, FILE *out, FILE *why);

/* `diptych check`: templates, database and its rows, cache; a line on `out` for each.  The exit code. */
int standalone_check(const struct config *c, FILE *out);

/* `diptych lint`: the rows that no page can show, or not as their editors may expect; a line on `out`
 * for each.  The exit code: 0 when there are none. */
int standalone_lint(const struct config *c, FILE *out);

/* `diptych warm [--rate N]`: renders every product's fragments, at most `rate` products a second (0:
 * no limit), with a progress bar on `out` when it is a terminal; what cannot be rendered is named. */
int standalone_warm(const struct config *c, unsigned rate, FILE *out);

#endif
