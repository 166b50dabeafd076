/* The JSON value that `diptych template` renders with, and how its parts are written.
 *
 * The library that reads JSON has integers of 64 bits only.  One with more digits is kept as a string that
 * begins with U+FDD0, a character that Unicode reserves for such use inside a program, and is written
 * with the digits that it had. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_DATA_H
#define DIPTYCH_TEMPLATE_TEMPLATE_DATA_H

#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

/* NULL: said on `why`, with line and column.  The caller drops it with json_decref. */
MUST_USE json_t *template_data_read(const char *path, FILE *why);

/* Strings as they are, integers with the digits they were read with, reals with the fewest digits that are read
 * back as the same number, null and NULL as nothing, arrays and objects as JSON. */
void template_data_print(struct buf *out, json_t *v);

#endif
