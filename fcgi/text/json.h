/* The one writer of JSON (RFC 8259): strings, views and trees.  Strings are also safe inside a script element
 * of an HTML page: "<", ">", "&" and U+2028, U+2029 are written as escapes.  Bytes that are no UTF-8 become
 * U+FFFD.  json_write_tree writes what jansson read or built, its members in their order.
 * json_write_view follows the shape: TEXT is a string, or null when empty; HTML a string; FLAG, INT as
 * such; TEXTS and LIST arrays; RECORD an object, or null when it is not there.  Records of views whose
 * names end in _draw (geometry) and page_view (the frame of the HTML page) are left out. */
#ifndef DIPTYCH_TEXT_JSON_H
#define DIPTYCH_TEXT_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "template/shape.h"

void json_write_string(struct buf *out, struct span s);
void json_write_tree(struct buf *out, const json_t *v); /* NULL: null */
void json_write_view(struct buf *out, const struct shape *s, const void *view);
/* The members alone, for an object that has others too; view is not NULL. */
void json_write_members(struct buf *out, const struct shape *s, const void *view);
bool json_leaves_out(const struct shape_field *f);

#endif
