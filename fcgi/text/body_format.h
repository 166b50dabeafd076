/* How the bodies of a row are written: the words of the configuration's key body_format and of a view's column of that name. */
#ifndef DIPTYCH_TEXT_BODY_FORMAT_H
#define DIPTYCH_TEXT_BODY_FORMAT_H

#include "base/span.h"

enum body_format {
  BODY_DEFAULT,   /* the row does not say: as the site's configuration says */
  BODY_MARKDOWN,
  BODY_HTML,
  BODY_WORDPRESS, /* HTML with WordPress's block comments, or with blank lines between paragraphs, and shortcodes */
};

/* "markdown", "html", "wordpress"; any other word gives BODY_DEFAULT. */
enum body_format body_format_of(struct span word);

#endif
