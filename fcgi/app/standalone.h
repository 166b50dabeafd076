/* Standalone commands: they make pages without a running pool.  The process has its own catalog, which a watcher in a
 * child process fills, and its own struct app_worker. */
#ifndef DIPTYCH_APP_STANDALONE_H
#define DIPTYCH_APP_STANDALONE_H

#include <stdio.h>

#include "config/config.h"
#include "lint/lint.h"

/* `diptych render PATH`: writes one answer with its headers to out.  Returns the exit code: 0 for a status below 400,
 * else 1. */
int standalone_render(const struct config *c, const char *path, FILE *out, FILE *why);

/* `diptych check [--unit FILE]`: reads the configuration, checks templates, database, rows, cache, addresses and folders,
 * and writes a line to out for each.  Afterwards the process may have the account of the service: see service_unit.h.
 * `unit` NULL: the installed one.  Returns the exit code. */
int standalone_check(const char *path, const char *unit, FILE *out, FILE *why);

/* `diptych lint`: names rows that no page can show, or that readers would stumble over.  _lines writes a line for each to out,
 * _json one object, _store puts them into the table behind the view lint_report, with the account of `diptych migrate`.
 * Findings are in the language in use (base/messages.h).  Returns the exit code: 0 when there is none. */
int standalone_lint_lines(const struct config *c, const struct lint_options *o, FILE *out);
int standalone_lint_json(const struct config *c, const struct lint_options *o, FILE *out);
int standalone_lint_store(const struct config *c, const struct lint_options *o, FILE *out);

/* `diptych warm [--rate N]`: renders the fragments of all products, at most `rate` products per second (0: no limit).
 * Shows a progress bar when out is a terminal, and lists the products that cannot be rendered.  Returns the exit
 * code. */
int standalone_warm(const struct config *c, unsigned rate, FILE *out);

#endif
