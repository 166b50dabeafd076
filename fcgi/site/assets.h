/* Names of static files with a hash of their content.  They are read once at start from files named assets.map, with lines
 * like "site.css site.0123abcd.css": those of the theme, whose names come first, and that of the build.  nginx serves the
 * files; pages need only the names. */
#ifndef DIPTYCH_SITE_ASSETS_H
#define DIPTYCH_SITE_ASSETS_H

#include <stdio.h>

#include "base/span.h"
#include "config/config.h"

struct assets;
struct theme;

#define ASSETS_MAP "assets.map"
#define ASSETS_HREF "/static/"
#define ASSETS_THEME_HREF "/static/theme/" /* the files of a theme have a folder of their own */

struct assets *assets_read(const struct config *c, const struct theme *t, FILE *why); /* NULL: the reason is written to `why` */
void assets_free(struct assets **a);
/* "/static/site.0123abcd.css"; empty: there is no such file.  Never empty for site.css and favicon.svg: a map without them is
 * refused. */
struct span assets_href(const struct assets *a, const char *name);
/* The same, for the compiler of templates. */
struct span assets_find(const void *assets, struct span name);
/* Is this path the address of one of the files? */
bool assets_has(const struct assets *a, struct span path);

#endif
