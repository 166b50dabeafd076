/* The JSON twin of a page: its view's fields (text/json.h), preceded by two addresses of its own:
 *   url    the page for readers, its canonical address
 *   self   this document */
#ifndef DIPTYCH_SITE_REPRESENTATION_H
#define DIPTYCH_SITE_REPRESENTATION_H

#include "base/buf.h"
#include "template/shape.h"

/* Has this shape a page's frame? */
bool twin_is_page(const struct shape *s);
void twin_json_write(struct buf *out, const struct shape *s, const void *view, struct span self);

#endif
