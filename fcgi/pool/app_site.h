/* The site as the pool's app: the glue between the processes of the pool and the pages. */
#ifndef DIPTYCH_POOL_APP_SITE_H
#define DIPTYCH_POOL_APP_SITE_H

#include "pool/app.h"

const struct app *app_site(void);

/* `diptych render PATH`: one answer with its headers on `out`, made by a catalog and a watcher of this
 * process's own.  The exit code. */
int app_site_render(const struct config *c, const char *path, FILE *out, FILE *why);

/* `diptych check`: configuration (already read), templates, database, rights, rows, cache.  The exit
 * code; every finding is a line on `out`. */
int app_site_check(const struct config *c, FILE *out);

#endif
