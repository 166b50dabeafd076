/* Names of static files with a hash of their content.  They are read once at start from assets.map, with lines like
 * "site.css site.0123abcd.css".  nginx serves the files; pages need only the names. */
#ifndef DIPTYCH_SITE_ASSETS_H
#define DIPTYCH_SITE_ASSETS_H

#include <stdio.h>

#include "base/span.h"
#include "config/config.h"

struct assets;

struct assets *assets_read(const struct config *c, FILE *why); /* NULL: the reason is written to `why` */
void assets_free(struct assets **a);
/* "/static/site.0123abcd.css".  Never empty for site.css and favicon.svg: a map without them is refused. */
struct span assets_href(const struct assets *a, const char *name);
/* Is this path the address of one of the files? */
bool assets_has(const struct assets *a, struct span path);

#endif
