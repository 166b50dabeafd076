/* Writes JSON (RFC 8259): strings and trees.  Strings are also safe inside a script element of an HTML page: "<", ">",
 * "&", U+2028 and U+2029 are escaped.  C0 controls and DEL are escaped too.  Bytes that are not valid UTF-8, C1
 * controls and noncharacters become U+FFFD.  json_write_tree writes a value of jansson and keeps the order of members. */
#ifndef DIPTYCH_TEXT_JSON_H
#define DIPTYCH_TEXT_JSON_H

#include <jansson.h>

#include "base/buf.h"

void json_write_string(struct buf *out, struct span s);
void json_write_text(struct buf *out, struct span s); /* without the quotation marks */
void json_write_tree(struct buf *out, const json_t *v); /* NULL: null */

#endif
