/* nginx's own error pages (nginx/errors.conf) in the language of a new site, for the file that `diptych init` writes for nginx.
 * The sentences of the pages are messages (po/extract).  The copies have addresses of their own, /.diptych/de/404, so they stand
 * beside the installed ones: of several error_page lines for a status, nginx takes the first. */
#ifndef DIPTYCH_APP_INIT_ERRORS_H
#define DIPTYCH_APP_INIT_ERRORS_H

#include "base/buf.h"
#include "base/messages.h"

struct init_errors {
  struct buf codes, pages; /* what stands in the place of error-codes.conf and of errors.conf */
};

/* Translates both files into the catalogue m.  False: no memory. */
bool init_errors_translate(struct init_errors *e, const struct messages *m, struct span lang, struct span codes, struct span pages);
void init_errors_free(struct init_errors *e);

#endif
