/* The JSON representation of a page.  It contains two addresses, then the fields of the page's view:
 *   url    the canonical address of the HTML page
 *   self   the address of this document */
#ifndef DIPTYCH_SITE_REPRESENTATION_H
#define DIPTYCH_SITE_REPRESENTATION_H

#include "base/buf.h"
#include "template/shape.h"

/* Does the shape contain the frame of a page? */
bool representation_has_frame(const struct shape *s);
void representation_json_write(struct buf *out, const struct shape *s, const void *view, struct span self, struct span base);

#endif
