/* The OpenAPI 3.1 description of the site, served at /api/openapi.json.
 *
 * It is generated from the table of routes and from the shapes (template/shape.h), from which the JSON representations
 * are written too, so it always matches what is served.  Only the texts about a path are written by hand, with the
 * pattern as their key.  A path without texts is still listed. */
#ifndef DIPTYCH_SITE_OPENAPI_H
#define DIPTYCH_SITE_OPENAPI_H

#include "base/buf.h"
#include "config/config.h"

#define OPENAPI_PATH "/api/openapi.json"

/* False: memory ran out. */
bool openapi_write(const struct config *c, struct buf *out);

#endif
