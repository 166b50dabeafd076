/* The JSON value that `diptych template` renders with, and how its parts are written.
 *
 * The library that reads JSON keeps of a number its value, and the value only as far as it has room: 1.50, 1e3, -0 and an
 * integer of 20 digits would be written in other words.  So a number is kept as a string that begins with U+FDD0, a character
 * that Unicode reserves for such use inside a program, followed by the number as it was written. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_DATA_H
#define DIPTYCH_TEMPLATE_TEMPLATE_DATA_H

#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

/* NULL: said on `why`, with line and column.  The caller drops it with json_decref. */
MUST_USE json_t *template_data_read(const char *path, FILE *why);

/* Whether the value is a number that is zero, however it is written. */
bool template_data_is_zero(json_t *v);

/* Strings as they are, numbers as they were written, null and NULL as nothing, arrays and objects as JSON. */
void template_data_print(struct buf *out, json_t *v);

#endif
