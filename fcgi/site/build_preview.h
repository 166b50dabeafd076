/* The banner of a preview, and the public paths of its row. */
#ifndef DIPTYCH_SITE_BUILD_PREVIEW_H
#define DIPTYCH_SITE_BUILD_PREVIEW_H

#include "preview/preview_source.h"
#include "site/view_preview.h"

/* The path of the page on which readers will see the row: "/products/kafka". */
struct span build_preview_path(const struct preview *p, struct arena *arena);

struct preview_banner {
  const struct preview *preview;
  struct span token, path; /* path: of the page that is shown */
  struct arena *arena;
};
struct preview_view *build_preview(const struct preview_banner *b); /* NULL: no memory */

#endif
