/* The one writer of JSON (RFC 8259): strings and trees.  Strings are also safe inside a script element
 * of an HTML page: "<", ">", "&" and U+2028, U+2029 are written as escapes.  Bytes that are no UTF-8, C1
 * controls and noncharacters become U+FFFD; C0 controls and DEL are escaped.  json_write_tree writes what
 * jansson read or built, its members in their order. */
#ifndef DIPTYCH_TEXT_JSON_H
#define DIPTYCH_TEXT_JSON_H

#include <jansson.h>

#include "base/buf.h"

void json_write_string(struct buf *out, struct span s);
void json_write_tree(struct buf *out, const json_t *v); /* NULL: null */

#endif
