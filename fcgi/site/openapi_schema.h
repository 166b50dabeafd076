/* JSON Schemas (2020-12, the dialect of OpenAPI 3.1) of the JSON representations, made from their shapes. */
#ifndef DIPTYCH_SITE_OPENAPI_SCHEMA_H
#define DIPTYCH_SITE_OPENAPI_SCHEMA_H

#include <jansson.h>

#include "template/shape.h"

/* {"$ref": "#/components/schemas/<name>"}; <name> is the name of the shape without _view. */
json_t *openapi_schema_ref(const struct shape *s);

/* Adds the schemas of a shape and of the shapes that it contains, unless they are there. */
void openapi_schema_add(json_t *schemas, const struct shape *s);

/* Adds the schema of errors (RFC 9457). */
void openapi_schema_problem(json_t *schemas);

#endif
