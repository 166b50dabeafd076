/* The theme of a site: folders of a publisher whose files stand in the place of those that diptych installs, file by file.
 *
 *   theme_dir/NAME.html.mustache   a template or a partial
 *   theme_dir/assets.map           its static files: `diptych theme assets` makes it from the folder assets (site/assets.h)
 *   theme_dir/pictures.conf        the colours and the font of pictures for links: lines like  paper = "#fbf9f4"
 *
 * A folder that is a symbolic link is resolved once, so all files come from one version of a theme when the link is replaced
 * during a reading.  theme_settled finds files that were changed in place. */
#ifndef DIPTYCH_SITE_THEME_H
#define DIPTYCH_SITE_THEME_H

#include <stdio.h>

#include "config/config.h"
#include "template/template.h"

#define THEME_PICTURES "pictures.conf"

struct theme {
  struct template_folders folders; /* those of theme_dir, then template_dir; `asset` is not set */
  struct span picture_style;       /* of image_style_pack; empty: the usual one */
  struct span base;                /* the path of the site, borrowed from the configuration */
  uint64_t stamp;
};

struct theme *theme_open(const struct config *c, FILE *why); /* NULL: the reason is written to `why` */
void theme_close(struct theme **t);

/* The number of folders that theme_dir names: the first ones of `folders`. */
static inline size_t theme_count(const struct theme *t)
{
  return t->folders.n - 1;
}

/* False: a file of the theme has changed since theme_open; this is written to `why`. */
MUST_USE bool theme_settled(const struct theme *t, FILE *why);

#endif
