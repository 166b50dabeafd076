/* The JSON representation of a page: its view's fields (text/json.h), preceded by two addresses of its own:
 *   url    the page for readers, its canonical address
 *   self   this document */
#ifndef DIPTYCH_SITE_REPRESENTATION_H
#define DIPTYCH_SITE_REPRESENTATION_H

#include "base/buf.h"
#include "template/shape.h"

/* Has this shape a page's frame? */
bool representation_has_frame(const struct shape *s);
void representation_json_write(struct buf *out, const struct shape *s, const void *view, struct span self);

#endif
