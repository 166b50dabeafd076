/* Views as JSON, by their shapes.  TEXT is a string, or null when empty; HTML a string; FLAG and INT as such;
 * TEXTS and LIST arrays; RECORD an object, or null when it is not there.  Two kinds of records are left out:
 * views whose names end in _draw (geometry), and page_view (the frame of the HTML page). */
#ifndef DIPTYCH_TEMPLATE_SHAPE_JSON_H
#define DIPTYCH_TEMPLATE_SHAPE_JSON_H

#include "base/buf.h"
#include "template/shape.h"

/* base: the path of the site, put before the paths in fields named href, prev, next and ..._href; empty: none.
 * view NULL: null. */
void shape_json_write(struct buf *out, const struct shape *s, const void *view, struct span base);
/* The members without their braces, for an object that has others too; view is not NULL. */
void shape_json_write_members(struct buf *out, const struct shape *s, const void *view, struct span base);
bool shape_json_leaves_out(const struct shape_field *f);

#endif
