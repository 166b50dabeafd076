/* JSON Schema (2020-12, as OpenAPI 3.1 has it) of what text/json.h writes from a shape. */
#ifndef DIPTYCH_SITE_OPENAPI_SCHEMA_H
#define DIPTYCH_SITE_OPENAPI_SCHEMA_H

#include <jansson.h>

#include "template/shape.h"

/* {"$ref": "#/components/schemas/<name>"}; the name is the shape's without _view. */
json_t *openapi_schema_ref(const struct shape *s);

/* Adds the schema of a shape, and of those it holds, unless it is there. */
void openapi_schema_add(json_t *schemas, const struct shape *s);

/* Errors (RFC 9457). */
void openapi_schema_problem(json_t *schemas);

#endif
