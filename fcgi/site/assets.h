/* Names of static files with their content's hash, read once at start from assets.map, whose lines are
 * "site.css site.0123abcd.css".  nginx serves the files; pages only need the names. */
#ifndef DIPTYCH_SITE_ASSETS_H
#define DIPTYCH_SITE_ASSETS_H

#include <stdio.h>

#include "base/span.h"
#include "config/config.h"

struct assets;

struct assets *assets_read(const struct config *c, FILE *why); /* NULL: the reason is on why */
void assets_free(struct assets **a);
/* "/static/site.0123abcd.css"; never empty for site.css and favicon.svg, without which no map is read. */
struct span assets_href(const struct assets *a, const char *name);
/* Is this the address of one of them? */
bool assets_has(const struct assets *a, struct span path);

#endif
