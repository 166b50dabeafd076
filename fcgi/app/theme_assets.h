/* `diptych theme assets`: the static files of a theme under names with a hash of their content, as the build makes those of
 * diptych (templates/hash-assets).
 *
 * Each file of DIR/assets is copied to the folder of the site's static files of themes (DIR/static unless --out names
 * another), with a gzip copy of those that compress well, and DIR/assets.map gets a line "theme.css theme.0123456789ab.css".
 * Files of earlier versions stay, because pages that were opened before still need them.  The map is replaced last and in one
 * step, so it never names a missing file.
 *
 * In a stylesheet, url(font.woff2) names a file of the same folder and becomes the hashed name. */
#ifndef DIPTYCH_APP_THEME_ASSETS_H
#define DIPTYCH_APP_THEME_ASSETS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

#define THEME_ASSETS "assets"
#define THEME_STATIC "static"

struct theme_asset {
  struct span name, hashed, content;
};

struct theme_assets {
  struct theme_asset *v;
  size_t n;
};

/* Reads and hashes DIR/assets; without that folder there are no files.  False: the faults are written to `why`. */
MUST_USE bool theme_assets_read(struct arena *a, const char *dir, struct theme_assets *out, FILE *why);
/* out: the folder of the copies; NULL: DIR/static. */
MUST_USE bool theme_assets_write(struct arena *a, const char *dir, const char *out, FILE *why);
/* The map that the files of DIR/assets make now. */
struct span theme_assets_map(struct arena *a, const struct theme_assets *all);

#endif
